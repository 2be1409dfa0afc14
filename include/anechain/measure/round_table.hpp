// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <anechain/measure/measurement.hpp>
#include <anechain/measure/schedule.hpp>

namespace anechain {

/// Which rounds a series of log-ratios takes.
enum class Rounds { all, even, odd };

/// The mean logarithm of each contender's passes in each round: what log-ratios are taken from. A turn that took no time
/// that the clock shows counts as missing. The rounds before the device was steady are left out. Holds what there are samples of, and so
/// is never larger than they are.
class RoundTable {
 public:
  /// A contender's turns in one round.
  struct Cell {
    std::size_t row = 0;      ///< the round, counted through all launches
    double sum = 0;           ///< of the logarithms of its passes in microseconds
    std::uint32_t turns = 0;  ///< passes in the sum

    /// The mean logarithm.
    double mean() const { return sum / static_cast<double>(turns); }
  };

  /// Takes what it needs: the measurement need not outlive it.
  explicit RoundTable(const Measurement& measurement) : contenders_(measurement.contenders.size()), baselines_(measurement.baselines()) {
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

  /// The column of a baseline's A/A control; the first columns are the contenders.
  std::size_t control(std::size_t baseline) const {
    return contenders_ + static_cast<std::size_t>(std::ranges::lower_bound(baselines_, baseline) - baselines_.begin());
  }

  /// Of one launch, one for each round in which both had all their turns.
  std::vector<double> log_ratios(std::size_t column, std::size_t base, Rounds rounds, std::size_t launch) const {
    std::vector<double> ratios;
    append_log_ratios(ratios, column, base, rounds, launch);
    return ratios;
  }

  /// Of all launches, one after the other.
  std::vector<double> log_ratios(std::size_t column, std::size_t base, Rounds rounds = Rounds::all) const {
    std::vector<double> all;
    for (std::size_t launch = 0; launch + 1 < begins_.size(); ++launch) append_log_ratios(all, column, base, rounds, launch);
    return all;
  }

  /// Launches of the measurement, those without a complete round too.
  std::size_t launches() const { return begins_.size() - 1; }

  /// A contender's cells, by row.
  const std::vector<Cell>& cells(std::size_t column) const { return columns_[column]; }

  /// The mean logarithm of a contender's passes in a row; none if it had no turn that counts.
  std::optional<double> mean_log(std::size_t row, std::size_t column) const {
    const Cell* const cell = find(column, row);
    if (cell == nullptr) return std::nullopt;
    return cell->mean();
  }

 private:
  /// The cell of a row, which is the last one unless samples come in another order than that of their rounds.
  static Cell& cell_of(std::vector<Cell>& column, std::size_t row) {
    if (column.empty() || column.back().row < row) return column.emplace_back(Cell{row, 0, 0});
    const auto place = std::ranges::lower_bound(column, row, {}, &Cell::row);
    return place->row == row ? *place : *column.insert(place, Cell{row, 0, 0});
  }

  const Cell* find(std::size_t column, std::size_t row) const {
    const auto place = std::ranges::lower_bound(columns_[column], row, {}, &Cell::row);
    return place != columns_[column].end() && place->row == row ? &*place : nullptr;
  }

  void append_log_ratios(std::vector<double>& to, std::size_t column, std::size_t base, Rounds rounds, std::size_t launch) const {
    const std::size_t begin = begins_[launch];
    const auto& cells = columns_[column];
    for (auto cell = std::ranges::lower_bound(cells, begin, {}, &Cell::row); cell != cells.end() && cell->row < begins_[launch + 1];
         ++cell) {
      const bool is_odd = (cell->row - begin) % 2 == 1;
      if ((rounds == Rounds::odd && !is_odd) || (rounds == Rounds::even && is_odd)) continue;
      const Cell* const its = find(base, cell->row);
      if (its == nullptr || cell->turns != turns_a_round || its->turns != turns_a_round) continue;
      to.push_back((cell->sum - its->sum) / static_cast<double>(turns_a_round));
    }
  }

  std::size_t contenders_;
  std::vector<std::size_t> baselines_;  // ascending
  std::vector<std::size_t> begins_;     // the first row of each launch, and the number of rows
  std::vector<std::vector<Cell>> columns_;
};

}  // namespace anechain
