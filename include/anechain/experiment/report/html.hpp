// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/html/autocorrelation.hpp>
#include <anechain/experiment/report/html/cost.hpp>
#include <anechain/experiment/report/html/distribution.hpp>
#include <anechain/experiment/report/html/forest.hpp>
#include <anechain/experiment/report/html/lengths.hpp>
#include <anechain/experiment/report/html/page.hpp>
#include <anechain/experiment/report/html/series.hpp>
#include <anechain/experiment/report/html/style.hpp>
#include <anechain/experiment/report/html/time_strip.hpp>
#include <anechain/experiment/report/rows.hpp>

/// A report as one page that needs nothing else: no script, no network, no font.
namespace anechain::report {

namespace page {

/// A part of the page under a heading.
struct Section {
  std::string_view id;     ///< what links within the page point at
  std::string_view title;  ///< plain text, escaped where it is written
  std::string_view about;  ///< how to read it; may be empty
  std::string body;        ///< none: the page goes without the section
};

/// One figure for each group that was measured by this library's protocol.
template <class Draw>
std::string estimated_figures(const Report& report, const Analysis& analysis, Draw draw) {
  std::string figures;
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const MeasurementAnalysis& its = analysis.measurements[i];
    if (!its.estimates || !report::detail::shows_groups(report.measurements[i], its)) continue;
    for (const Group& group : groups_of(report.measurements[i]))
      if (group.contenders.size() > 1 && group.measurement->contenders[group.contenders[1]].baseline == group.contenders[0])
        figures += figure(group.title, draw(group, *its.estimates));
  }
  return figures;
}

inline std::string in(std::string_view layout, const std::string& figures) {
  return figures.empty() ? "" : std::string{"<div class=\""} + std::string{layout} + "\">\n" + figures + "</div>\n";
}

inline std::string lengths_body(const Measurement& measurement, const Scaling& scaling, const Series& series) {
  if (scaling.fits.empty()) return paragraph(scaling.refusal.empty() ? "no chain was measured in two lengths" : scaling.refusal, "missing");
  return in("cards", length_charts(scaling, series)) + table_of(report::detail::length_block(measurement, scaling).table);
}

inline std::string costs_body(const Report& report, const Measurement& measurement, const Scaling& scaling) {
  if (!scaling.decomposition) return paragraph(std::string{"There is no decomposition: "} + scaling.refusal + ".", "missing");
  std::string figures;
  for (const Implied& implied : scaling.decomposition->implied) figures += composition_chart(report, measurement, scaling, implied);
  const Block block = report::detail::cost_block(report, measurement, scaling);
  return (figures.empty() ? "" : term_legend(report, *scaling.decomposition)) + in("cards", figures) + table_of(block.table) +
         bullets(block.remarks);
}

inline std::vector<Section> sections(const Report& report, const Analysis& analysis) {
  const Series series{report};
  std::string strips, shares, across, lengths, costs, protocols;
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    const MeasurementAnalysis& its = analysis.measurements[i];
    protocols += protocol_table(measurement);
    if (its.scaling) {
      lengths += lengths_body(measurement, *its.scaling, series);
      costs += costs_body(report, measurement, *its.scaling);
    }
    if (its.estimates) across += across_groups(measurement, *its.estimates, series);
    if (!report::detail::shows_groups(measurement, its)) continue;
    for (const Group& group : groups_of(measurement)) {
      strips += figure(group.title, TimeStrip{group, series}.draw());
      shares += distributions(group, series);
    }
  }
  return {
      {"effects", "Effects",
       "Each contender against the baseline of its group. The shaded band is too small to be of interest; an arrow points at an effect "
       "beyond the axis.",
       in("cards",
          estimated_figures(report, analysis, [&](const Group& one, const Estimates& its) { return contrasts(one, its, series); }) +
              across)},
      {"time", "Passes over time",
       "Drift, stalls and the warm-up (shaded), which does not count. Many passes are thinned out evenly; the hundred farthest from their "
       "median are all there.",
       in("stack", strips)},
      {"distribution", "Distributions",
       "The share of passes that took no longer than a time, once the device was steady; marks stand at medians. The last half per cent at "
       "either end may lie beyond the axis.",
       in("cards", shares)},
      {"lengths", "Chain lengths",
       "A pass against the number of its kernels: the slope is a kernel, the height at zero what a pass costs without any. Dashed: not a "
       "line.",
       lengths},
      {"cost", "What a pass is made of", "The cost model's terms at the longest chain of each kernel.", costs},
      {"dependence", "Dependence of rounds",
       "Autocorrelation of each comparison's log-ratios, by their signs about the median, from which n_eff comes: so many independent "
       "rounds would say as much.",
       in("cards",
          estimated_figures(report, analysis, [&](const Group& one, const Estimates& its) { return correlograms(one, its, series); }))},
      {"control", "A/A control",
       "The baseline, measured once more as if it were another strategy, with its 99 % interval. Where it excludes zero, no other number "
       "holds.",
       in("cards", controls(report, analysis, series))},
      {"published", "Beside the published table", "", published(report, analysis)},
      {"tables", "Tables", "", report.measurements.empty() ? "" : tables(report, analysis)},
      {"environment", "Environment", "", environment_table(report.environment)},
      {"protocol", "Protocol", "", protocols},
      {"verdicts", "Verdicts, and what to do next", "", verdicts()},
  };
}

inline std::string document(const Report& report, const Analysis& analysis, std::string_view appendix) {
  std::string links;
  std::string body;
  for (const Section& section : sections(report, analysis)) {
    if (section.body.empty()) continue;
    links += std::string{"<a href=\"#"} + std::string{section.id} + "\">" + escaped(section.title) + "</a>\n";
    body += std::string{"<section id=\""} + std::string{section.id} + "\">\n" + element("h2", escaped(section.title)) +
            (section.about.empty() ? "\n" : paragraph(section.about, "about")) + section.body + "</section>\n";
  }
  return whole("anechain: " + report.environment.device, "<header>\n" + header(report, analysis) + "</header>\n" + element("nav", links) +
                                                             "\n<main>\n" + body + "</main>\n" + std::string{appendix});
}

}  // namespace page

/// A whole report as a page.
inline void html(std::ostream& to, const Report& report, const Analysis& analysis) { to << page::document(report, analysis, {}); }

/// The same with the report's JSON document in it, for programs to find by the id "report".
inline void html(std::ostream& to, const Report& report, const Analysis& analysis, std::string_view json) {
  to << page::document(report, analysis, page::json_block(json));
}

}  // namespace anechain::report
