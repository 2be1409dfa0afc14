// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/statistics/linear_model.hpp>

/// The cost model that a sweep's cells are fitted with.
namespace anechain {

/// The terms of a pass's cost.
struct Term {
  std::string_view name;        ///< as reports and refusals print it
  std::string_view unit;        ///< of its cost
  std::string_view more_of_it;  ///< the cells that would tell it from others
};

/// All terms. A sweep is fitted with those that some cell has any of.
inline constexpr std::array<Term, 6> cost_terms{{
    {"fixed", "us a pass", "chains of another length"},
    {"dispatch", "us a dispatch", "chains of another length, and the fused form of one"},
    {"compute", "us a GFLOP", "kernels of another size, or the fused form of a chain"},
    {"copy", "us a copy", "copies of another size"},
    {"bandwidth", "us a MB", "copies of another size"},
    {"hop", "us a hop", "the same chains without a queue"},
}};

namespace detail {

/// Rounds that are complete, as logarithms of passes: a row a round, a column for each cell that did not fail.
struct LogTable {
  std::vector<std::size_t> cells;
  statistics::Table logs;
};

inline LogTable log_table(const Sweep& sweep) {
  LogTable table;
  std::vector<std::size_t> column(sweep.cells.size());
  for (std::size_t cell = 0; cell < sweep.cells.size(); ++cell)
    if (sweep.strategies[cell].ok()) {
      column[cell] = table.cells.size();
      table.cells.push_back(cell);
    }
  table.logs.columns = table.cells.size();
  const std::size_t columns = table.logs.columns;
  std::vector<std::size_t> begins{0};
  for (const Launch& launch : sweep.launches) begins.push_back(begins.back() + launch.rounds);
  std::vector<double> all(begins.back() * columns, std::numeric_limits<double>::quiet_NaN());
  for (const Sample& sample : sweep.samples) {
    if (!sweep.strategies[sample.strategy].ok()) continue;
    const double pass = sweep.pass_us(sample);
    if (sweep.counts(sample) && pass > 0) all[(begins[sample.launch] + sample.round) * columns + column[sample.strategy]] = std::log(pass);
  }
  for (std::size_t row = 0; row < begins.back(); ++row) {
    const std::span<const double> cells = std::span{all}.subspan(row * columns, columns);
    if (std::ranges::none_of(cells, [](double value) { return std::isnan(value); }))
      table.logs.cells.insert(table.logs.cells.end(), cells.begin(), cells.end());
  }
  return table;
}

/// All numbers that come from cell levels, in one row, so that a replicate is one call.
class ScalingModel {
 public:
  ScalingModel(const Sweep& sweep, std::span<const std::size_t> cells) : sweep_(sweep), cells_(cells.begin(), cells.end()) {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = sweep.cells[cells_[i]];
      const std::string& strategy = sweep.strategies[cells_[i]].name;
      auto line = std::ranges::find_if(
          lines_, [&](const Line& one) { return one.configuration == cell.configuration && one.strategy == strategy; });
      if (line == lines_.end()) line = lines_.insert(lines_.end(), {cell.configuration, strategy, {}});
      line->points.push_back(i);
    }
    std::erase_if(lines_, [](const Line& line) { return line.points.size() < 2; });
    for (std::size_t term = 0; term < cost_terms.size(); ++term)
      if (std::ranges::any_of(cells_, [&](std::size_t cell) { return amount(sweep.cells[cell], term) > 0; })) terms_.push_back(term);
    design_.columns = terms_.size();
    for (const std::size_t cell : cells_)
      for (const std::size_t term : terms_) design_.cells.push_back(amount(sweep.cells[cell], term));
  }

  struct Line {
    std::string configuration;
    std::string strategy;
    std::vector<std::size_t> points;  ///< among the cells of the model
  };

  const std::vector<Line>& lines() const { return lines_; }
  std::size_t cell_of(std::size_t point) const { return cells_[point]; }  ///< position in Sweep::cells
  const std::vector<std::size_t>& terms() const { return terms_; }
  const statistics::Table& design() const { return design_; }

  // Where numbers() has what it gives.
  static constexpr std::size_t fixed_at(std::size_t line) { return 3 * line; }
  static constexpr std::size_t slope_at(std::size_t line) { return 3 * line + 1; }
  static constexpr std::size_t curvature_at(std::size_t line) { return 3 * line + 2; }
  std::size_t term_at(std::size_t term) const { return 3 * lines_.size() + term; }

  /// Fixed cost, slope and curvature of every line (curvature NaN with two points), then the terms' costs.
  std::vector<double> numbers(std::span<const double> levels, bool decompose, std::vector<std::size_t>& bound) const {
    std::vector<double> row;
    for (const Line& line : lines_) {
      const auto straight = polynomial(line, levels, 1);
      const auto curved = line.points.size() > 2 ? polynomial(line, levels, 2) : std::nullopt;
      row.push_back(straight ? (*straight)[0] : nan);
      row.push_back(straight ? (*straight)[1] : nan);
      row.push_back(curved ? (*curved)[2] : nan);
    }
    if (decompose) {
      const auto costs = statistics::fit_relative(design_, levels, false, bound);
      for (std::size_t term = 0; term < terms_.size(); ++term) row.push_back(costs ? (*costs)[term] : nan);
    }
    return row;
  }

 private:
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  static double amount(const Cell& cell, std::size_t term) {
    const double amounts[]{1,
                           static_cast<double>(cell.dispatches),
                           cell.gflop,
                           static_cast<double>(cell.copies),
                           cell.copied_mb,
                           static_cast<double>(cell.hops)};
    return amounts[term];
  }

  std::optional<std::vector<double>> polynomial(const Line& line, std::span<const double> levels, std::size_t degree) const {
    statistics::Table design{degree + 1, {}};
    std::vector<double> observed;
    for (const std::size_t point : line.points) {
      const auto length = static_cast<double>(sweep_.cells[cells_[point]].length);
      double power = 1;
      for (std::size_t i = 0; i <= degree; ++i, power *= length) design.cells.push_back(power);
      observed.push_back(levels[point]);
    }
    std::vector<std::size_t> none;
    return statistics::fit_relative(design, observed, true, none);
  }

  const Sweep& sweep_;
  std::vector<std::size_t> cells_;
  std::vector<Line> lines_;
  std::vector<std::size_t> terms_;
  statistics::Table design_;
};

}  // namespace detail

}  // namespace anechain
