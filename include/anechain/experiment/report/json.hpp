// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/paired.hpp>
#include <anechain/experiment/report.hpp>

/// A report as JSON, by docs/report.schema.json. Needs nlohmann_json.
namespace anechain::report {

/// What a document says of itself. A reader takes any minor version of the same major one.
inline constexpr std::string_view schema = "anechain-bench/1.0.0";

namespace detail {

using Json = nlohmann::ordered_json;

/// JSON has no NaN and no infinity: null in their place.
inline Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

inline double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>{duration}.count(); }

inline Json summary(const statistics::Summary& of) {
  return {{"median", number(of.median)}, {"q1", number(of.q1)},     {"q3", number(of.q3)}, {"min", number(of.min)},
          {"p99", number(of.p99)},       {"mean", number(of.mean)}, {"sd", number(of.sd)}, {"n", of.count}};
}

inline Json estimate_with(double estimate, const std::optional<statistics::Interval>& interval) {
  return {
      {"est", number(estimate)}, {"lo", interval ? number(interval->low) : nullptr}, {"hi", interval ? number(interval->high) : nullptr}};
}
inline Json bounded(const Bounded& of) { return estimate_with(of.value, of.interval); }
inline Json bounded(const std::optional<Bounded>& of) { return of ? bounded(*of) : Json(nullptr); }

inline Json contrast(const Contrast& contrast) {
  const statistics::Location& ratio = contrast.log_ratio;
  Json json{{"base", baseline},
            {"relative", estimate_with(contrast.relative(), contrast.relative_interval())},
            {"per_link_us", estimate_with(contrast.per_link_us(), contrast.per_link_interval_us())},
            {"confidence", ratio.confidence},
            {"n", ratio.count},
            {"n_eff", number(ratio.effective_count())},
            {"tau", number(ratio.dependence.tau)},
            {"ljung_box_q", number(ratio.dependence.ljung_box_q)},
            {"ties", ratio.ties},
            {"mde", number(ratio.minimum_detectable())},
            {"mde_us", number(contrast.minimum_detectable_us())}};
  if (contrast.launch_share) json["launch_share"] = number(*contrast.launch_share);
  return json;
}

/// What a strategy is, and whether it failed: enough to read it back.
inline Json properties(const MeasuredStrategy& measured) {
  Json json{{"name", measured.name},    {"status", name_of(measured.status())}, {"executor", measured.executor},
            {"lanes", measured.lanes},  {"work", name_of(measured.work)},       {"fuses", measured.fuses},
            {"copies", measured.copies}};
  if (!measured.ok()) json["reason"] = *measured.failure;
  return json;
}

inline Json strategy(const MeasuredStrategy& measured, const std::optional<StrategyEstimate>& estimate) {
  Json json = properties(measured);
  if (!estimate) return json;
  json["pass_us"] = summary(estimate->pass_us);
  json["failed_share"] = number(estimate->failed_share);
  if (estimate->contrast) json["contrast"] = contrast(*estimate->contrast);
  if (estimate->carry_over) json["carry_over"] = estimate_with(estimate->carry_over->value, estimate->carry_over->interval);
  if (estimate->judgement) {
    json["verdict"] = name_of(estimate->judgement->verdict);
    if (!estimate->judgement->reason.empty()) json["verdict_reason"] = estimate->judgement->reason;
    if (!estimate->judgement->next.empty()) json["next"] = estimate->judgement->next;
  }
  if (measured.work == Work::transfers) {
    if (estimate->copy_us) json["copy"] = {{"us", number(*estimate->copy_us)}, {"gb_per_s", number(*estimate->copy_gb_per_s)}};
    return json;
  }
  json["throughput"] = {{"kernels_per_s", number(estimate->kernels_per_s)}, {"tflops", number(estimate->gflops / 1e3)}};
  return json;
}

inline Json launches(const Observations& observed) {
  Json all = Json::array();
  for (const Launch& launch : observed.launches)
    all.push_back({{"repeats", launch.repeats},
                   {"rounds", launch.rounds},
                   {"warm_up", launch.warm_up},
                   {"steady", launch.steady ? Json(*launch.steady) : Json(nullptr)},
                   {"planned", launch.planned},
                   {"end", name_of(launch.end)}});
  return all;
}

inline Json failed_rounds(const Observations& observed) {
  Json all = Json::array();
  for (const FailedRound& failed : observed.failures)
    all.push_back({{"launch", failed.launch}, {"round", failed.round}, {"strategy", failed.strategy}, {"reason", failed.reason}});
  return all;
}

inline Json observations(const Observations& observed) {
  return {{"order", name_of(observed.order)},
          {"complete", observed.complete()},
          {"clock", {{"resolution_ns", observed.clock.resolution.count()}, {"read_ns", observed.clock.reading.count()}}},
          {"launches", launches(observed)},
          {"failed_rounds", failed_rounds(observed)}};
}

inline Json tensor(const mil::TensorType& type) {
  return {{"dtype", facts(type.dtype).name}, {"shape", std::vector<std::int64_t>(type.shape.begin(), type.shape.end())}};
}

inline Json milliseconds(const std::optional<double>& of) { return of ? number(*of) : Json(nullptr); }

inline Json configuration(const Measurement& measurement, const ConfigurationAnalysis& analysis) {
  const auto length = static_cast<double>(measurement.length);
  Json json{
      {"name", measurement.name},
      {"dtype", facts(measurement.input.dtype).name},
      {"n", measurement.length},
      {"input", tensor(measurement.input)},
      {"output", tensor(measurement.output)},
      {"gflop", static_cast<double>(measurement.flops) / 1e9 / length},
      {"flops_pass", measurement.flops},
      {"bytes_pass", {{"input", measurement.bytes.input}, {"output", measurement.bytes.output}, {"weights", measurement.bytes.weights}}},
      {"bytes_links", measurement.link_bytes}};
  if (measurement.input.shape.rank == 4) {
    json["ch"] = measurement.input.shape[1];
    json["sp"] = measurement.input.shape[2] * measurement.input.shape[3];
  }
  json.update(observations(measurement));
  Json strategies = Json::array();
  for (std::size_t s = 0; s < measurement.strategies.size(); ++s)
    strategies.push_back(strategy(measurement.strategies[s], analysis.estimates ? analysis.estimates->strategies[s] : std::nullopt));
  json["strategies"] = std::move(strategies);
  if (analysis.estimates && analysis.estimates->control) {
    json["aa"] = contrast(*analysis.estimates->control);
    const std::optional<bool> quiet = analysis.estimates->control_is_quiet();
    json["aa"]["ok"] = quiet ? Json(*quiet) : Json(nullptr);
  }
  if (analysis.original)
    json["original_estimate"] = {{"sequential_ms", milliseconds(analysis.original->sequential_ms)},
                                 {"run_only_ms", milliseconds(analysis.original->run_only_ms)},
                                 {"copy_ms", milliseconds(analysis.original->copy_ms)},
                                 {"gcd_ms", milliseconds(analysis.original->gcd_ms)},
                                 {"overhead_us", milliseconds(analysis.original->overhead_us(measurement.length))}};
  return json;
}

inline Json sweep(const Sweep& sweep, const Scaling& scaling) {
  Json json = observations(sweep);
  Json cells = Json::array();
  for (std::size_t i = 0; i < sweep.cells.size(); ++i) {
    const Cell& cell = sweep.cells[i];
    cells.push_back({{"config", cell.configuration},
                     {"n", cell.length},
                     {"gflop", cell.gflop},
                     {"dispatches", cell.dispatches},
                     {"copies", cell.copies},
                     {"mb_copied", cell.copied_mb},
                     {"hops", cell.hops},
                     {"strategy", properties(sweep.strategies[i])},
                     {"pass_us", number(scaling.pass_us[i])}});
  }
  json["cells"] = std::move(cells);
  Json fits = Json::array();
  for (const LengthFit& fit : scaling.fits)
    fits.push_back({{"config", fit.configuration},
                    {"strategy", fit.strategy},
                    {"slope_us", bounded(fit.slope_us)},
                    {"fixed_us", bounded(fit.fixed_us)},
                    {"curvature_us", bounded(fit.curvature_us)},
                    {"linear", fit.linear()}});
  json["regression"] = std::move(fits);
  Json links = Json::array();
  for (const SlopeDifference& link : scaling.links)
    links.push_back({{"config", link.configuration}, {"strategy", link.strategy}, {"per_link_us", bounded(link.us)}});
  json["links"] = std::move(links);
  if (!scaling.decomposition) {
    json["decomposition"] = nullptr;
    json["refusal"] = scaling.refusal;
    return json;
  }
  const Decomposition& decomposition = *scaling.decomposition;
  Json terms = Json::array();
  for (const FittedTerm& term : decomposition.terms)
    terms.push_back({{"name", cost_terms[term.term].name},
                     {"unit", cost_terms[term.term].unit},
                     {"cost", bounded(term.cost)},
                     {"held_at_zero", term.held_at_zero}});
  Json implied = Json::array();
  for (const Implied& one : decomposition.implied)
    implied.push_back({{"config", one.configuration},
                       {"n", one.length},
                       {"dispatch_share", bounded(one.dispatch_share)},
                       {"fused_pass_us", bounded(one.fused_pass_us)}});
  json["decomposition"] = {{"terms", std::move(terms)},
                           {"condition", number(decomposition.condition)},
                           {"worst_cell", decomposition.worst_cell},
                           {"worst_residual", number(decomposition.worst_residual)},
                           {"tflops", bounded(decomposition.tflops)},
                           {"gb_per_s", bounded(decomposition.gb_per_s)},
                           {"break_even_gflop", bounded(decomposition.break_even_gflop)},
                           {"implied", std::move(implied)}};
  return json;
}

inline Json environment(const Environment& of) {
  Json json{{"os", of.system},
            {"chip", of.processor},
            {"cores", of.cores},
            {"memory_bytes", of.memory_bytes},
            {"load", of.load >= 0 ? number(of.load) : Json(nullptr)},
            {"governor", of.governor.empty() ? Json(nullptr) : Json(of.governor)},
            {"virtualized", of.is_virtual},
            {"time", of.time},
            {"clock", of.clock},
            {"backend", of.device}};
  if (of.speed_of_light)
    json["speed_of_light"] = {{"tflops", number(of.speed_of_light->tflops)},
                              {"gb_per_s", number(of.speed_of_light->gb_per_s)},
                              {"source", of.speed_of_light->source}};
  return json;
}

inline Json protocol(const Protocol& of) {
  return {{"schedule", name_of(of.order)},
          {"seed", of.seed},
          {"history", name_of(of.history)},
          {"gaps", of.gaps},
          {"launches", of.launches},
          {"pilot", of.pilot},
          {"least_rounds", of.least_rounds},
          {"most_rounds", of.most_rounds},
          {"target_us", number(of.target_us)},
          {"target_share", number(of.target_share)},
          {"budget_s", number(seconds(of.budget))},
          {"warm_up_limit_s", number(seconds(of.warm_up_limit))},
          {"confidence", number(of.confidence)},
          {"epsilon", number(of.epsilon)},
          {"estimator", name_of(of.estimator)},
          {"family", "bonferroni"},
          {"interval", of.estimator == Estimator::median ? "hs-sign" : "yuen"},
          {"warm_up", "1.5*mser5"}};
}

/// An object as text, without the brace at its end: for more to follow.
inline std::string opened(const Json& object) {
  std::string text = object.dump(2, ' ', false, Json::error_handler_t::replace);
  text.resize(text.size() - std::string_view{"\n}"}.size());
  return text;
}

/// An object with its raw samples behind its other members, one sample a line.
inline std::string with_samples(const Json& object, const Observations& observed) {
  std::string text = opened(object);
  text += R"(,
  "raw": {
    "columns": ["launch", "round", "slot", "strategy", "control", "t_start_ns", "dt_ns"],
    "rows": [)";
  bool first = true;
  for (const Sample& sample : observed.samples) {
    text += first ? "\n" : ",\n";
    first = false;
    const std::int64_t columns[]{static_cast<std::int64_t>(sample.launch),
                                 static_cast<std::int64_t>(sample.round),
                                 static_cast<std::int64_t>(sample.slot),
                                 static_cast<std::int64_t>(sample.strategy),
                                 static_cast<std::int64_t>(sample.control),
                                 sample.start.count(),
                                 sample.duration.count()};
    char separator = '[';
    for (const std::int64_t column : columns) {
      text += separator;
      text += std::to_string(column);
      separator = ',';
    }
    text += ']';
  }
  return text + "]\n  }\n}";
}

}  // namespace detail

/// The report as a JSON document, every sample included. Times are in the unit that their name ends with; what is unknown is
/// null or absent. A sample's duration is of `repeats` runs, and one run of a strategy is `lanes` passes.
inline std::string json(const Report& report, const Analysis& analysis) {
  const Environment& environment = report.environment;
  detail::Json head{{"schema", schema},
                    {"complete", report.complete()},
                    {"tool", {{"version", environment.version}, {"compiler", environment.compiler}, {"argv", environment.arguments}}},
                    {"env", detail::environment(environment)},
                    {"protocol", detail::protocol(report.protocol)}};
  detail::Json findings = detail::Json::array();
  for (const Finding& finding : analysis.findings)
    findings.push_back({{"claim", finding.claim}, {"standing", name_of(finding.standing)}, {"evidence", finding.evidence}});
  head["published_findings"] = std::move(findings);
  std::string text = detail::opened(head) + ",\n\"configs\": [";
  bool first = true;
  for (const auto& [measurement, configuration] : Paired{report.measurements, analysis.configurations}) {
    if (!first) text += ",\n";
    first = false;
    text += detail::with_samples(detail::configuration(measurement, configuration), measurement);
  }
  text += "]";
  if (report.sweep && analysis.scaling)
    text += std::string{",\n\"sweep\": "} + detail::with_samples(detail::sweep(*report.sweep, *analysis.scaling), *report.sweep);
  return text + "\n}\n";
}

/// The same, analysed here.
inline std::string json(const Report& report) { return json(report, analyse(report)); }

}  // namespace anechain::report
