// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <anechain/separate_compilation.hpp>
#include <anechain/support/words.hpp>

namespace anechain {

/// In which order passes are run.
enum class Order {
  palindromes,  ///< the strategies in turns, twice a round, every round a random palindrome
  shuffles,     ///< once a round, in random order: for many cells of a sweep
  other,        ///< a protocol of the user's own: its samples are kept, and none of this library's estimates is made of them
};

/// What runs before a measured pass, which may leave a cache or a clock in another state.
enum class History {
  equal,  ///< every strategy follows every other: the transfer itself is what differs
  own,    ///< an unmeasured pass of the same strategy: what a program that uses it alone would see, polluted caches included
  both,   ///< the two in turns, round by round; their difference is the carry-over
};

/// What stands for a series of log-ratios.
enum class Estimator {
  median,  ///< with its order-statistic interval
  trim20,  ///< the mean without the fifth at either end, Yuen's interval: narrower on quiet machines, worse with stalls
  mean,    ///< for the record: one stall moves it
};

template <>
inline constexpr auto words_of<Order> = std::to_array<std::string_view>({"palindromes", "shuffles", "other"});
template <>
inline constexpr auto words_of<History> = std::to_array<std::string_view>({"equal", "own", "both"});
template <>
inline constexpr auto words_of<Estimator> = std::to_array<std::string_view>({"median", "trim20", "mean"});

/// How a measurement is made and judged. The defaults are for diagnosis in a minute; see quick() and publish().
struct Protocol {
  Order order = Order::palindromes;  ///< see for_sweep() for shuffles, Experiment::measure() for others
  std::uint64_t seed = 42;           ///< of the schedule, the gaps, the weights and the data

  History history = History::equal;  ///< what is estimated

  /// Whether each round begins with a random pause of up to one pass: it breaks phase lock with periodic interference.
  bool gaps = true;

  std::size_t launches = 1;  ///< processes, each with memory and programs of its own

  // The sample size is set once, from a pilot: as many rounds as the target needs, within these limits.
  std::size_t pilot = 48;          ///< rounds; twice as many, again and again, while the device is not steady
  std::size_t least_rounds = 400;  ///< of each launch, where the budget allows; those before the device was steady come on top
  std::size_t most_rounds = 4000;  ///< of each launch, in all
  double target_us = 0.25;         ///< half-width of the interval, of a link's cost,
  double target_share = 0.001;     ///< or of the whole pass, as a share of it: whichever is larger

  std::chrono::nanoseconds budget = std::chrono::seconds{20};         ///< no round is begun after this, but for the first three
  std::chrono::nanoseconds warm_up_limit = std::chrono::seconds{10};  ///< so long the device may take to become steady

  double confidence = 0.95;                 ///< of all comparisons with the baseline together
  double epsilon = 0.005;                   ///< the smallest effect of interest, as a share of a pass of the baseline
  Estimator estimator = Estimator::median;  ///< of the comparisons with the baseline; a sweep has its own

  /// Whether a round's turns begin with an unmeasured pass of their own strategy.
  bool leads_in(std::size_t round) const { return history == History::own || (history == History::both && round % 2 == 1); }

  /// A first look: seconds, wider intervals.
  static Protocol quick();

  /// For numbers that others will cite.
  static Protocol publish();

  /// For chains of several lengths: so many rounds of every cell.
  Protocol for_sweep(std::size_t rounds = 60) const;

  /// Exactly so many rounds, whatever the pilot says.
  Protocol with_rounds(std::size_t rounds) const;
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/protocol.ipp>
#endif
