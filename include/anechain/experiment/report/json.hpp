// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <range/v3/view/zip.hpp>

#include <anechain/experiment/estimate.hpp>
#include <anechain/experiment/report.hpp>

/// A report as JSON, schema "anechain-bench/1". Needs nlohmann_json.
namespace anechain::report {

namespace detail {

using Json = nlohmann::ordered_json;

/// JSON has no NaN and no infinity: null in their place.
inline Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

inline Json summary(const statistics::Summary& of) {
  return {{"median", number(of.median)}, {"q1", number(of.q1)},     {"q3", number(of.q3)}, {"min", number(of.min)},
          {"p99", number(of.p99)},       {"mean", number(of.mean)}, {"sd", number(of.sd)}, {"n", of.count}};
}

inline Json estimate_with(double estimate, const std::optional<statistics::Interval>& interval) {
  return {
      {"est", number(estimate)}, {"lo", interval ? number(interval->low) : nullptr}, {"hi", interval ? number(interval->high) : nullptr}};
}

inline Json contrast(const Contrast& contrast) {
  const statistics::MedianEstimate& ratio = contrast.log_ratio;
  std::optional<statistics::Interval> relative;
  if (ratio.interval) relative = {std::exp(ratio.interval->low) - 1, std::exp(ratio.interval->high) - 1};
  return {{"base", baseline},
          {"relative", estimate_with(contrast.relative(), relative)},
          {"per_link_us", estimate_with(contrast.per_link_us(), contrast.per_link_interval_us())},
          {"confidence", confidence},
          {"n", ratio.count},
          {"n_eff", number(ratio.effective_count())},
          {"tau", number(ratio.dependence.tau)},
          {"ljung_box_q", number(ratio.dependence.ljung_box_q)},
          {"ties", ratio.ties},
          {"mde_us", number(contrast.minimum_detectable_us())}};
}

inline Json strategy(const MeasuredStrategy& measured, const std::optional<StrategyEstimate>& estimate) {
  Json json{
      {"name", measured.name}, {"status", measured.ok() ? "ok" : "failed"}, {"executor", measured.executor}, {"lanes", measured.lanes}};
  if (!measured.ok()) json["reason"] = *measured.failure;
  if (!estimate) return json;
  json["pass_us"] = summary(estimate->pass_us);
  if (estimate->contrast) json["contrast"] = contrast(*estimate->contrast);
  if (measured.work == Work::transfers) {
    if (!estimate->copy_us) return json;
    json["copy"] = {{"us", number(*estimate->copy_us)}, {"gb_per_s", number(*estimate->copy_gb_per_s)}};
    return json;
  }
  json["throughput"] = {{"kernels_per_s", number(estimate->kernels_per_s)}, {"tflops", number(estimate->gflops / 1e3)}};
  return json;
}

inline Json configuration(const Measurement& measurement) {
  Json json{{"name", measurement.name},
            {"dtype", facts(measurement.input.dtype).name},
            {"n", measurement.length},
            {"gflop", static_cast<double>(measurement.flops) / 1e9 / static_cast<double>(measurement.length)},
            {"bytes_io", static_cast<double>(measurement.bytes.input + measurement.bytes.output) / static_cast<double>(measurement.length)},
            {"bytes_weights", static_cast<double>(measurement.bytes.weights) / static_cast<double>(measurement.length)},
            {"bytes_link", static_cast<double>(measurement.link_bytes) / static_cast<double>(measurement.links())},
            {"rounds", measurement.rounds},
            {"repeats", measurement.repeats},
            {"input", Json(std::vector<std::int64_t>(measurement.input.shape.begin(), measurement.input.shape.end()))},
            {"output", Json(std::vector<std::int64_t>(measurement.output.shape.begin(), measurement.output.shape.end()))}};
  if (measurement.input.shape.rank == 4) {
    json["ch"] = measurement.input.shape[1];
    json["sp"] = measurement.input.shape[2] * measurement.input.shape[3];
  }
  Json correct = Json::object();
  Json strategies = Json::array();
  const std::vector<std::optional<StrategyEstimate>> estimates = estimate(measurement);
  for (const auto& [measured, estimate] : ranges::views::zip(measurement.strategies, estimates)) {
    correct[measured.name] = measured.ok();
    strategies.push_back(strategy(measured, estimate));
  }
  json["correct"] = std::move(correct);
  json["strategies"] = std::move(strategies);
  Json rows = Json::array();
  for (const Sample& sample : measurement.samples)
    rows.push_back(
        {sample.round, sample.slot, measurement.strategies[sample.strategy].name, sample.start.count(), sample.duration.count()});
  json["raw"] = {{"note", "dt_ns is of `repeats` runs, and one run of a strategy is `lanes` passes"},
                 {"columns", {"round", "slot", "strategy", "t_start_ns", "dt_ns"}},
                 {"rows", std::move(rows)}};
  return json;
}

}  // namespace detail

/// The report as a JSON document. Times are in the unit that their name ends with; what is unknown is null or absent.
inline std::string json(const Report& report) {
  const Environment& environment = report.environment;
  detail::Json configs = detail::Json::array();
  for (const Measurement& measurement : report.measurements) configs.push_back(detail::configuration(measurement));
  const detail::Json document{
      {"schema", "anechain-bench/1.0.0"},
      {"tool", {{"version", environment.version}, {"compiler", environment.compiler}, {"argv", environment.arguments}}},
      {"env",
       {{"os", environment.system},
        {"chip", environment.processor},
        {"cores", environment.cores},
        {"memory_bytes", environment.memory_bytes},
        {"backend", {{"name", environment.device}}},
        {"clock", {{"source", environment.clock}}}}},
      {"protocol",
       {{"schedule", "palindrome"},
        {"seed", report.seed},
        {"rounds", report.rounds},
        {"budget_s", report.budget_s},
        {"estimator", "median"},
        {"interval", "hs-sign"}}},
      {"configs", std::move(configs)}};
  return document.dump(2, ' ', false, detail::Json::error_handler_t::replace) + "\n";
}

}  // namespace anechain::report
