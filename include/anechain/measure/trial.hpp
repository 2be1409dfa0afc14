// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <anechain/measure/schedule.hpp>
#include <anechain/measure/session.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain {

/// The protocol of this library: measures contenders against each other in rounds, in one launch. Knows neither flows nor strategies as
/// types.
class Trial {
 public:
  /// Of a session whose protocol says how; the session must outlive it.
  explicit Trial(MeasurementSession& session);

  /// The whole of it. Throws MeasurementError if the clock is too coarse for the budget.
  void run();

 private:
  /// The budget leaves out no more than this.
  static constexpr std::size_t fewest_rounds = 3;

  std::size_t contenders() const { return measurement_.contenders.size(); }

  /// Two unmeasured visits to each contender, and from the second the number of runs that make a sample long enough for the clock: the same
  /// for all contenders that are compared with each other, since a loop over a pass makes it faster. That is a group; it is all of them if
  /// groups are compared or fitted together.
  void calibrate();

  /// How long a run of a contender takes, in nanoseconds. If the clock is too coarse for one run, more are timed together, until they last
  /// ten of its steps. None if the contender failed.
  std::optional<double> pass_of(std::size_t contender);

  /// Throws MeasurementError if the first rounds alone would take longer than the budget because the clock is coarse.
  void require_time_for(double round_ns) const;

  void measure_in_rounds();

  /// At the pace so far, and no longer than the budget.
  std::optional<std::chrono::nanoseconds> remaining(std::optional<std::chrono::nanoseconds> elapsed, std::size_t rounds,
                                                    std::size_t planned) const;

  /// One round: a gap, and a visit to each turn's contender; numbers from the number of contenders on are the controls. A failure ends it,
  /// and none of its samples is kept. Returns whether it was not interrupted.
  bool round(std::size_t number, std::span<const std::size_t> order);

  /// Finds where the launch became steady, from the first baseline's passes. Returns whether it has not, and may take more time.
  bool still_warming_up(Launch& launch, std::chrono::nanoseconds elapsed);

  std::size_t rounds_needed() const;

  MeasurementSession& session_;
  Measurement& measurement_;
  const Protocol& protocol_;
  Schedule schedule_;
  Random gaps_;
  std::vector<std::size_t> controlled_;  ///< baselines that are compared with something, and so have an A/A control
  std::chrono::nanoseconds longest_gap_{};
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/trial.ipp>
#endif
