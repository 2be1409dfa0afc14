// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/support/words.hpp>

namespace anechain {

/// What may be said of a strategy against the baseline.
enum class Verdict {
  unreliable,         ///< nothing: the numbers do not hold, for a reason
  slower,             ///< the interval excludes zero, and the effect is of interest
  faster,             ///< the same on the other side
  negligible,         ///< there is an effect, too small to be of interest
  equivalent,         ///< the whole interval is too small to be of interest
  indistinguishable,  ///< from zero; more rounds would tell
};

template <>
inline constexpr auto words_of<Verdict> =
    std::to_array<std::string_view>({"unreliable", "slower", "faster", "negligible", "equivalent", "indistinguishable"});

/// All that a verdict rests on. Effects are shares of the baseline's pass: 0.01 is one per cent.
struct Evidence {
  double effect = 0;                             ///< positive where the strategy is slower
  std::optional<statistics::Interval> interval;  ///< of the effect; none for too few rounds
  double epsilon = 0.005;                        ///< the smallest effect of interest
  double minimum_detectable = 0;                 ///< what such a run finds in four of five cases
  double effective_rounds = 0;                   ///< independent ones that would say as much
  double tied_share = 0;                         ///< rounds that gave the very number of another one
  double failed_share = 0;                       ///< rounds that a failing evaluation spoilt
  std::optional<bool> control_is_quiet{};        ///< the A/A control: whether its interval holds zero; none where there was no control
  bool launches_disagree = false;                ///< more than half of a round's variance is between launches
};

/// Why nothing may be said.
enum class Reason {
  none,               ///< something may
  failed_rounds,      ///< more than 1 % of the rounds failed
  too_few_rounds,     ///< for an interval
  launches_disagree,  ///< launches differ by more than rounds do; more rounds in each do not help
  dependent_rounds,   ///< they say no more than fewer than least_effective_rounds independent ones
  ties,               ///< more than half of the rounds: the clock is too coarse
  control_not_quiet,  ///< the A/A control, the baseline against itself, shows a difference
};
template <>
inline constexpr auto words_of<Reason> = std::to_array<std::string_view>(
    {"none", "failed_rounds", "too_few_rounds", "launches_disagree", "dependent_rounds", "ties", "control_not_quiet"});

/// A verdict, and what goes with it.
struct Judgement {
  Verdict verdict = Verdict::unreliable;  ///< see judge()
  Reason reason = Reason::none;           ///< why it is unreliable; none otherwise
  double effective_rounds = 0;            ///< that it rests on
  /// So many times the rounds would tell, where it is indistinguishable; 0 if the smallest effect of interest is zero, so that nothing says
  /// how many would.
  double times_the_rounds = 0;
};

/// The verdict, by the first rule that applies.
Judgement judge(const Evidence& evidence);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/analysis/verdict.ipp>
#endif
