// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include <anechain/statistics/distributions.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/summary.hpp>
#include <anechain/statistics/two_samples.hpp>

namespace anechain::statistics {

ANECHAIN_INLINE Interval Difference::interval(double confidence) const {
  const double reach = student_quantile((1 + confidence) / 2, degrees) * standard_error;
  return {value - reach, value + reach};
}

ANECHAIN_INLINE double Difference::p_value_above(double hypothesis) const {
  if (standard_error == 0) return value > hypothesis ? 0 : 1;
  return 1 - student_cdf((value - hypothesis) / standard_error, degrees);
}

ANECHAIN_INLINE std::optional<Difference> welch(std::span<const double> first, std::span<const double> second) {
  if (first.size() < 2 || second.size() < 2) return std::nullopt;
  const Summary a = summarize(first);
  const Summary b = summarize(second);
  const double va = a.sd * a.sd / static_cast<double>(first.size());
  const double vb = b.sd * b.sd / static_cast<double>(second.size());
  Difference difference{b.mean - a.mean, std::sqrt(va + vb), 1};
  const double below = va * va / static_cast<double>(first.size() - 1) + vb * vb / static_cast<double>(second.size() - 1);
  if (below > 0) difference.degrees = (va + vb) * (va + vb) / below;
  return difference;
}

ANECHAIN_INLINE std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(order.size() - rank) * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

}  // namespace anechain::statistics
