// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

/// What a simulated engine is made of: costs, which an experiment should find, and noise, which should not mislead it.
namespace anechain::simulated {

/// What things cost, in microseconds. All zero by default: set what a question is about.
struct Costs {
  double fixed_us = 0;       ///< once a pass, with its first evaluation
  double dispatch_us = 0;    ///< each evaluation
  double us_per_gflop = 0;   ///< of an evaluation, 10^9 operations
  double copy_us = 0;        ///< each copy from surface to surface
  double us_per_mb = 0;      ///< of a copy, 10^6 bytes
  double lock_us = 0;        ///< each lock of a surface
  double hop_us = 0;         ///< each step that is handed to a queue
  double clock_tick_ns = 1;  ///< the clock shows whole ones; 41.67 on Apple's chips
  double clock_read_ns = 0;  ///< each reading of it

  /// What a copy between two kernels costs, of so many megabytes (10^6 bytes): its two locks with it.
  double link_us(double megabytes) const { return 2 * lock_us + copy_us + megabytes * us_per_mb; }
};

/// Delays that are mostly short and rarely very long: Pareto's distribution.
struct Tail {
  double probability = 0;  ///< of an evaluation
  double least_us = 0;     ///< the shortest
  double exponent = 1.5;   ///< below 2 the variance is infinite
};

/// What disturbs a measurement. All of it is drawn from the device's seed. Shares are of a duration: 0.01 is one per cent.
struct Noise {
  double white = 0;  ///< standard deviation of each evaluation

  // The state of the machine, which multiplies everything that takes time.
  double cold_start = 0;       ///< so much slower at first,
  double cold_start_ms = 80;   ///< and less of it with this time constant
  double drift_per_s = 0;      ///< so much slower every second
  double walk_per_root_s = 0;  ///< standard deviation, after a second, of a random walk of the logarithm
  double periodic = 0;         ///< amplitude of a sine
  double period_ms = 250;      ///< with this period
  double wander = 0;           ///< standard deviation of a state that returns to its mean (Ornstein and Uhlenbeck's process),
  double wander_ms = 50;       ///< with this relaxation time

  /// Two kinds of delay, drawn for each evaluation independently of each other.
  ///@{
  Tail tails{};
  Tail stalls{};
  ///@}

  /// Each request has a slow state of its own, which no order of the strategies makes common to them: an autoregressive
  /// one, of this standard deviation and correlation from one evaluation to the next.
  ///@{
  double own = 0;
  double own_correlation = 0.9;
  ///@}

  double carry_us = 0;  ///< what each copy of a pass adds to the pass after it: a polluted cache, say

  // Evaluations that fail, after they took their time.
  double failure_probability = 0;                  ///< of each evaluation
  std::vector<std::size_t> failing_evaluations{};  ///< by their number since the device was made, ascending
};

}  // namespace anechain::simulated
