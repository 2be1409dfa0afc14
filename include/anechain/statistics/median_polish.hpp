// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <anechain/separate_compilation.hpp>

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
Polished median_polish(const Table& table);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/median_polish.ipp>
#endif
