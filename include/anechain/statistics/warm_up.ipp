// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <anechain/statistics/summary.hpp>
#include <anechain/statistics/warm_up.hpp>

namespace anechain::statistics {

ANECHAIN_INLINE WarmUp warm_up(std::span<const double> series) {
  constexpr std::size_t batch = 5;
  std::vector<double> batches;
  for (std::size_t i = 0; i + batch <= series.size(); i += batch) batches.push_back(median(series.subspan(i, batch)));
  if (batches.size() < 4) return {0, false};

  const std::size_t limit = batches.size() / 2;
  double sum = 0;
  double squares = 0;
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  const double centre = median(batches);
  for (std::size_t d = batches.size(); d-- > 0;) {
    const double deviation = batches[d] - centre;
    sum += deviation;
    squares += deviation * deviation;
    if (d > limit) continue;
    const auto left = static_cast<double>(batches.size() - d);
    const double statistic = (squares - sum * sum / left) / (left * left);
    if (statistic <= least) {
      least = statistic;
      best = d;
    }
  }
  return {best * batch * 3 / 2, best < limit};
}

}  // namespace anechain::statistics
