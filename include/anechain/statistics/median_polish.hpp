// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <anechain/statistics/summary.hpp>

namespace anechain::statistics {

/// Rows by columns of numbers, one row after the other.
struct Table {
  std::size_t columns = 0;      ///< cells in a row
  std::vector<double> cells{};  ///< a whole number of rows

  /// Whole ones.
  std::size_t rows() const { return columns == 0 ? 0 : cells.size() / columns; }

  /// Places count from 0, and are not checked.
  ///@{
  double at(std::size_t row, std::size_t column) const { return cells[row * columns + column]; }
  std::span<const double> row(std::size_t row) const { return std::span{cells}.subspan(row * columns, columns); }
  ///@}
};

/// A table as the sum of a level for each column and a state for each row, whose median is zero.
struct Polished {
  std::vector<double> columns;  ///< levels, in the unit of the cells
  std::vector<double> rows;     ///< states, added to the levels
};

/// Tukey's median polish (Exploratory Data Analysis, 1977): medians of rows and of columns taken out in turns, three times.
inline Polished median_polish(const Table& table) {
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
