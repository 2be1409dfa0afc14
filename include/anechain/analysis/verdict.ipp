// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include <anechain/analysis/verdict.hpp>
#include <anechain/measure/contrasts.hpp>
#include <anechain/statistics/median_interval.hpp>

namespace anechain {

ANECHAIN_INLINE Judgement judge(const Evidence& evidence) {
  Judgement judgement{.effective_rounds = evidence.effective_rounds};
  judgement.reason = evidence.failed_share > 0.01                         ? Reason::failed_rounds
                     : !evidence.interval                                 ? Reason::too_few_rounds
                     : evidence.launches_disagree                         ? Reason::launches_disagree
                     : evidence.effective_rounds < least_effective_rounds ? Reason::dependent_rounds
                     : evidence.tied_share > 0.5                          ? Reason::ties
                     : evidence.control_is_quiet == false                 ? Reason::control_not_quiet
                                                                          : Reason::none;
  if (judgement.reason != Reason::none) return judgement;
  const statistics::Interval& interval = *evidence.interval;
  const double epsilon = evidence.epsilon;
  judgement.verdict = !interval.contains(0)                                ? !(std::abs(evidence.effect) >= epsilon) ? Verdict::negligible
                                                                             : interval.low > 0                      ? Verdict::slower
                                                                                                                     : Verdict::faster
                      : interval.low > -epsilon && interval.high < epsilon ? Verdict::equivalent
                                                                           : Verdict::indistinguishable;
  // Either the run could not see so little, or it could and chance left the interval across the band's edge.
  if (judgement.verdict == Verdict::indistinguishable && epsilon > 0) {
    const double factor = evidence.minimum_detectable / epsilon;
    judgement.times_the_rounds = std::max(2.0, factor * factor);
  }
  return judgement;
}

}  // namespace anechain
