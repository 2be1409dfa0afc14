// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/format.hpp>

/// A report's numbers as rows of text, and its sentences: what the console, Markdown and the page have in common.
namespace anechain::report {

/// One row's cells; a table's first row is its header.
using Row = std::vector<std::string>;

/// A table under a heading, and what has to be said of it.
struct Block {
  std::string heading;                 ///< one line
  std::vector<Row> table{};            ///< its first row is its header; may be empty
  std::vector<std::string> remarks{};  ///< below the table, one line each
};

/// "[+0.86 %, +1.15 %]".
inline std::string shares(const std::optional<statistics::Interval>& of) {
  return of ? std::string{"["} + percent(of->low, true) + ", " + percent(of->high, true) + "]" : "too few rounds";
}
/// "[0.398, 0.778]", in the unit that they come in; with a sign "[+5.501, +6.746]".
inline std::string numbers(const statistics::Interval& of, bool sign = false) {
  return std::string{"["} + digits(of.low, sign) + ", " + digits(of.high, sign) + "]";
}

/// Who measured what, on what, how.
inline std::string headline(const Report& report) {
  const Environment& environment = report.environment;
  std::string line = std::string{"anechain "} + environment.version + " | " + environment.device + " | " + environment.system + ", " +
                     std::to_string(environment.cores) + " cores" + (environment.is_virtual ? ", virtual" : "");
  if (!report.measurements.empty()) line += " | seed " + std::to_string(report.measurements.front().protocol.seed);
  line += " | " + environment.time;
  if (environment.load >= 0) line += std::string{" | load "} + digits(environment.load);
  if (!environment.governor.empty()) line += std::string{" | governor "} + environment.governor;
  return line;
}

/// What a group is called: its baseline's chain.
inline const std::string& group_name(const Measurement& measurement, std::size_t baseline) {
  return measurement.contenders[baseline].flow.name;
}

/// A contender's name without that of its group, "sequential" of "768x256/sequential".
inline std::string short_name(const Measurement& measurement, std::size_t contender) {
  const MeasuredContender& one = measurement.contenders[contender];
  const std::string prefix = group_name(measurement, one.baseline) + "/";
  return one.name.starts_with(prefix) && one.name.size() > prefix.size() ? one.name.substr(prefix.size()) : one.name;
}

/// How often, and whether the device was steady.
inline std::string rounds_line(const Measurement& measurement, std::size_t baseline) {
  if (measurement.protocol.order == Order::blocks) return "the original protocol: blocks in a fixed order";
  std::string line = std::to_string(measurement.rounds()) + " rounds";
  if (measurement.launches.size() > 1) line += std::string{" in "} + std::to_string(measurement.launches.size()) + " launches";
  std::size_t repeats = 1;
  std::size_t warm_up = 0;
  bool steady = true;
  bool spent = false;
  for (const Launch& launch : measurement.launches) {
    repeats = std::max(repeats, launch.repeats[baseline]);
    warm_up += launch.warm_up;
    steady = steady && launch.steady.value_or(true);
    spent = spent || launch.end == End::budget;
  }
  if (repeats > 1) line += std::string{", each turn "} + std::to_string(repeats) + " passes";
  if (warm_up > 0) line += std::string{", "} + std::to_string(warm_up) + " of them warm-up";
  if (!steady) line += ", never steady";
  if (spent) line += ", ended by the budget";
  if (!measurement.complete()) line += ", INTERRUPTED";
  return line;
}

/// What a group's chain is, and how it was measured.
inline std::string headline(const Measurement& measurement, std::size_t baseline) {
  const MeasuredFlow& flow = measurement.contenders[baseline].flow;
  const auto per = [](std::int64_t sum, std::size_t count) { return static_cast<double>(sum) / static_cast<double>(count); };
  std::string line = flow.name + " " + std::string{facts(flow.programs.front().input.dtype).name} + ": " +
                     std::to_string(flow.parts.size()) + (flow.parts.size() == 1 ? " kernel of " : " kernels of ") +
                     scaled(per(flow.flops(), flow.parts.size()), "FLOP");
  if (flow.links() > 0)
    line += ", " + std::to_string(flow.links()) + (flow.links() == 1 ? " link of " : " links of ") +
            scaled(per(flow.link_bytes(), flow.links()), "B");
  return line + "; " + rounds_line(measurement, baseline);
}

/// The share of the speed of light that a contender reaches; empty if it is not known.
inline std::string light_share(const Report& report, const MeasuredFlow& flow, const ContenderEstimate& estimate) {
  if (!report.environment.speed_of_light) return {};
  const auto bytes = static_cast<double>(flow.bytes().total());
  return percent(report.environment.speed_of_light->least_us(static_cast<double>(flow.flops()), bytes) / estimate.pass_us.median);
}

namespace detail {

inline Row estimated_row(const Report& report, const Measurement& measurement, std::size_t contender, const std::string& name,
                         const ContenderEstimate& estimate) {
  const MeasuredContender& one = measurement.contenders[contender];
  const bool computes = one.strategy.work == Work::all;
  Row row{name, digits(estimate.pass_us.median)};
  row.push_back(computes ? digits(estimate.kernel_us) : "");
  if (estimate.contrast) {
    const Contrast& contrast = *estimate.contrast;
    const bool links = tells_link_cost(measurement, contender);
    row.push_back(percent(contrast.relative(), true));
    row.push_back(shares(contrast.relative_interval()));
    row.push_back(links ? digits(contrast.per_link_us(), true) : "");
    row.push_back(links && contrast.per_link_interval_us() ? numbers(*contrast.per_link_interval_us(), true) : "");
  } else {
    row.insert(row.end(), {one.baseline == contender ? "baseline" : "", "", "", ""});
  }
  row.push_back(computes ? digits(estimate.kernels_per_s) : "");
  row.push_back(computes ? digits(estimate.gflops) : "");
  if (report.environment.speed_of_light) row.push_back(computes ? light_share(report, one.flow, estimate) : "");
  row.push_back(estimate.judgement ? std::string{name_of(estimate.judgement->verdict)} : "verified");
  return row;
}

inline Row header_row(const Report& report, const std::string& baseline) {
  Row row{"contender", "pass [us]", "kernel [us]", "vs " + baseline, "interval", "link [us]", "interval", "kernels/s", "GFLOP/s"};
  if (report.environment.speed_of_light) row.push_back("of light");
  row.push_back("verdict");
  return row;
}

inline Row failed_row(const MeasuredContender& contender, const std::string& name, std::size_t columns) {
  Row row(columns);
  row.front() = name;
  row[1] = "-";
  row.back() = contender.ok() ? "no samples" : "FAILED";
  return row;
}

inline std::vector<Row> original_table(const OriginalEstimate& original, std::size_t length) {
  const auto cell = [](const std::optional<double>& number) { return number ? digits(*number) : std::string{"-"}; };
  std::vector<Row> rows{{"as the original prints it", "mean [ms]"},
                        {"sequential, a kernel", cell(original.sequential_ms)},
                        {"run only, a kernel", cell(original.run_only_ms)},
                        {"memcpy only, a copy", cell(original.copy_ms)},
                        {"GCD serial, a kernel", cell(original.gcd_ms)}};
  if (const std::optional<double> overhead = original.overhead_us(length))
    rows.push_back({"its overhead formula, a copy", digits(*overhead / 1e3, true)});
  return rows;
}

/// What failed, of some contenders.
inline std::vector<std::string> failure_remarks(const Measurement& measurement, const std::vector<std::size_t>& contenders) {
  std::vector<std::string> lines;
  for (const std::size_t c : contenders)
    if (const std::optional<std::string>& failure = measurement.contenders[c].failure)
      lines.push_back(short_name(measurement, c) + " failed: " + (failure->empty() ? "it did not say why" : *failure));
  return lines;
}

/// Rounds that were lost.
inline std::vector<std::string> dropped_remarks(const Measurement& measurement) {
  if (measurement.failures.empty()) return {};
  const FailedRound& first = measurement.failures.front();
  return {std::to_string(measurement.failures.size()) + " rounds were dropped for all contenders, the first because of " +
          measurement.contenders[first.contender].name + ": " + first.reason};
}

/// What a contrast says that its row does not.
inline std::vector<std::string> contrast_remarks(const Measurement& measurement, const std::string& name, const std::string& baseline,
                                                 const Contrast& contrast, const Judgement& judgement) {
  std::vector<std::string> lines;
  if (judgement.verdict == Verdict::unreliable) lines.push_back(name + " is unreliable: " + judgement.reason + "; next: " + judgement.next);
  if (judgement.verdict == Verdict::equivalent)
    lines.push_back(name + ": equal to " + baseline + " within " + percent(measurement.protocol.epsilon));
  if (judgement.verdict == Verdict::indistinguishable) {
    const statistics::Interval interval = *contrast.relative_interval();
    lines.push_back(name + ": not distinguishable from zero: at most " + percent(std::max(-interval.low, interval.high)) +
                    " of a pass; this run could have seen " + percent(contrast.log_ratio.minimum_detectable()) + " or more; " +
                    judgement.next);
  }
  if (contrast.launch_share)
    lines.push_back(name + ": " + percent(*contrast.launch_share) + " of a round's variance lies between launches");
  return lines;
}

inline std::vector<std::string> contender_remarks(const Measurement& measurement, std::size_t contender,
                                                  const ContenderEstimate& estimate) {
  const MeasuredContender& one = measurement.contenders[contender];
  const MeasuredContender& base = measurement.contenders[one.baseline];
  const std::string name = short_name(measurement, contender);
  const std::string baseline = short_name(measurement, one.baseline);
  std::vector<std::string> lines;
  if (estimate.copy_us)
    lines.push_back(name + ": " + digits(*estimate.copy_us) + " us a copy, " + digits(*estimate.copy_gb_per_s) + " GB/s");
  if (!estimate.judgement) return lines;
  lines = contrast_remarks(measurement, name, baseline, *estimate.contrast, *estimate.judgement);
  if (estimate.carry_over)
    lines.push_back(name + ": carry-over " + percent(estimate.carry_over->value, true) + " " + shares(estimate.carry_over->interval) +
                    " of a pass: what it leaves behind for itself");
  if (estimate.judgement->verdict != Verdict::faster || !tells_link_cost(measurement, contender)) return lines;
  const bool does_more = (one.strategy.copies && !base.strategy.copies) ||
                         (one.strategy.hops != executor::Hops::none && base.strategy.hops == executor::Hops::none);
  const bool does_less = (base.strategy.copies && !one.strategy.copies) ||
                         (base.strategy.hops != executor::Hops::none && one.strategy.hops == executor::Hops::none);
  if (does_more)
    lines.push_back(
        name + " does more than " + baseline +
        " and took less time: carry-over, another power state or another placement of its memory; see the A/A control, and launch "
        "again");
  else if (!does_less)
    lines.push_back(name + " does what " + baseline +
                    " does, and took less time: its memory lies elsewhere; launch again, and believe what stays");
  return lines;
}

template <class Line>
void append(std::vector<Line>& to, std::vector<Line> more) {
  for (Line& line : more) to.push_back(std::move(line));
}

/// One group: a row for each contender.
inline Block group_block(const Report& report, const Measurement& measurement, const Estimates& estimates, std::size_t baseline) {
  const std::vector<std::size_t> group = measurement.group(baseline);
  Block block{
      headline(measurement, baseline), {header_row(report, short_name(measurement, baseline))}, failure_remarks(measurement, group)};
  if (const std::optional<Contrast>& control = estimates.control_of(measurement.contenders[baseline]))
    block.remarks.push_back("A/A, " + short_name(measurement, baseline) + " against itself: " + percent(control->relative(), true) + " " +
                            shares(control->relative_interval()) +
                            (is_quiet(control).value_or(true) ? "" : ": NOT QUIET, nothing here can be relied on"));
  for (const std::size_t c : group) {
    const std::string name = short_name(measurement, c);
    if (!estimates.contenders[c]) {
      block.table.push_back(failed_row(measurement.contenders[c], name, block.table.front().size()));
      continue;
    }
    block.table.push_back(estimated_row(report, measurement, c, name, *estimates.contenders[c]));
    append(block.remarks, contender_remarks(measurement, c, *estimates.contenders[c]));
  }
  return block;
}

/// Contenders that have a group to themselves, in one table.
inline std::optional<Block> lone_block(const Report& report, const Measurement& measurement, const Estimates& estimates) {
  std::vector<std::size_t> lone;
  for (const std::size_t base : estimates.baselines)
    if (measurement.group(base).size() == 1) lone.push_back(base);
  if (lone.empty() || estimates.baselines.size() == 1) return std::nullopt;
  Block block{"contenders that are alone in their group: " + rounds_line(measurement, lone.front()),
              {{"contender", "kernels", "pass [us]", "kernel [us]", "kernels/s", "GFLOP/s", ""}},
              failure_remarks(measurement, lone)};
  if (report.environment.speed_of_light) block.table.front().insert(block.table.front().end() - 1, "of light");
  for (const std::size_t c : lone) {
    const MeasuredContender& one = measurement.contenders[c];
    Row row{one.name, std::to_string(one.flow.parts.size())};
    if (const std::optional<ContenderEstimate>& estimate = estimates.contenders[c]) {
      append(row,
             {digits(estimate->pass_us.median), digits(estimate->kernel_us), digits(estimate->kernels_per_s), digits(estimate->gflops)});
      if (report.environment.speed_of_light) row.push_back(light_share(report, one.flow, *estimate));
      row.push_back("verified");
    } else {
      row.resize(block.table.front().size());
      row.back() = one.ok() ? "no samples" : "FAILED";
    }
    block.table.push_back(std::move(row));
  }
  return block;
}

/// Contenders of other groups against the first baseline.
inline std::optional<Block> across_block(const Measurement& measurement, const Estimates& estimates) {
  if (estimates.across.empty()) return std::nullopt;
  const std::string baseline = measurement.contenders[estimates.baselines.front()].name;
  Block block{"across groups, against " + baseline, {{"contender", "pass [us]", "vs " + baseline, "interval", "verdict"}}};
  for (const AcrossEstimate& across : estimates.across) {
    const std::string& name = measurement.contenders[across.contender].name;
    block.table.push_back({name, digits(estimates.contenders[across.contender]->pass_us.median), percent(across.contrast.relative(), true),
                           shares(across.contrast.relative_interval()), std::string{name_of(across.judgement.verdict)}});
    append(block.remarks, contrast_remarks(measurement, name, baseline, across.contrast, across.judgement));
  }
  return block;
}

/// What each of many contenders takes of a run.
inline std::optional<Block> time_block(const Measurement& measurement, const Estimates& estimates) {
  constexpr std::size_t few = 9;
  if (measurement.contenders.size() <= few) return std::nullopt;
  double total = 0;
  for (const std::optional<ContenderEstimate>& one : estimates.contenders)
    if (one) total += one->measured_s;
  if (total <= 0) return std::nullopt;
  Block block{"what each contender took of the measured " + digits(total) + " s", {{"contender", "measured [s]", "share"}}};
  for (std::size_t c = 0; c < measurement.contenders.size(); ++c)
    if (const std::optional<ContenderEstimate>& one = estimates.contenders[c])
      block.table.push_back({measurement.contenders[c].name, digits(one->measured_s), percent(one->measured_s / total)});
  return block;
}

/// Slopes and fixed costs, and what a link costs by the slopes.
inline Block length_block(const Measurement& measurement, const Scaling& scaling) {
  std::size_t fitted = 0;
  for (const MeasuredContender& contender : measurement.contenders) fitted += is_fitted(contender);
  Block block{"chain lengths: " + std::to_string(scaling.rounds) + " rounds of " + std::to_string(fitted) +
                  " contenders; the machine's state went from " + digits(scaling.state.low) + " to " + digits(scaling.state.high) +
                  " of its median",
              {{"kernel", "contender", "kernel [us]", "interval", "fixed [us]", "interval", "linear"}}};
  for (const LengthFit& fit : scaling.fits)
    block.table.push_back({fit.kernel, fit.contender, digits(fit.slope_us.value), numbers(fit.slope_us.interval),
                           digits(fit.fixed_us.value), numbers(fit.fixed_us.interval),
                           !fit.curvature_us ? "two lengths"
                           : fit.linear()    ? "yes"
                                             : "NO"});
  for (const SlopeDifference& link : scaling.links)
    block.table.push_back(
        {link.kernel, link.contender + " - " + link.baseline, digits(link.us.value, true), numbers(link.us.interval, true), "", "", ""});
  std::vector<std::size_t> all(measurement.contenders.size());
  for (std::size_t c = 0; c < all.size(); ++c) all[c] = c;
  if (measurement.protocol.order == Order::shuffles) block.remarks = failure_remarks(measurement, all);
  return block;
}

/// What the cost model implies.
inline std::vector<std::string> cost_remarks(const Report& report, const Measurement& measurement, const Decomposition& decomposition) {
  std::vector<std::string> lines;
  const auto derived = [&](std::string_view what, const std::optional<Bounded>& number, std::string_view unit) {
    if (number)
      lines.push_back(std::string{what} + ": " + digits(number->value) + " " + std::string{unit} + " " + numbers(number->interval));
  };
  derived("compute of a large kernel", decomposition.tflops, "TFLOPS");
  derived("copies", decomposition.gb_per_s, "GB/s");
  derived("a dispatch takes as long as the compute of", decomposition.break_even_gflop, "GFLOP");
  for (const Implied& implied : decomposition.implied) {
    std::string line = implied.kernel + ", " + std::to_string(implied.length) + " kernels: dispatch is " +
                       ::anechain::detail::share_interval(implied.dispatch_share) + " of a pass; as one program it would take " +
                       digits(implied.fused_pass_us.value) + " us " + numbers(implied.fused_pass_us.interval);
    if (report.environment.speed_of_light)
      line += "; the speed of light is " + digits(report.environment.speed_of_light->least_us(implied.gflop * 1e9, 0)) + " us";
    lines.push_back(line);
  }
  lines.push_back("the model fits worst for " + measurement.contenders[decomposition.worst_contender].name + ": " +
                  percent(decomposition.worst_residual, true));
  return lines;
}

/// One row for each term of the cost model.
inline Block cost_block(const Report& report, const Measurement& measurement, const Scaling& scaling) {
  if (!scaling.decomposition) return {"cost model", {}, {"none: " + scaling.refusal}};
  Block block{"cost model", {{"cost of", "unit", "estimate", "interval", ""}}, cost_remarks(report, measurement, *scaling.decomposition)};
  for (const FittedTerm& term : scaling.decomposition->terms)
    block.table.push_back({std::string{cost_terms[term.term].name}, std::string{cost_terms[term.term].unit}, digits(term.cost.value),
                           numbers(term.cost.interval), term.held_at_zero ? "held at zero: it would have come out negative" : ""});
  return block;
}

/// One measured chain as a row of the published table.
inline Row published_row(const Measurement& measurement, const MeasurementAnalysis& analysis, std::size_t baseline, std::size_t group) {
  const auto cell = [](const std::optional<double>& us) { return us ? digits(*us) : std::string{"-"}; };
  const std::string& name = group_name(measurement, baseline);
  if (!analysis.estimates) {
    const OriginalEstimate& original = analysis.originals[group];
    const auto us = [](const std::optional<double>& ms) { return ms ? std::optional{1e3 * *ms} : std::nullopt; };
    return {name,
            "by the original protocol",
            cell(us(original.sequential_ms)),
            cell(us(original.run_only_ms)),
            cell(us(original.copy_ms)),
            cell(us(original.gcd_ms)),
            original.sequential_ms && original.run_only_ms ? digits(*original.sequential_ms / *original.run_only_ms) : "-"};
  }
  const auto of = [&](std::string_view strategy) -> const ContenderEstimate* {
    for (const std::size_t c : measurement.group(baseline)) {
      const MeasuredContender& contender = measurement.contenders[c];
      const std::optional<ContenderEstimate>& estimate = analysis.estimates->contenders[c];
      if (contender.strategy.name == strategy && !contender.flow.is_fused() && estimate) return &*estimate;
    }
    return nullptr;
  };
  const auto kernel = [&](const ContenderEstimate* estimate) { return estimate != nullptr ? digits(estimate->kernel_us) : "-"; };
  const ContenderEstimate* sequential = of(Sequential::name);
  const ContenderEstimate* transfers = of(TransferOnly::name);
  return {name,
          "this run",
          kernel(sequential),
          kernel(of(RunOnly::name)),
          transfers != nullptr ? cell(transfers->copy_us) : "-",
          kernel(of(GcdSerial::name)),
          sequential != nullptr && sequential->contrast ? digits(1 + sequential->contrast->relative()) : "-"};
}

/// Whether a measurement's contenders are shown one by one, or only what is fitted to them.
inline bool shows_groups(const Measurement& measurement, const MeasurementAnalysis& analysis) {
  return measurement.protocol.order != Order::shuffles || !analysis.scaling;
}

}  // namespace detail

/// The published numbers and this run's, for the chains that both have; none if there is no such chain.
inline std::optional<Block> published_block(const Report& report, const Analysis& analysis) {
  Block block{
      "beside the published table (" + std::string{published_chip} + ", us a kernel or copy; " + std::string{published_source} + ")",
      {{"configuration", "", "sequential", "run only", "copy alone", "GCD serial", "sequential / run only"}}};
  for (const PublishedRow& published : published_table) {
    std::vector<Row> measured;
    for (std::size_t i = 0; i < report.measurements.size(); ++i) {
      const Measurement& measurement = report.measurements[i];
      if (!detail::shows_groups(measurement, analysis.measurements[i])) continue;
      const std::vector<std::size_t> baselines = measurement.baselines();
      for (std::size_t g = 0; g < baselines.size(); ++g)
        if (published_row_of(measurement.contenders[baselines[g]].flow) == &published)
          measured.push_back(detail::published_row(measurement, analysis.measurements[i], baselines[g], g));
    }
    if (measured.empty()) continue;
    block.table.push_back({std::string{published.configuration}, "published", digits(1e3 * published.sequential_ms),
                           digits(1e3 * published.run_only_ms), digits(1e3 * published.copy_ms), digits(1e3 * published.gcd_ms),
                           digits(published.sequential_ms / published.run_only_ms)});
    detail::append(block.table, measured);
  }
  if (block.table.size() == 1) return std::nullopt;
  for (const Finding& finding : analysis.findings)
    if (finding.standing != Standing::not_measured)
      block.remarks.push_back("\"" + std::string{finding.claim} + "\": this run " + std::string{name_of(finding.standing)} + " (" +
                              finding.evidence + ")");
  return block;
}

/// All tables of one measurement, in their order.
inline std::vector<Block> blocks(const Report& report, const Measurement& measurement, const MeasurementAnalysis& analysis) {
  std::vector<Block> all;
  const std::vector<std::size_t> baselines = measurement.baselines();
  if (!analysis.estimates) {
    for (std::size_t g = 0; g < baselines.size(); ++g)
      all.push_back({headline(measurement, baselines[g]),
                     detail::original_table(analysis.originals[g], measurement.contenders[baselines[g]].flow.programs.size()),
                     detail::failure_remarks(measurement, measurement.group(baselines[g]))});
  } else if (detail::shows_groups(measurement, analysis)) {
    for (const std::size_t base : baselines)
      if (measurement.group(base).size() > 1 || baselines.size() == 1)
        all.push_back(detail::group_block(report, measurement, *analysis.estimates, base));
    if (auto block = detail::lone_block(report, measurement, *analysis.estimates)) all.push_back(std::move(*block));
    if (auto block = detail::across_block(measurement, *analysis.estimates)) all.push_back(std::move(*block));
    if (auto block = detail::time_block(measurement, *analysis.estimates)) all.push_back(std::move(*block));
  }
  if (analysis.scaling) {
    all.push_back(detail::length_block(measurement, *analysis.scaling));
    all.push_back(detail::cost_block(report, measurement, *analysis.scaling));
  }
  if (!all.empty()) {
    std::vector<std::string> dropped = detail::dropped_remarks(measurement);
    all.front().remarks.insert(all.front().remarks.begin(), dropped.begin(), dropped.end());
  }
  return all;
}

/// How the numbers are to be read.
inline std::vector<std::string> notes(const Report& report) {
  std::vector<std::string> lines;
  const auto first_of = [&](Order order) -> const Measurement* {
    const auto found = std::ranges::find(report.measurements, order, [](const Measurement& one) { return one.protocol.order; });
    return found == report.measurements.end() ? nullptr : &*found;
  };
  if (first_of(Order::blocks) != nullptr)
    for (const std::string_view fault : original_faults)
      lines.push_back(std::string{"what is wrong with the original protocol's numbers: "} + std::string{fault} + ".");
  if (const Measurement* const measured = first_of(Order::palindromes)) {
    const Protocol& protocol = measured->protocol;
    lines.push_back("vs a baseline: the " + std::string{name_of(protocol.estimator)} +
                    " of one ratio a round, with an interval that holds for all comparisons of a table together with " +
                    percent(protocol.confidence) + "; link: the same for each link of the chain.");
    switch (protocol.history) {
      case History::equal:
        lines.emplace_back(
            "history: equal. Every contender follows every other: the cost of the transfer itself; --history own gives what a program "
            "would "
            "see.");
        break;
      case History::own:
        lines.emplace_back("history: own. Every measured pass follows one of its own contender: the cost that a program would see.");
        break;
      case History::both:
        lines.emplace_back(
            "history: both. The comparison is of passes that follow one of their own contender; carry-over is what that adds to passes "
            "that "
            "follow any.");
        break;
    }
    if (std::ranges::all_of(report.measurements, [](const Measurement& measurement) { return measurement.launches.size() <= 1; }))
      lines.push_back(
          "one launch: another one lays out memory and programs anew, and may differ by more than an interval says; --launches 5 tells.");
  }
  if (const std::optional<SpeedOfLight>& light = report.environment.speed_of_light)
    lines.push_back("of light: the share of " + (light->tflops > 0 ? digits(light->tflops) + " TFLOPS" : std::string{}) +
                    (light->gb_per_s > 0 ? (light->tflops > 0 ? " or " : "") + digits(light->gb_per_s) + " GB/s" : "") + " (" +
                    light->source + ").");
  std::vector<std::string> told;
  for (const Measurement& measurement : report.measurements)
    for (const MeasuredContender& contender : measurement.contenders)
      if (contender.strategy.hops != executor::Hops::none && std::ranges::find(told, contender.strategy.name) == told.end()) {
        lines.push_back(contender.strategy.name + ": " + contender.strategy.executor + ".");
        told.push_back(contender.strategy.name);
      }
  return lines;
}

}  // namespace anechain::report
