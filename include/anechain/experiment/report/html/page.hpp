// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/html/series.hpp>
#include <anechain/experiment/report/html/style.hpp>
#include <anechain/experiment/report/html/text.hpp>
#include <anechain/experiment/report/rows.hpp>

/// The page's text: answers, tables, explanations.
namespace anechain::report::page {

inline std::string paragraph(std::string_view text, std::string_view css = {}) { return element("p", escaped(text), css) + "\n"; }

/// A document, complete in itself: it loads nothing, and runs nothing.
inline std::string whole(std::string_view title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escaped(title) + "</title>\n<style>" + std::string{style} + "</style>\n</head>\n<body>\n" + body + "</body>\n</html>\n";
}

inline std::string bullets(const std::vector<std::string>& lines) {
  std::string items;
  for (const std::string& one : lines) items += element("li", escaped(one)) + "\n";
  return items.empty() ? "" : element("ul", items, "remarks") + "\n";
}

/// Rows under a header, scrolling by themselves where they are too wide.
inline std::string table_of(const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  std::string lines;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string cells;
    for (const std::string& cell : rows[i]) cells += element(i == 0 ? "th" : "td", escaped(cell));
    lines += element("tr", cells) + "\n";
  }
  return std::string{"<div class=\"scroll\">"} + element("table", lines) + "</div>\n";
}

using Fact = std::pair<std::string_view, std::string>;

inline std::string facts_table(const std::vector<Fact>& facts) {
  std::string lines;
  for (const auto& [what, value] : facts)
    if (!value.empty()) lines += element("tr", element("td", escaped(what)) + element("td", escaped(value))) + "\n";
  return element("table", lines, "facts") + "\n";
}

inline std::string chip(std::string_view word, std::string_view css) {
  return element("span", escaped(word), std::string{"verdict "} + std::string{css});
}

/// What the experiment was made for: the contrast of a contender that copies, or the first there is.
inline std::string answer(const Group& group, const MeasurementAnalysis& analysis) {
  const auto item = [&](std::string_view text, std::string_view css) {
    return std::string{"<li class=\""} + std::string{css} + "\">" + element("b", escaped(group.title) + ":") + std::string{text} +
           "</li>\n";
  };
  const std::size_t base = group.contenders.front();
  if (!analysis.estimates) {
    const std::vector<std::size_t> baselines = group.measurement->baselines();
    const auto place = static_cast<std::size_t>(std::ranges::find(baselines, base) - baselines.begin());
    const std::optional<double> overhead = analysis.originals[place].overhead_us(group.measurement->contenders[base].flow.programs.size());
    return item(
        overhead ? std::string{"a copy costs "} + escaped(digits(*overhead, true)) + " us by its formula, with no interval" : "no number",
        "");
  }
  std::optional<std::size_t> found;
  for (const std::size_t c : group.contenders) {
    const std::optional<ContenderEstimate>& estimate = analysis.estimates->contenders[c];
    const MeasuredStrategy& strategy = group.measurement->contenders[c].strategy;
    const bool is_the_copy = strategy.copies && strategy.hops == executor::Hops::none;
    if (estimate && estimate->judgement && (!found || is_the_copy)) found = c;
    if (found == c && is_the_copy) break;
  }
  if (!found) return item("nothing could be compared with " + escaped(group.name(base)), "unreliable");
  const ContenderEstimate& estimate = *analysis.estimates->contenders[*found];
  const std::string_view verdict = name_of(estimate.judgement->verdict);
  return item(escaped(group.name(*found)) + " " + escaped(percent(estimate.contrast->relative(), true)) + " " +
                  escaped(shares(estimate.contrast->relative_interval())) + " " + chip(verdict, verdict),
              verdict);
}

inline std::string header(const Report& report, const Analysis& analysis) {
  std::string text =
      element("h1", std::string{"anechain: "} + escaped(report.environment.device.empty() ? "a benchmark" : report.environment.device));
  text += paragraph(headline(report), "headline");
  if (!report.complete()) text += paragraph("INCOMPLETE: the run was interrupted; what follows is what it had.", "banner");
  std::string answers;
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    if (!report::detail::shows_groups(report.measurements[i], analysis.measurements[i])) continue;
    for (const Group& group : groups_of(report.measurements[i]))
      if (group.contenders.size() > 1) answers += answer(group, analysis.measurements[i]);
  }
  return text + (answers.empty() ? paragraph("Nothing was measured.", "missing") : element("ul", answers, "answers") + "\n");
}

/// The published numbers beside this run's; empty if nothing matches.
inline std::string published(const Report& report, const Analysis& analysis) {
  const std::optional<Block> block = published_block(report, analysis);
  if (!block) return {};
  std::string findings;
  for (const Finding& finding : analysis.findings)
    if (finding.standing != Standing::not_measured)
      findings += element("li", std::string{"&ldquo;"} + escaped(finding.claim) + "&rdquo;: this run " +
                                    chip(name_of(finding.standing), name_of(finding.standing)) + " " + escaped(finding.evidence)) +
                  "\n";
  return paragraph(std::string{published_chip} + ", us a kernel or copy; " + std::string{published_source} + ".", "about") +
         table_of(block->table) + (findings.empty() ? "" : element("ul", findings, "remarks"));
}

inline std::string tables(const Report& report, const Analysis& analysis) {
  std::string text;
  for (std::size_t i = 0; i < report.measurements.size(); ++i)
    for (const Block& block : blocks(report, report.measurements[i], analysis.measurements[i]))
      text += element("h3", escaped(block.heading)) + table_of(block.table) + bullets(block.remarks);
  return text + bullets(notes(report));
}

inline std::string environment_table(const Environment& environment) {
  std::string arguments;
  for (const std::string& argument : environment.arguments) arguments += (arguments.empty() ? "" : " ") + argument;
  std::string light;
  if (const auto& limit = environment.speed_of_light) {
    if (limit->tflops > 0) light += digits(limit->tflops) + " TFLOPS ";
    if (limit->gb_per_s > 0) light += digits(limit->gb_per_s) + " GB/s ";
    light += std::string{"("} + limit->source + ")";
  }
  return facts_table({{"device", environment.device},
                      {"processor", environment.processor},
                      {"cores", std::to_string(environment.cores)},
                      {"memory", scaled(static_cast<double>(environment.memory_bytes), "B")},
                      {"system", environment.system},
                      {"virtual machine", environment.is_virtual ? "yes" : "no"},
                      {"load at the start", environment.load >= 0 ? digits(environment.load) : std::string{}},
                      {"frequency governor", environment.governor},
                      {"clock", environment.clock},
                      {"speed of light", light},
                      {"time", environment.time},
                      {"anechain", environment.version},
                      {"compiler", environment.compiler},
                      {"arguments", arguments}});
}

inline std::string protocol_table(const Measurement& measurement) {
  const Protocol& protocol = measurement.protocol;
  const auto seconds = [](std::chrono::nanoseconds time) { return digits(std::chrono::duration<double>{time}.count()) + " s"; };
  return element("h3",
                 escaped(std::to_string(measurement.contenders.size()) + " contenders, the first " + measurement.contenders.front().name)) +
         facts_table({{"order", std::string{name_of(protocol.order)}},
                      {"seed", std::to_string(protocol.seed)},
                      {"history", std::string{name_of(protocol.history)}},
                      {"random gaps", protocol.gaps ? "yes" : "no"},
                      {"launches", std::to_string(protocol.launches)},
                      {"rounds", std::string{"a pilot of "} + std::to_string(protocol.pilot) + ", then " +
                                     std::to_string(protocol.least_rounds) + " to " + std::to_string(protocol.most_rounds)},
                      {"target half-width", digits(protocol.target_us) + " us a link, or " + percent(protocol.target_share) + " of a pass"},
                      {"budget", seconds(protocol.budget)},
                      {"warm-up, at most", seconds(protocol.warm_up_limit)},
                      {"confidence", percent(protocol.confidence) + ", of all comparisons of a group together"},
                      {"effect of interest", percent(protocol.epsilon) + " of a pass of the baseline"},
                      {"estimator", std::string{name_of(protocol.estimator)}}});
}

/// What a verdict means, and what to do next.
struct Explanation {
  Verdict verdict;
  std::string_view text;
};
inline constexpr Explanation explanations[]{
    {Verdict::slower,
     "The interval excludes zero, and the effect is large enough to be of interest. Next: see the decomposition for where the time goes; "
     "launch again to "
     "see whether it stays."},
    {Verdict::faster,
     "The same on the other side. Next: where a strategy does more work and takes less time, doubt it first: look at the time strip and "
     "the A/A control."},
    {Verdict::negligible,
     "There is a difference, and it is too small to be of interest. Next: nothing, unless a smaller effect matters to you."},
    {Verdict::equivalent, "The whole interval is too small to be of interest: as good as equal. Next: nothing."},
    {Verdict::indistinguishable,
     "The interval holds zero, and effects of interest too: this run cannot tell. Next: more rounds, a larger budget or a quieter "
     "machine."},
    {Verdict::unreliable,
     "The numbers do not hold, for the reason that the remarks give. Next: what they say there; do not cite this number."}};

inline std::string verdicts() {
  std::string items;
  for (const Explanation& one : explanations)
    items += element("dt", chip(name_of(one.verdict), name_of(one.verdict))) + element("dd", escaped(one.text)) + "\n";
  return element("dl", items) + "\n";
}

/// JSON as a script element can hold it. Within JSON, "</" and "<!" stand in strings alone, where escapes mean the same.
inline std::string json_block(std::string_view json) {
  std::string text = "<script type=\"application/json\" id=\"report\">";
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char before = i > 0 ? json[i - 1] : ' ';
    if (before == '<' && json[i] == '/')
      text += "\\/";
    else if (before == '<' && json[i] == '!')
      text += "\\u0021";
    else
      text += json[i];
  }
  return text + "</script>\n";
}

}  // namespace anechain::report::page
