// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include <anechain/measure/measurement.hpp>
#include <anechain/measure/round_table.hpp>
#include <anechain/measure/schedule.hpp>

namespace anechain {

ANECHAIN_INLINE RoundTable::RoundTable(const Measurement& measurement)
    : contenders_(measurement.contenders.size()), baselines_(measurement.baselines()) {
  std::size_t rows = 0;
  for (const Launch& launch : measurement.launches) {
    begins_.push_back(rows);
    rows += launch.rounds;
  }
  begins_.push_back(rows);
  columns_.resize(contenders_ + baselines_.size());
  for (const Sample& sample : measurement.samples) {
    const double pass = measurement.pass_us(sample);
    if (!measurement.counts(sample) || pass <= 0) continue;
    std::vector<Cell>& column = columns_[sample.control ? control(sample.contender) : sample.contender];
    const std::size_t row = begins_[sample.launch] + sample.round;
    Cell& cell = cell_of(column, row);
    cell.sum += std::log(pass);
    ++cell.turns;
  }
}

ANECHAIN_INLINE std::vector<double> RoundTable::log_ratios(std::size_t column, std::size_t base, Rounds rounds, std::size_t launch) const {
  std::vector<double> ratios;
  append_log_ratios(ratios, column, base, rounds, launch);
  return ratios;
}

ANECHAIN_INLINE std::vector<double> RoundTable::log_ratios(std::size_t column, std::size_t base, Rounds rounds) const {
  std::vector<double> all;
  for (std::size_t launch = 0; launch + 1 < begins_.size(); ++launch) append_log_ratios(all, column, base, rounds, launch);
  return all;
}

ANECHAIN_INLINE std::optional<double> RoundTable::mean_log(std::size_t row, std::size_t column) const {
  const Cell* const cell = find(column, row);
  if (cell == nullptr) return std::nullopt;
  return cell->mean();
}

ANECHAIN_INLINE RoundTable::Cell& RoundTable::cell_of(std::vector<Cell>& column, std::size_t row) {
  if (column.empty() || column.back().row < row) return column.emplace_back(Cell{row, 0, 0});
  const auto place = std::ranges::lower_bound(column, row, {}, &Cell::row);
  return place->row == row ? *place : *column.insert(place, Cell{row, 0, 0});
}

ANECHAIN_INLINE const RoundTable::Cell* RoundTable::find(std::size_t column, std::size_t row) const {
  const auto place = std::ranges::lower_bound(columns_[column], row, {}, &Cell::row);
  return place != columns_[column].end() && place->row == row ? &*place : nullptr;
}

ANECHAIN_INLINE void RoundTable::append_log_ratios(std::vector<double>& to, std::size_t column, std::size_t base, Rounds rounds,
                                                   std::size_t launch) const {
  const std::size_t begin = begins_[launch];
  const auto& cells = columns_[column];
  for (auto cell = std::ranges::lower_bound(cells, begin, {}, &Cell::row); cell != cells.end() && cell->row < begins_[launch + 1]; ++cell) {
    const bool is_odd = (cell->row - begin) % 2 == 1;
    if ((rounds == Rounds::odd && !is_odd) || (rounds == Rounds::even && is_odd)) continue;
    const Cell* const its = find(base, cell->row);
    if (its == nullptr || cell->turns != turns_a_round || its->turns != turns_a_round) continue;
    to.push_back((cell->sum - its->sum) / static_cast<double>(turns_a_round));
  }
}

}  // namespace anechain
