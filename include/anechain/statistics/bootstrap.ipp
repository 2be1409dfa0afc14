// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <anechain/statistics/bootstrap.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/median_polish.hpp>
#include <anechain/statistics/summary.hpp>
#include <anechain/support/random.hpp>

namespace anechain::statistics {

ANECHAIN_INLINE Table resampled_rows(const Table& table, std::size_t block, Random& random) {
  const std::size_t rows = table.rows();
  block = std::clamp<std::size_t>(block, 1, std::max<std::size_t>(rows, 1));
  Table drawn{table.columns, {}};
  drawn.cells.reserve(table.cells.size());
  while (drawn.rows() < rows) {
    const auto first = static_cast<std::size_t>(random.below(rows - block + 1));
    for (std::size_t i = 0; i < block && drawn.rows() < rows; ++i) {
      const std::span<const double> row = table.row(first + i);
      drawn.cells.insert(drawn.cells.end(), row.begin(), row.end());
    }
  }
  return drawn;
}

ANECHAIN_INLINE Interval percentile_interval(std::span<const double> replicates, double confidence) {
  const std::vector<double> ordered = sorted(replicates);
  return {quantile_of_sorted(ordered, (1 - confidence) / 2), quantile_of_sorted(ordered, (1 + confidence) / 2)};
}

}  // namespace anechain::statistics
