// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <anechain/experiment/report/format.hpp>
#include <anechain/experiment/statistics/median_interval.hpp>
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

/// A verdict, and what goes with it.
struct Judgement {
  Verdict verdict = Verdict::unreliable;  ///< see judge()
  std::string reason;                     ///< why it is unreliable; empty otherwise
  std::string next;                       ///< what to do, where there is something to do
};

/// Rounds that are needed to tell anything: with fewer independent ones the autocorrelation time is a guess.
inline constexpr double least_effective_rounds = 30;

/// The verdict, by the first rule that applies.
inline Judgement judge(const Evidence& evidence) {
  const auto unreliable = [](std::string reason, std::string next) {
    return Judgement{Verdict::unreliable, std::move(reason), std::move(next)};
  };
  if (evidence.failed_share > 0.01)
    return unreliable("more than 1 % of the rounds failed", "find out why evaluations fail; their reasons are in the report");
  if (!evidence.interval) return unreliable("too few rounds for an interval", "more rounds, or a larger budget");
  if (evidence.launches_disagree)
    return unreliable("launches differ by more than rounds do", "more launches; more rounds in each do not help");
  if (evidence.effective_rounds < least_effective_rounds)
    return unreliable(std::string{"the rounds say no more than "} + std::to_string(static_cast<long>(evidence.effective_rounds)) +
                          " independent ones, 30 are the least",
                      "more rounds, or a larger budget");
  if (evidence.tied_share > 0.5) return unreliable("more than half of the rounds are ties: the clock is too coarse", "longer chains");
  if (evidence.control_is_quiet == false)
    return unreliable("the A/A control, the baseline against itself, shows a difference", "a quieter machine; then run selftest");
  const bool excludes_zero = !evidence.interval->contains(0);
  const bool of_interest = std::abs(evidence.effect) >= evidence.epsilon;
  if (excludes_zero && of_interest) return {evidence.interval->low > 0 ? Verdict::slower : Verdict::faster, {}, {}};
  if (excludes_zero) return {Verdict::negligible, {}, {}};
  if (evidence.interval->low > -evidence.epsilon && evidence.interval->high < evidence.epsilon) return {Verdict::equivalent, {}, {}};
  Judgement judgement{Verdict::indistinguishable, {}, "more rounds"};
  if (evidence.epsilon > 0) {
    // Either the run could not see so little, or it could and chance left the interval across the band's edge.
    const double factor = evidence.minimum_detectable / evidence.epsilon;
    judgement.next = report::fixed(std::max(2.0, factor * factor), 1) + " times the rounds to see " + report::percent(evidence.epsilon);
  }
  return judgement;
}

}  // namespace anechain
