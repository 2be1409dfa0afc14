// SPDX-License-Identifier: MIT
// What a run implies for the published findings.
#pragma once

#include <anechain/analysis/analysis.hpp>
#include <anechain/report/format.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "published.hpp"

namespace program {

/// How a run stands to something that was published.
enum class Standing { agrees, contradicts, undecided, not_measured };

/// What a run implies for one of the published findings: on this machine, which need not be the one of the finding.
struct Finding {
  std::string_view claim;                      ///< one of published_findings
  Standing standing = Standing::not_measured;  ///< undecided if one chain is, and none contradicts
  std::string evidence;                        ///< the numbers that it rests on, chain by chain; empty if nothing was measured
};

}  // namespace program

namespace anechain {

template <>
inline constexpr auto words_of<program::Standing> = std::to_array<std::string_view>({"agrees", "contradicts", "undecided", "not measured"});

}  // namespace anechain

namespace program {

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
    std::string text = std::string{row.configuration} + ": " + anechain::report::percent(estimate.contrast->relative(), true);
    if (interval)
      text +=
          std::string{" ["} + anechain::report::percent(interval->low, true) + ", " + anechain::report::percent(interval->high, true) + "]";
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
  return anechain::report::percent(of.value) + " [" + anechain::report::percent(of.interval.low) + ", " +
         anechain::report::percent(of.interval.high) + "]";
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
                        anechain::report::percent(1 + interval.low) + " to " + anechain::report::percent(1 + interval.high) +
                        " of the time";
    if (interval.low > -0.5)
      finding.standing = Standing::contradicts;
    else if (interval.high > -0.5 && finding.standing == Standing::agrees)
      finding.standing = Standing::undecided;
  });
  return finding;
}

}  // namespace detail

/// What a report implies for each of published_findings, in their order.
inline std::vector<Finding> findings_of(const Report& report, const Analysis& analysis) {
  using enum Verdict;
  const auto said = [&](std::string_view strategy, std::string_view configuration = {}) {
    return detail::said_of(report, analysis, strategy, configuration);
  };
  return {detail::finding(published_findings[0], said(Sequential::name), {equivalent, negligible}, {slower, faster}),
          detail::dispatch_finding(report, analysis),
          detail::finding(published_findings[2], said(Sequential::name, "768x256"), {faster}, {slower, equivalent, negligible}),
          detail::finding(published_findings[3], said(GcdSerial::name, "64x32"), {faster}, {slower, equivalent, negligible}),
          detail::ceiling_finding(report, analysis)};
}

}  // namespace program
