// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/estimate.hpp>
#include <anechain/experiment/original_estimate.hpp>
#include <anechain/experiment/published.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/format.hpp>
#include <anechain/experiment/scaling.hpp>
#include <anechain/support/words.hpp>

/// Everything that a report's samples say. Made from the report alone, so that it can be made again from a file, with another
/// estimator if need be.
namespace anechain {

/// One configuration's numbers: by this library's protocol, or the original's where it was measured in blocks.
struct ConfigurationAnalysis {
  std::optional<Estimates> estimates;        ///< none where it was measured in blocks
  std::optional<OriginalEstimate> original;  ///< none where it was not
};

/// How a run stands to something that was published.
enum class Standing { agrees, contradicts, undecided, not_measured };

template <>
inline constexpr auto words_of<Standing> = std::to_array<std::string_view>({"agrees", "contradicts", "undecided", "not measured"});

/// What a run implies for one of the published findings: on this machine, which need not be the one of the finding.
struct Finding {
  std::string_view claim;                      ///< one of published_findings
  Standing standing = Standing::not_measured;  ///< undecided where one configuration is, and none contradicts
  std::string evidence;  ///< the numbers that it rests on, configuration by configuration; empty where nothing was measured
};

/// What a report says: see analyse().
struct Analysis {
  std::vector<ConfigurationAnalysis> configurations;  ///< in the order of Report::measurements
  std::optional<Scaling> scaling;                     ///< none where the report has no sweep
  std::vector<Finding> findings;                      ///< one for each of published_findings, in their order
};

namespace detail {

/// A strategy's contrast in one configuration, in words.
struct Said {
  std::string text;
  Verdict verdict;
};

/// What a report says of one strategy, configuration by configuration; of one configuration where it is named.
inline std::vector<Said> said_of(const Report& report, const Analysis& analysis, std::string_view strategy,
                                 std::string_view configuration = {}) {
  std::vector<Said> all;
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    if (!analysis.configurations[i].estimates || (!configuration.empty() && measurement.name != configuration)) continue;
    for (std::size_t s = 0; s < measurement.strategies.size(); ++s) {
      const std::optional<StrategyEstimate>& estimate = analysis.configurations[i].estimates->strategies[s];
      if (measurement.strategies[s].name != strategy || !estimate || !estimate->judgement) continue;
      const std::optional<statistics::Interval> interval = estimate->contrast->relative_interval();
      std::string text = measurement.name + ": " + report::percent(estimate->contrast->relative(), true);
      if (interval) text += std::string{" ["} + report::percent(interval->low, true) + ", " + report::percent(interval->high, true) + "]";
      all.push_back({text + ", " + std::string{name_of(estimate->judgement->verdict)}, estimate->judgement->verdict});
    }
  }
  return all;
}

/// A finding that holds where every verdict is one of `for_it`, and falls where any is one of `against_it`.
inline Finding finding(std::string_view claim, const std::vector<Said>& said, std::initializer_list<Verdict> for_it,
                       std::initializer_list<Verdict> against_it) {
  Finding finding{claim, said.empty() ? Standing::not_measured : Standing::agrees, {}};
  for (const Said& one : said) {
    finding.evidence += (finding.evidence.empty() ? "" : "; ") + one.text;
    if (std::ranges::find(against_it, one.verdict) != against_it.end())
      finding.standing = Standing::contradicts;
    else if (finding.standing == Standing::agrees && std::ranges::find(for_it, one.verdict) == for_it.end())
      finding.standing = Standing::undecided;
  }
  return finding;
}

inline std::string share_interval(const Bounded& of) {
  return report::percent(of.value) + " [" + report::percent(of.interval.low) + ", " + report::percent(of.interval.high) + "]";
}

/// The overhead is dispatch where more than half of every pass is.
inline Finding dispatch_finding(const Analysis& analysis) {
  Finding finding{published_findings[1], Standing::not_measured, {}};
  if (!analysis.scaling || !analysis.scaling->decomposition) return finding;
  for (const Implied& implied : analysis.scaling->decomposition->implied) {
    if (finding.standing == Standing::not_measured) finding.standing = Standing::agrees;
    finding.evidence += (finding.evidence.empty() ? "" : "; ") + implied.configuration + ": dispatch is " +
                        share_interval(implied.dispatch_share) + " of a pass";
    if (implied.dispatch_share.interval.high < 0.5)
      finding.standing = Standing::contradicts;
    else if (implied.dispatch_share.interval.low < 0.5 && finding.standing == Standing::agrees)
      finding.standing = Standing::undecided;
  }
  return finding;
}

/// A pass could take half the time where the fused one does.
inline Finding ceiling_finding(const Report& report, const Analysis& analysis) {
  Finding finding{published_findings[4], Standing::not_measured, {}};
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    if (!analysis.configurations[i].estimates) continue;
    for (std::size_t s = 0; s < report.measurements[i].strategies.size(); ++s) {
      const std::optional<StrategyEstimate>& estimate = analysis.configurations[i].estimates->strategies[s];
      if (!report.measurements[i].strategies[s].fuses || !estimate || !estimate->contrast || !estimate->contrast->relative_interval())
        continue;
      const statistics::Interval interval = *estimate->contrast->relative_interval();
      if (finding.standing == Standing::not_measured) finding.standing = Standing::agrees;
      finding.evidence += (finding.evidence.empty() ? "" : "; ") + report.measurements[i].name + ": fused takes " +
                          report::percent(1 + interval.low) + " to " + report::percent(1 + interval.high) + " of the time";
      if (interval.low > -0.5)
        finding.standing = Standing::contradicts;
      else if (interval.high > -0.5 && finding.standing == Standing::agrees)
        finding.standing = Standing::undecided;
    }
  }
  return finding;
}

}  // namespace detail

/// All of it.
inline Analysis analyse(const Report& report) {
  Analysis analysis;
  for (const Measurement& measurement : report.measurements) {
    ConfigurationAnalysis& configuration = analysis.configurations.emplace_back();
    if (measurement.order == Order::blocks)
      configuration.original = original_estimate(measurement);
    else
      configuration.estimates = estimate(measurement, report.protocol);
  }
  if (report.sweep) analysis.scaling = scale(*report.sweep, report.protocol);

  using enum Verdict;
  const auto said = [&](std::string_view strategy, std::string_view configuration = {}) {
    return detail::said_of(report, analysis, strategy, configuration);
  };
  analysis.findings.push_back(detail::finding(published_findings[0], said(Sequential::name), {equivalent, negligible}, {slower, faster}));
  analysis.findings.push_back(detail::dispatch_finding(analysis));
  analysis.findings.push_back(
      detail::finding(published_findings[2], said(Sequential::name, "768x256"), {faster}, {slower, equivalent, negligible}));
  analysis.findings.push_back(
      detail::finding(published_findings[3], said(GcdSerial::name, "64x32"), {faster}, {slower, equivalent, negligible}));
  analysis.findings.push_back(detail::ceiling_finding(report, analysis));
  return analysis;
}

}  // namespace anechain
