// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <anechain/measure/measurement.hpp>
#include <anechain/separate_compilation.hpp>

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
  explicit RoundTable(const Measurement& measurement);

  /// The column of a baseline's A/A control; the first columns are the contenders.
  std::size_t control(std::size_t baseline) const {
    return contenders_ + static_cast<std::size_t>(std::ranges::lower_bound(baselines_, baseline) - baselines_.begin());
  }

  /// Of one launch, one for each round in which both had all their turns.
  std::vector<double> log_ratios(std::size_t column, std::size_t base, Rounds rounds, std::size_t launch) const;

  /// Of all launches, one after the other.
  std::vector<double> log_ratios(std::size_t column, std::size_t base, Rounds rounds = Rounds::all) const;

  /// Launches of the measurement, those without a complete round too.
  std::size_t launches() const { return begins_.size() - 1; }

  /// A contender's cells, by row.
  const std::vector<Cell>& cells(std::size_t column) const { return columns_[column]; }

  /// The mean logarithm of a contender's passes in a row; none if it had no turn that counts.
  std::optional<double> mean_log(std::size_t row, std::size_t column) const;

 private:
  /// The cell of a row, which is the last one unless samples come in another order than that of their rounds.
  static Cell& cell_of(std::vector<Cell>& column, std::size_t row);

  const Cell* find(std::size_t column, std::size_t row) const;

  void append_log_ratios(std::vector<double>& to, std::size_t column, std::size_t base, Rounds rounds, std::size_t launch) const;

  std::size_t contenders_;
  std::vector<std::size_t> baselines_;  // ascending
  std::vector<std::size_t> begins_;     // the first row of each launch, and the number of rows
  std::vector<std::vector<Cell>> columns_;
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/round_table.ipp>
#endif
