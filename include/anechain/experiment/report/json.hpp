// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/report.hpp>

/// A report as JSON, by docs/report.schema.json. Needs nlohmann_json.
namespace anechain::report {

/// What a document says of itself. A reader takes any minor version of the same major one.
inline constexpr std::string_view schema = "anechain-bench/2.0.0";

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

inline Json contrast(const Contrast& contrast, const std::string& base) {
  const statistics::Location& ratio = contrast.log_ratio;
  Json json{{"base", base},
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

inline Json judgement(const Judgement& of) {
  Json json{{"verdict", name_of(of.verdict)}};
  if (!of.reason.empty()) json["verdict_reason"] = of.reason;
  if (!of.next.empty()) json["next"] = of.next;
  return json;
}

inline Json tensor(const mil::TensorType& type) {
  return {{"dtype", facts(type.dtype).name}, {"shape", std::vector<std::int64_t>(type.shape.begin(), type.shape.end())}};
}

/// "0x0123456789abcdef": JSON's numbers do not hold 64 bits everywhere.
inline std::string hexadecimal(std::uint64_t number) {
  char text[19];
  std::snprintf(text, sizeof text, "0x%016llx", static_cast<unsigned long long>(number));
  return text;
}

/// The different kernels of a measurement, once each.
class KernelTable {
 public:
  /// A kernel's place; it is appended if it is new.
  std::size_t place(const MeasuredKernel& kernel) {
    const auto found = std::ranges::find(kernels_, kernel);
    if (found != kernels_.end()) return static_cast<std::size_t>(found - kernels_.begin());
    kernels_.push_back(kernel);
    return kernels_.size() - 1;
  }

  /// Kernels in a row as pairs of a place and how often that kernel follows itself.
  Json stretches(const std::vector<MeasuredKernel>& row) {
    std::vector<std::pair<std::size_t, std::size_t>> all;
    for (const MeasuredKernel& kernel : row) {
      const std::size_t at = place(kernel);
      if (all.empty() || all.back().first != at) all.emplace_back(at, 0);
      ++all.back().second;
    }
    Json json = Json::array();
    for (const auto& [at, count] : all) json.push_back(Json::array({at, count}));
    return json;
  }

  Json all() const {
    Json json = Json::array();
    for (const MeasuredKernel& kernel : kernels_)
      json.push_back({{"name", kernel.name},
                      {"text", hexadecimal(kernel.text)},
                      {"weights", hexadecimal(kernel.weights)},
                      {"input", tensor(kernel.input)},
                      {"output", tensor(kernel.output)},
                      {"flops", kernel.flops},
                      {"bytes", {{"input", kernel.bytes.input}, {"output", kernel.bytes.output}, {"weights", kernel.bytes.weights}}}});
    return json;
  }

 private:
  std::vector<MeasuredKernel> kernels_;
};

/// What a contender is, and whether it failed: enough to read it back.
inline Json identity(const MeasuredContender& contender, KernelTable& kernels) {
  Json json{{"name", contender.name},
            {"label", contender.label},
            {"flow",
             {{"name", contender.flow.name},
              {"programs", kernels.stretches(contender.flow.programs)},
              {"parts", kernels.stretches(contender.flow.parts)}}},
            {"strategy",
             {{"name", contender.strategy.name},
              {"executor", contender.strategy.executor},
              {"lanes", contender.strategy.lanes},
              {"work", name_of(contender.strategy.work)},
              {"copies", contender.strategy.copies},
              {"hops", name_of(contender.strategy.hops)}}},
            {"baseline", contender.baseline},
            {"status", name_of(contender.status())}};
  if (!contender.ok()) json["reason"] = *contender.failure;
  return json;
}

inline Json contender(const Measurement& measurement, std::size_t at, const MeasurementAnalysis& analysis, KernelTable& kernels) {
  const MeasuredContender& one = measurement.contenders[at];
  Json json = identity(one, kernels);
  if (analysis.scaling) json["level_us"] = number(analysis.scaling->pass_us[at]);
  if (!analysis.estimates || !analysis.estimates->contenders[at]) return json;
  const ContenderEstimate& estimate = *analysis.estimates->contenders[at];
  json["pass_us"] = summary(estimate.pass_us);
  json["failed_share"] = number(estimate.failed_share);
  json["measured_s"] = number(estimate.measured_s);
  if (estimate.contrast) json["contrast"] = contrast(*estimate.contrast, measurement.contenders[one.baseline].name);
  if (estimate.carry_over) json["carry_over"] = estimate_with(estimate.carry_over->value, estimate.carry_over->interval);
  if (estimate.judgement) json.update(judgement(*estimate.judgement));
  if (estimate.copy_us) json["copy"] = {{"us", number(*estimate.copy_us)}, {"gb_per_s", number(*estimate.copy_gb_per_s)}};
  if (one.strategy.work == Work::all)
    json["throughput"] = {{"kernels_per_s", number(estimate.kernels_per_s)}, {"tflops", number(estimate.gflops / 1e3)}};
  return json;
}

inline Json launches(const Measurement& measurement) {
  Json all = Json::array();
  for (const Launch& launch : measurement.launches)
    all.push_back({{"repeats", launch.repeats},
                   {"rounds", launch.rounds},
                   {"warm_up", launch.warm_up},
                   {"steady", launch.steady ? Json(*launch.steady) : Json(nullptr)},
                   {"planned", launch.planned},
                   {"end", name_of(launch.end)}});
  return all;
}

inline Json failed_rounds(const Measurement& measurement) {
  Json all = Json::array();
  for (const FailedRound& failed : measurement.failures)
    all.push_back({{"launch", failed.launch}, {"round", failed.round}, {"contender", failed.contender}, {"reason", failed.reason}});
  return all;
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
  return {{"order", name_of(of.order)},
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

inline Json milliseconds(const std::optional<double>& of) { return of ? number(*of) : Json(nullptr); }

inline Json scaling(const Measurement& measurement, const Scaling& scaling) {
  Json json{{"rounds", scaling.rounds}, {"state", {number(scaling.state.low), number(scaling.state.high)}}};
  Json fits = Json::array();
  for (const LengthFit& fit : scaling.fits)
    fits.push_back({{"kernel", fit.kernel},
                    {"contender", fit.contender},
                    {"contenders", fit.contenders},
                    {"lengths", fit.lengths},
                    {"slope_us", bounded(fit.slope_us)},
                    {"fixed_us", bounded(fit.fixed_us)},
                    {"curvature_us", bounded(fit.curvature_us)},
                    {"linear", fit.linear()}});
  json["fits"] = std::move(fits);
  Json links = Json::array();
  for (const SlopeDifference& link : scaling.links)
    links.push_back({{"kernel", link.kernel}, {"contender", link.contender}, {"base", link.baseline}, {"per_link_us", bounded(link.us)}});
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
    implied.push_back({{"kernel", one.kernel},
                       {"contender", one.contender},
                       {"n", one.length},
                       {"dispatch_share", bounded(one.dispatch_share)},
                       {"fused_pass_us", bounded(one.fused_pass_us)}});
  json["decomposition"] = {{"terms", std::move(terms)},
                           {"condition", number(decomposition.condition)},
                           {"worst_contender", measurement.contenders[decomposition.worst_contender].name},
                           {"worst_residual", number(decomposition.worst_residual)},
                           {"tflops", bounded(decomposition.tflops)},
                           {"gb_per_s", bounded(decomposition.gb_per_s)},
                           {"break_even_gflop", bounded(decomposition.break_even_gflop)},
                           {"implied", std::move(implied)}};
  return json;
}

inline Json measurement(const Measurement& measurement, const MeasurementAnalysis& analysis) {
  KernelTable kernels;
  Json contenders = Json::array();
  for (std::size_t c = 0; c < measurement.contenders.size(); ++c) contenders.push_back(contender(measurement, c, analysis, kernels));
  Json json{{"protocol", protocol(measurement.protocol)},
            {"across", measurement.across},
            {"complete", measurement.complete()},
            {"clock", {{"resolution_ns", measurement.clock.resolution.count()}, {"read_ns", measurement.clock.reading.count()}}},
            {"launches", launches(measurement)},
            {"failed_rounds", failed_rounds(measurement)},
            {"kernels", kernels.all()},
            {"contenders", std::move(contenders)}};
  if (analysis.estimates) {
    Json controls = Json::array();
    for (std::size_t g = 0; g < analysis.estimates->baselines.size(); ++g)
      if (const std::optional<Contrast>& control = analysis.estimates->controls[g]) {
        Json one = contrast(*control, measurement.contenders[analysis.estimates->baselines[g]].name);
        const std::optional<bool> quiet = is_quiet(control);
        one["quiet"] = quiet ? Json(*quiet) : Json(nullptr);
        controls.push_back(std::move(one));
      }
    json["controls"] = std::move(controls);
    Json across = Json::array();
    for (const AcrossEstimate& one : analysis.estimates->across) {
      Json entry{{"contender", measurement.contenders[one.contender].name},
                 {"contrast", contrast(one.contrast, measurement.contenders[one.baseline].name)}};
      entry.update(judgement(one.judgement));
      across.push_back(std::move(entry));
    }
    if (!across.empty()) json["across_groups"] = std::move(across);
  }
  if (!analysis.originals.empty()) {
    Json originals = Json::array();
    const std::vector<std::size_t> baselines = measurement.baselines();
    for (std::size_t g = 0; g < baselines.size(); ++g) {
      const OriginalEstimate& original = analysis.originals[g];
      const MeasuredContender& base = measurement.contenders[baselines[g]];
      originals.push_back({{"base", base.name},
                           {"sequential_ms", milliseconds(original.sequential_ms)},
                           {"run_only_ms", milliseconds(original.run_only_ms)},
                           {"copy_ms", milliseconds(original.copy_ms)},
                           {"gcd_ms", milliseconds(original.gcd_ms)},
                           {"overhead_us", milliseconds(original.overhead_us(base.flow.programs.size()))}});
    }
    json["original_estimates"] = std::move(originals);
  }
  if (analysis.scaling) json["scaling"] = scaling(measurement, *analysis.scaling);
  return json;
}

/// An object as text, without the brace at its end: for more to follow.
inline std::string opened(const Json& object) {
  std::string text = object.dump(2, ' ', false, Json::error_handler_t::replace);
  text.resize(text.size() - std::string_view{"\n}"}.size());
  return text;
}

/// An object with its raw samples behind its other members, one sample a line.
inline std::string with_samples(const Json& object, const std::vector<Sample>& samples) {
  std::string text = opened(object);
  text += R"(,
  "raw": {
    "columns": ["launch", "round", "slot", "contender", "control", "t_start_ns", "dt_ns"],
    "rows": [)";
  bool first = true;
  for (const Sample& sample : samples) {
    text += first ? "\n" : ",\n";
    first = false;
    const std::int64_t columns[]{static_cast<std::int64_t>(sample.launch),
                                 static_cast<std::int64_t>(sample.round),
                                 static_cast<std::int64_t>(sample.slot),
                                 static_cast<std::int64_t>(sample.contender),
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
/// null or absent. A sample's duration is of as many runs as its contender's `repeats` of the launch, and one run is `lanes` passes.
inline std::string json(const Report& report, const Analysis& analysis) {
  const Environment& environment = report.environment;
  detail::Json head{{"schema", schema},
                    {"complete", report.complete()},
                    {"tool", {{"version", environment.version}, {"compiler", environment.compiler}, {"argv", environment.arguments}}},
                    {"env", detail::environment(environment)}};
  detail::Json findings = detail::Json::array();
  for (const Finding& finding : analysis.findings)
    findings.push_back({{"claim", finding.claim}, {"standing", name_of(finding.standing)}, {"evidence", finding.evidence}});
  head["published_findings"] = std::move(findings);
  std::string text = detail::opened(head) + ",\n\"measurements\": [";
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    if (i > 0) text += ",\n";
    text += detail::with_samples(detail::measurement(report.measurements[i], analysis.measurements[i]), report.measurements[i].samples);
  }
  return text + "]\n}\n";
}

/// The same, analysed here.
inline std::string json(const Report& report) { return json(report, analyse(report)); }

}  // namespace anechain::report
