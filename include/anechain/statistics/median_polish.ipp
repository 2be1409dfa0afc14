// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <anechain/statistics/median_polish.hpp>
#include <anechain/statistics/summary.hpp>

namespace anechain::statistics {

ANECHAIN_INLINE Polished median_polish(const Table& table) {
  constexpr int sweeps = 3;
  Polished polished{std::vector<double>(table.columns), std::vector<double>(table.rows())};
  std::vector<double> along;
  const auto column_medians = [&] {
    for (std::size_t column = 0; column < table.columns; ++column) {
      along.clear();
      for (std::size_t row = 0; row < table.rows(); ++row) along.push_back(table.at(row, column) - polished.rows[row]);
      polished.columns[column] = median_of(along);
    }
  };
  column_medians();
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      along.clear();
      for (std::size_t column = 0; column < table.columns; ++column) along.push_back(table.at(row, column) - polished.columns[column]);
      polished.rows[row] = median_of(along);
    }
    along = polished.rows;
    const double middle = along.empty() ? 0 : median_of(along);
    for (double& row : polished.rows) row -= middle;
    column_medians();
  }
  return polished;
}

}  // namespace anechain::statistics
