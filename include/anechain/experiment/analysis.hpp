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

/// One measurement's numbers: by this library's protocol, or the original's if it was measured in blocks.
struct MeasurementAnalysis {
  std::optional<Estimates> estimates;       ///< none if it was measured in blocks
  std::vector<OriginalEstimate> originals;  ///< one for each group, in the order of its baselines, if it was; else empty
  std::optional<Scaling> scaling;           ///< none if no kernel is repeated in several lengths
};

/// How a run stands to something that was published.
enum class Standing { agrees, contradicts, undecided, not_measured };

template <>
inline constexpr auto words_of<Standing> = std::to_array<std::string_view>({"agrees", "contradicts", "undecided", "not measured"});

/// What a run implies for one of the published findings: on this machine, which need not be the one of the finding.
struct Finding {
  std::string_view claim;                      ///< one of published_findings
  Standing standing = Standing::not_measured;  ///< undecided if one chain is, and none contradicts
  std::string evidence;                        ///< the numbers that it rests on, chain by chain; empty if nothing was measured
};

/// What a report says: see analyse().
struct Analysis {
  std::vector<MeasurementAnalysis> measurements;  ///< in the order of Report::measurements
  std::vector<Finding> findings;                  ///< one for each of published_findings, in their order
};

namespace detail {

/// A contender's contrast in words.
struct Said {
  std::string text;
  Verdict verdict;
};

/// Calls `visit(name, contender, estimate)` for every compared contender whose group is a chain of the published table.
template <class Visitor>
void for_each_published(const Report& report, const Analysis& analysis, Visitor visit) {
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    const std::optional<Estimates>& estimates = analysis.measurements[i].estimates;
    for (std::size_t c = 0; estimates && c < measurement.contenders.size(); ++c) {
      const MeasuredContender& contender = measurement.contenders[c];
      const MeasuredFlow& flow = measurement.contenders[contender.baseline].flow;
      const PublishedRow* row = published_row_of(flow);
      const std::optional<ContenderEstimate>& estimate = estimates->contenders[c];
      if (row != nullptr && estimate && estimate->judgement) visit(*row, contender, *estimate);
    }
  }
}

/// What a report says of one strategy, chain by chain; of one chain if its configuration is named.
inline std::vector<Said> said_of(const Report& report, const Analysis& analysis, std::string_view strategy,
                                 std::string_view configuration = {}) {
  std::vector<Said> all;
  for_each_published(report, analysis, [&](const PublishedRow& row, const MeasuredContender& contender, const ContenderEstimate& estimate) {
    if (contender.strategy.name != strategy || contender.flow.is_fused()) return;
    if (!configuration.empty() && row.configuration != configuration) return;
    const std::optional<statistics::Interval> interval = estimate.contrast->relative_interval();
    std::string text = std::string{row.configuration} + ": " + report::percent(estimate.contrast->relative(), true);
    if (interval) text += std::string{" ["} + report::percent(interval->low, true) + ", " + report::percent(interval->high, true) + "]";
    all.push_back({text + ", " + std::string{name_of(estimate.judgement->verdict)}, estimate.judgement->verdict});
  });
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

/// The overhead is dispatch if more than half of every pass is.
inline Finding dispatch_finding(const Report& report, const Analysis& analysis) {
  Finding finding{published_findings[1], Standing::not_measured, {}};
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const std::optional<Scaling>& scaling = analysis.measurements[i].scaling;
    if (!scaling || !scaling->decomposition) continue;
    for (const Implied& implied : scaling->decomposition->implied) {
      const PublishedRow* row = published_row_of(report.measurements[i].contenders[implied.contender].flow);
      if (row == nullptr) continue;
      if (finding.standing == Standing::not_measured) finding.standing = Standing::agrees;
      finding.evidence += (finding.evidence.empty() ? "" : "; ") + std::string{row->configuration} + ": dispatch is " +
                          share_interval(implied.dispatch_share) + " of a pass";
      if (implied.dispatch_share.interval.high < 0.5)
        finding.standing = Standing::contradicts;
      else if (implied.dispatch_share.interval.low < 0.5 && finding.standing == Standing::agrees)
        finding.standing = Standing::undecided;
    }
  }
  return finding;
}

/// A pass could take half the time if the fused one does.
inline Finding ceiling_finding(const Report& report, const Analysis& analysis) {
  Finding finding{published_findings[4], Standing::not_measured, {}};
  for_each_published(report, analysis, [&](const PublishedRow& row, const MeasuredContender& contender, const ContenderEstimate& estimate) {
    if (!contender.flow.is_fused() || !estimate.contrast->relative_interval()) return;
    const statistics::Interval interval = *estimate.contrast->relative_interval();
    if (finding.standing == Standing::not_measured) finding.standing = Standing::agrees;
    finding.evidence += (finding.evidence.empty() ? "" : "; ") + std::string{row.configuration} + ": fused takes " +
                        report::percent(1 + interval.low) + " to " + report::percent(1 + interval.high) + " of the time";
    if (interval.low > -0.5)
      finding.standing = Standing::contradicts;
    else if (interval.high > -0.5 && finding.standing == Standing::agrees)
      finding.standing = Standing::undecided;
  });
  return finding;
}

}  // namespace detail

/// Every number that a report's samples give.
inline Analysis analyse(const Report& report) {
  Analysis analysis;
  for (const Measurement& measurement : report.measurements) {
    MeasurementAnalysis& its = analysis.measurements.emplace_back();
    if (measurement.protocol.order == Order::blocks) {
      for (const std::size_t base : measurement.baselines()) its.originals.push_back(original_estimate(measurement, base));
      continue;
    }
    its.estimates = estimate(measurement);
    if (has_several_lengths(measurement)) its.scaling = scale(measurement);
  }

  using enum Verdict;
  const auto said = [&](std::string_view strategy, std::string_view configuration = {}) {
    return detail::said_of(report, analysis, strategy, configuration);
  };
  analysis.findings.push_back(detail::finding(published_findings[0], said(Sequential::name), {equivalent, negligible}, {slower, faster}));
  analysis.findings.push_back(detail::dispatch_finding(report, analysis));
  analysis.findings.push_back(
      detail::finding(published_findings[2], said(Sequential::name, "768x256"), {faster}, {slower, equivalent, negligible}));
  analysis.findings.push_back(
      detail::finding(published_findings[3], said(GcdSerial::name, "64x32"), {faster}, {slower, equivalent, negligible}));
  analysis.findings.push_back(detail::ceiling_finding(report, analysis));
  return analysis;
}

}  // namespace anechain
