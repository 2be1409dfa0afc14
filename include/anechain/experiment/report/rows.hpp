// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <range/v3/algorithm/all_of.hpp>
#include <range/v3/algorithm/find.hpp>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/paired.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/format.hpp>

/// A report's numbers as rows of text, and its sentences: what the console, Markdown and the page have in common.
namespace anechain::report {

/// One row's cells; a table's first row is its header.
using Row = std::vector<std::string>;

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
                     std::to_string(environment.cores) + " cores" + (environment.is_virtual ? ", virtual" : "") + " | seed " +
                     std::to_string(report.protocol.seed) + " | " + environment.time;
  if (environment.load >= 0) line += std::string{" | load "} + digits(environment.load);
  if (!environment.governor.empty()) line += std::string{" | governor "} + environment.governor;
  return line;
}

/// What was measured, how often, and whether the device was steady.
inline std::string headline(const Measurement& measurement) {
  const auto per_kernel = static_cast<double>(measurement.flops) / static_cast<double>(measurement.length);
  const auto per_link = static_cast<double>(measurement.link_bytes) / static_cast<double>(measurement.links());
  std::string line = measurement.name + " " + std::string{facts(measurement.input.dtype).name} + ": " + std::to_string(measurement.length) +
                     " kernels of " + scaled(per_kernel, "FLOP") + ", " + std::to_string(measurement.links()) + " links of " +
                     scaled(per_link, "B") + "; ";
  if (measurement.order == Order::blocks) return line + "the original protocol: blocks in a fixed order";
  line += std::to_string(measurement.rounds()) + " rounds";
  if (measurement.launches.size() > 1) line += std::string{" in "} + std::to_string(measurement.launches.size()) + " launches";
  std::size_t repeats = 1;
  std::size_t warm_up = 0;
  bool steady = true;
  bool spent = false;
  for (const Launch& launch : measurement.launches) {
    repeats = std::max(repeats, launch.repeats);
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

/// The share of the speed of light that a strategy reaches; empty where it is not known.
inline std::string light_share(const Report& report, const Measurement& measurement, const StrategyEstimate& estimate) {
  if (!report.environment.speed_of_light) return {};
  const auto bytes = static_cast<double>(measurement.bytes.total());
  return percent(report.environment.speed_of_light->least_us(static_cast<double>(measurement.flops), bytes) / estimate.pass_us.median);
}

namespace detail {

inline Row estimated_row(const Report& report, const Measurement& measurement, const MeasuredStrategy& strategy,
                         const StrategyEstimate& estimate) {
  const bool computes = strategy.work == Work::all;
  Row row{strategy.name, digits(estimate.pass_us.median)};
  row.push_back(computes ? digits(estimate.kernel_us) : "");
  if (estimate.contrast) {
    const Contrast& contrast = *estimate.contrast;
    row.push_back(percent(contrast.relative(), true));
    row.push_back(shares(contrast.relative_interval()));
    row.push_back(strategy.has_links() ? digits(contrast.per_link_us(), true) : "");
    row.push_back(strategy.has_links() && contrast.per_link_interval_us() ? numbers(*contrast.per_link_interval_us(), true) : "");
  } else {
    row.insert(row.end(), {strategy.name == baseline ? "baseline" : "", "", "", ""});
  }
  row.push_back(computes ? digits(estimate.kernels_per_s) : "");
  row.push_back(computes ? digits(estimate.gflops) : "");
  if (report.environment.speed_of_light) row.push_back(computes ? light_share(report, measurement, estimate) : "");
  row.push_back(estimate.judgement ? std::string{name_of(estimate.judgement->verdict)} : "verified");
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

}  // namespace detail

/// One row a strategy, under a header.
inline std::vector<Row> table(const Report& report, const Measurement& measurement, const ConfigurationAnalysis& analysis) {
  if (analysis.original) return detail::original_table(*analysis.original, measurement.length);
  std::vector<Row> rows{{"strategy", "pass [us]", "kernel [us]", std::string{"vs "} + std::string{baseline}, "interval", "link [us]",
                         "interval", "kernels/s", "GFLOP/s"}};
  if (report.environment.speed_of_light) rows.front().push_back("of light");
  rows.front().push_back("verdict");
  for (const auto& [strategy, estimate] : Paired{measurement.strategies, analysis.estimates->strategies}) {
    if (estimate) {
      rows.push_back(detail::estimated_row(report, measurement, strategy, *estimate));
      continue;
    }
    Row row(rows.front().size());
    row.front() = strategy.name;
    row[1] = "-";
    row.back() = strategy.ok() ? "no samples" : "FAILED";
    rows.push_back(row);
  }
  return rows;
}

/// What the table does not say: failures, why numbers do not hold, what to do next, what a copy alone costs.
inline std::vector<std::string> remarks(const Report& report, const Measurement& measurement, const ConfigurationAnalysis& analysis) {
  std::vector<std::string> lines;
  for (const MeasuredStrategy& strategy : measurement.strategies)
    if (!strategy.ok())
      lines.push_back(strategy.name + " failed: " + (strategy.failure->empty() ? "it did not say why" : *strategy.failure));
  if (!measurement.failures.empty())
    lines.push_back(std::to_string(measurement.failures.size()) + " rounds were dropped for all strategies, the first because of " +
                    measurement.strategies[measurement.failures.front().strategy].name + ": " + measurement.failures.front().reason);
  if (analysis.original) return lines;
  if (const std::optional<Contrast>& control = analysis.estimates->control)
    lines.push_back(std::string{"A/A, "} + std::string{baseline} + " against itself: " + percent(control->relative(), true) + " " +
                    shares(control->relative_interval()) +
                    (analysis.estimates->control_is_quiet().value_or(true) ? "" : ": NOT QUIET, nothing here can be relied on"));
  for (const auto& [strategy, estimate] : Paired{measurement.strategies, analysis.estimates->strategies}) {
    if (!estimate) continue;
    if (estimate->copy_us)
      lines.push_back(strategy.name + ": " + digits(*estimate->copy_us) + " us a copy, " + digits(*estimate->copy_gb_per_s) + " GB/s");
    if (!estimate->judgement) continue;
    const Contrast& contrast = *estimate->contrast;
    const Judgement& judgement = *estimate->judgement;
    if (judgement.verdict == Verdict::unreliable)
      lines.push_back(strategy.name + " is unreliable: " + judgement.reason + "; next: " + judgement.next);
    if (judgement.verdict == Verdict::equivalent)
      lines.push_back(strategy.name + ": equal to " + std::string{baseline} + " within " + percent(report.protocol.epsilon));
    if (judgement.verdict == Verdict::indistinguishable) {
      const statistics::Interval interval = *contrast.relative_interval();
      lines.push_back(strategy.name + ": not distinguishable from zero: at most " + percent(std::max(-interval.low, interval.high)) +
                      " of a pass; this run could have seen " + percent(contrast.log_ratio.minimum_detectable()) + " or more; " +
                      judgement.next);
    }
    if (estimate->carry_over)
      lines.push_back(strategy.name + ": carry-over " + percent(estimate->carry_over->value, true) + " " +
                      shares(estimate->carry_over->interval) + " of a pass: what it leaves behind for itself");
    const bool does_more = strategy.has_links() && (strategy.copies || strategy.executor != executor::Inline::description);
    if (judgement.verdict == Verdict::faster && does_more)
      lines.push_back(
          strategy.name + " does more than " + std::string{baseline} +
          " and took less time: carry-over, another power state or another placement of its memory; see the A/A control, and launch again");
    if (judgement.verdict == Verdict::faster && strategy.has_links() && !does_more)
      lines.push_back(strategy.name + " does what " + std::string{baseline} +
                      " does, and took less time: its memory lies elsewhere; launch again, and believe what stays");
    if (contrast.launch_share)
      lines.push_back(strategy.name + ": " + percent(*contrast.launch_share) + " of a round's variance lies between launches");
  }
  return lines;
}

/// Slopes and fixed costs, and what a link costs by the slopes.
inline std::vector<Row> length_table(const Scaling& scaling) {
  std::vector<Row> rows{{"configuration", "strategy", "kernel [us]", "interval", "fixed [us]", "interval", "linear"}};
  for (const LengthFit& fit : scaling.fits)
    rows.push_back({fit.configuration, fit.strategy, digits(fit.slope_us.value), numbers(fit.slope_us.interval), digits(fit.fixed_us.value),
                    numbers(fit.fixed_us.interval),
                    !fit.curvature_us ? "two lengths"
                    : fit.linear()    ? "yes"
                                      : "NO"});
  for (const SlopeDifference& link : scaling.links)
    rows.push_back({link.configuration, link.strategy + " - " + std::string{baseline}, digits(link.us.value, true),
                    numbers(link.us.interval, true), "", "", ""});
  return rows;
}

/// One row for each term of the cost model, under a header.
inline std::vector<Row> cost_table(const Decomposition& decomposition) {
  std::vector<Row> rows{{"cost of", "unit", "estimate", "interval", ""}};
  for (const FittedTerm& term : decomposition.terms)
    rows.push_back({std::string{cost_terms[term.term].name}, std::string{cost_terms[term.term].unit}, digits(term.cost.value),
                    numbers(term.cost.interval), term.held_at_zero ? "held at zero: it would have come out negative" : ""});
  return rows;
}

/// What the cost model implies.
inline std::vector<std::string> remarks(const Report& report, const Decomposition& decomposition) {
  std::vector<std::string> lines;
  const auto derived = [&](std::string_view what, const std::optional<Bounded>& number, std::string_view unit) {
    if (number)
      lines.push_back(std::string{what} + ": " + digits(number->value) + " " + std::string{unit} + " " + numbers(number->interval));
  };
  derived("compute of a large kernel", decomposition.tflops, "TFLOPS");
  derived("copies", decomposition.gb_per_s, "GB/s");
  derived("a dispatch takes as long as the compute of", decomposition.break_even_gflop, "GFLOP");
  for (const Implied& implied : decomposition.implied) {
    std::string line = implied.configuration + ", " + std::to_string(implied.length) + " kernels: dispatch is " +
                       ::anechain::detail::share_interval(implied.dispatch_share) + " of a pass; as one program it would take " +
                       digits(implied.fused_pass_us.value) + " us " + numbers(implied.fused_pass_us.interval);
    if (report.environment.speed_of_light)
      line += std::string{"; the speed of light is "} +
              digits(report.environment.speed_of_light->least_us(implied.kernel_gflop * 1e9 * static_cast<double>(implied.length), 0)) +
              " us";
    lines.push_back(line);
  }
  const Cell& worst = report.sweep->cells[decomposition.worst_cell];
  lines.push_back(std::string{"the model fits worst for "} + worst.configuration + ", " + std::to_string(worst.length) + " kernels, " +
                  report.sweep->strategies[decomposition.worst_cell].name + ": " + percent(decomposition.worst_residual, true));
  return lines;
}

namespace detail {

/// One measured configuration as a row of the published table.
inline Row published_row(const Measurement& measurement, const ConfigurationAnalysis& analysis) {
  const auto cell = [](const std::optional<double>& us) { return us ? digits(*us) : std::string{"-"}; };
  if (analysis.original) {
    const OriginalEstimate& original = *analysis.original;
    const auto us = [](const std::optional<double>& ms) { return ms ? std::optional{1e3 * *ms} : std::nullopt; };
    return {measurement.name,
            "by the original protocol",
            cell(us(original.sequential_ms)),
            cell(us(original.run_only_ms)),
            cell(us(original.copy_ms)),
            cell(us(original.gcd_ms)),
            original.sequential_ms && original.run_only_ms ? digits(*original.sequential_ms / *original.run_only_ms) : "-"};
  }
  const auto of = [&](std::string_view strategy) -> const StrategyEstimate* {
    for (const auto& [measured, estimate] : Paired{measurement.strategies, analysis.estimates->strategies})
      if (measured.name == strategy && estimate) return &*estimate;
    return nullptr;
  };
  const auto kernel = [&](const StrategyEstimate* estimate) { return estimate != nullptr ? digits(estimate->kernel_us) : "-"; };
  const StrategyEstimate* sequential = of(Sequential::name);
  const StrategyEstimate* transfers = of(TransferOnly::name);
  return {measurement.name,
          "this run",
          kernel(sequential),
          kernel(of(RunOnly::name)),
          transfers != nullptr ? cell(transfers->copy_us) : "-",
          kernel(of(GcdSerial::name)),
          sequential != nullptr && sequential->contrast ? digits(1 + sequential->contrast->relative()) : "-"};
}

}  // namespace detail

/// The published numbers and this run's, for the configurations that both have: a header alone where there is none.
inline std::vector<Row> published_rows(const Report& report, const Analysis& analysis) {
  std::vector<Row> rows{{"configuration", "", "sequential", "run only", "copy alone", "GCD serial", "sequential / run only"}};
  for (const PublishedRow& published : published_table) {
    std::vector<Row> measured;
    for (const auto& [measurement, configuration] : Paired{report.measurements, analysis.configurations})
      if (measurement.name == published.configuration && measurement.length == published_length)
        measured.push_back(detail::published_row(measurement, configuration));
    if (measured.empty()) continue;
    rows.push_back({std::string{published.configuration}, "published", digits(1e3 * published.sequential_ms),
                    digits(1e3 * published.run_only_ms), digits(1e3 * published.copy_ms), digits(1e3 * published.gcd_ms),
                    digits(published.sequential_ms / published.run_only_ms)});
    rows.insert(rows.end(), measured.begin(), measured.end());
  }
  return rows;
}

/// How the numbers are to be read.
inline std::vector<std::string> notes(const Report& report) {
  std::vector<std::string> lines;
  const auto any = [&](Order order) { return ranges::find(report.measurements, order, &Measurement::order) != report.measurements.end(); };
  if (any(Order::blocks))
    for (const std::string_view fault : original_faults)
      lines.push_back(std::string{"what is wrong with the original protocol's numbers: "} + std::string{fault} + ".");
  if (any(Order::palindromes)) {
    lines.push_back(std::string{"vs "} + std::string{baseline} + ": the " + std::string{name_of(report.protocol.estimator)} +
                    " of one ratio a round, with an interval that holds for all comparisons of a table together with " +
                    percent(report.protocol.confidence) + "; link: the same for each link of the chain.");
    switch (report.protocol.history) {
      case History::equal:
        lines.emplace_back(
            "history: equal. Every strategy follows every other: the cost of the transfer itself; --history own gives what a program would "
            "see.");
        break;
      case History::own:
        lines.emplace_back("history: own. Every measured pass follows one of its own strategy: the cost that a program would see.");
        break;
      case History::both:
        lines.emplace_back(
            "history: both. The comparison is of passes that follow one of their own strategy; carry-over is what that adds to passes that "
            "follow any.");
        break;
    }
    if (ranges::all_of(report.measurements, [](const Measurement& measurement) { return measurement.launches.size() <= 1; }))
      lines.push_back(
          "one launch: another one lays out memory and programs anew, and may differ by more than an interval says; --launches 5 tells.");
  }
  if (const std::optional<SpeedOfLight>& light = report.environment.speed_of_light)
    lines.push_back("of light: the share of " + (light->tflops > 0 ? digits(light->tflops) + " TFLOPS" : std::string{}) +
                    (light->gb_per_s > 0 ? (light->tflops > 0 ? " or " : "") + digits(light->gb_per_s) + " GB/s" : "") + " (" +
                    light->source + ").");
  std::vector<std::string> told;
  for (const Measurement& measurement : report.measurements)
    for (const MeasuredStrategy& strategy : measurement.strategies)
      if (strategy.executor != executor::Inline::description && ranges::find(told, strategy.name) == told.end()) {
        lines.push_back(strategy.name + ": " + strategy.executor + ".");
        told.push_back(strategy.name);
      }
  return lines;
}

}  // namespace anechain::report
