// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <anechain/analysis/estimate.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/report/document.hpp>
#include <anechain/report/sections/names.hpp>

/// What is said below a group's table: failures, and what each comparison came to.
namespace anechain::report::detail {

/// One remark for each of the contenders that failed.
inline std::vector<Remark> failure_remarks(const Measurement& measurement, const std::vector<std::size_t>& contenders) {
  std::vector<Remark> remarks;
  for (const std::size_t c : contenders)
    if (const std::optional<std::string>& failure = measurement.contenders[c].failure)
      remarks.push_back({"failed",
                         {{"contender", short_name(measurement, c)}, {"reason", failure->empty() ? "it did not say why" : *failure}},
                         "{contender} failed: {reason}"});
  return remarks;
}

/// How a process of the run failed, and whether its data is in the report.
inline Remark process_remark(const FailedProcess& failed) {
  return {failed.is_kept ? "process_interrupted" : "process_lost",
          {{"process", count(failed.process), Unit::count},
           {"processes", count(failed.processes), Unit::count},
           {"signal", failed.signal != 0 ? count(static_cast<std::size_t>(failed.signal)) : Cell{}, Unit::count},
           {"reason", failed.reason}},
          failed.is_kept       ? "process {process} of {processes} was {reason}: the rounds that it had measured are in the report"
          : failed.signal != 0 ? "process {process} of {processes} was {reason}: its data is lost, that of the others is not"
                               : "process {process} of {processes} measured nothing: {reason}"};
}

/// Rounds that were lost.
inline std::vector<Remark> dropped_remarks(const Measurement& measurement) {
  if (measurement.failures.empty()) return {};
  const FailedRound& first = measurement.failures.front();
  return {{"dropped_rounds",
           {{"rounds", count(measurement.failures.size()), Unit::count},
            {"contender", measurement.contenders[first.contender].name},
            {"reason", first.reason}},
           "{rounds} rounds were dropped for all contenders, the first because of {contender}: {reason}"}};
}

/// Why a comparison is unreliable, and what to do about it.
inline std::pair<std::string, std::string> words_of_reason(Reason reason) {
  switch (reason) {
    case Reason::failed_rounds:
      return {"more than 1 % of the rounds failed", "find out why evaluations fail; their reasons are in the report"};
    case Reason::too_few_rounds: return {"too few rounds for an interval", "more rounds, or a larger budget"};
    case Reason::launches_disagree: return {"launches differ by more than rounds do", "more launches; more rounds in each do not help"};
    case Reason::dependent_rounds:
      return {"the rounds say no more than {effective_rounds} independent ones, 30 are the least", "more rounds, or a larger budget"};
    case Reason::ties: return {"more than half of the rounds are ties: the clock is too coarse", "longer chains"};
    case Reason::control_not_quiet:
      return {"the A/A control, the baseline against itself, shows a difference", "a quieter machine, until the A/A control is quiet"};
    case Reason::none: break;
  }
  return {};
}

/// What is said of a comparison below the table.
inline std::vector<Remark> contrast_remarks(const Measurement& measurement, const std::string& name, const std::string& baseline,
                                            const Contrast& contrast, const Judgement& judgement) {
  std::vector<Remark> remarks;
  if (judgement.verdict == Verdict::unreliable) {
    const auto [why, next] = words_of_reason(judgement.reason);
    remarks.push_back({"unreliable",
                       {{"contender", name},
                        {"reason", word(judgement.reason)},
                        {"effective_rounds", std::floor(judgement.effective_rounds), Unit::count}},
                       "{contender} is unreliable: " + why + "; next: " + next});
  }
  if (judgement.verdict == Verdict::equivalent)
    remarks.push_back({"equivalent",
                       {{"contender", name}, {"baseline", baseline}, {"epsilon", measurement.protocol.epsilon, Unit::share}},
                       "{contender}: equal to {baseline} within {epsilon}"});
  if (judgement.verdict == Verdict::indistinguishable) {
    const statistics::Interval interval = *contrast.relative_interval();
    remarks.push_back({"indistinguishable",
                       {{"contender", name},
                        {"most", std::max(-interval.low, interval.high), Unit::share},
                        {"detectable", contrast.log_ratio.minimum_detectable(), Unit::share},
                        {"times_the_rounds", judgement.times_the_rounds},
                        {"epsilon", measurement.protocol.epsilon, Unit::share}},
                       std::string{"{contender}: not distinguishable from zero: at most {most} of a pass; this run could have seen "
                                   "{detectable} or more; "} +
                           (judgement.times_the_rounds > 0 ? "{times_the_rounds} times the rounds to see {epsilon}" : "more rounds")});
  }
  if (contrast.launch_share)
    remarks.push_back({"launch_share",
                       {{"contender", name}, {"share", *contrast.launch_share, Unit::share}},
                       "{contender}: {share} of a round's variance lies between launches"});
  return remarks;
}

/// A warning if a strategy does as much work as its baseline, or more, in less time: the difference may not be the strategy's.
inline std::vector<Remark> doubt_remarks(const Measurement& measurement, std::size_t contender, const std::string& name,
                                         const std::string& baseline) {
  const MeasuredStrategy& one = measurement.contenders[contender].strategy;
  const MeasuredStrategy& base = measurement.contenders[measurement.contenders[contender].baseline].strategy;
  const auto hops = [](const MeasuredStrategy& of) { return of.hops != executor::Hops::none; };
  const bool does_more = (one.copies && !base.copies) || (hops(one) && !hops(base));
  const bool does_less = (base.copies && !one.copies) || (hops(base) && !hops(one));
  const std::vector<Field> fields{{"contender", name}, {"baseline", baseline}};
  if (does_more)
    return {
        {"does_more_in_less_time", fields,
         "{contender} does more than {baseline} and took less time: carry-over, another power state or another placement of its memory; "
         "see the A/A control, and launch again"}};
  if (!does_less)
    return {{"does_the_same_in_less_time", fields,
             "{contender} does what {baseline} does, and took less time: its memory lies elsewhere; launch again, and believe what stays"}};
  return {};
}

inline std::vector<Remark> contender_remarks(const Measurement& measurement, std::size_t contender, const ContenderEstimate& estimate) {
  const std::string name = short_name(measurement, contender);
  const std::string baseline = short_name(measurement, measurement.contenders[contender].baseline);
  std::vector<Remark> remarks;
  if (estimate.copy_us)
    remarks.push_back({"copy",
                       {{"contender", name},
                        {"time", *estimate.copy_us, Unit::microseconds},
                        {"bandwidth", *estimate.copy_gb_per_s, Unit::gigabytes_per_s}},
                       "{contender}: {time} a copy, {bandwidth}"});
  if (!estimate.judgement) return remarks;
  append(remarks, contrast_remarks(measurement, name, baseline, *estimate.contrast, *estimate.judgement));
  if (estimate.carry_over)
    remarks.push_back({"carry_over",
                       {{"contender", name},
                        {"share", estimate.carry_over->value, Unit::share, true},
                        {"interval", cell(estimate.carry_over->interval), Unit::share, true}},
                       "{contender}: carry-over {share} {interval} of a pass: what it leaves behind for itself"});
  if (estimate.judgement->verdict == Verdict::faster && tells_link_cost(measurement, contender))
    append(remarks, doubt_remarks(measurement, contender, name, baseline));
  return remarks;
}

}  // namespace anechain::report::detail
