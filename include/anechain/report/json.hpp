// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include <anechain/measure/report.hpp>
#include <anechain/report/cell.hpp>
#include <anechain/report/document.hpp>
#include <anechain/report/report_document.hpp>

/// A report and its document as JSON, by docs/report.schema.json: docs/report-format.md explains it. Needs nlohmann_json.
namespace anechain::report {

/// The format and its version, as files state it. A reader accepts every minor version of its major version.
inline constexpr std::string_view schema = "anechain-bench/3.0.0";

namespace detail {

using Json = nlohmann::ordered_json;

/// JSON has no NaN and no infinity: null in their place.
inline Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

inline Json seconds(std::chrono::nanoseconds duration) { return number(std::chrono::duration<double>{duration}.count()); }

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
    for (const MeasuredKernel& kernel : kernels_) {
      Json one{{"name", kernel.name}, {"text", hexadecimal(kernel.text)}, {"weights", hexadecimal(kernel.weights)}};
      ports(one, "input", kernel.inputs);
      ports(one, "output", kernel.outputs);
      one["flops"] = kernel.flops;
      one["bytes"] = {{"input", kernel.bytes.input}, {"output", kernel.bytes.output}, {"weights", kernel.bytes.weights}};
      json.push_back(std::move(one));
    }
    return json;
  }

 private:
  /// "input", a tensor, or "inputs", a list, if there is not exactly one.
  static void ports(Json& kernel, const std::string& role, const std::vector<mil::TensorType>& types) {
    if (types.size() == 1) {
      kernel[role] = tensor(types.front());
      return;
    }
    Json list = Json::array();
    for (const mil::TensorType& type : types) list.push_back(tensor(type));
    kernel[role + "s"] = std::move(list);
  }

  std::vector<MeasuredKernel> kernels_;
};

inline Json flow(const MeasuredFlow& one, KernelTable& kernels) {
  Json json{{"name", one.name}, {"programs", kernels.stretches(one.programs)}, {"parts", kernels.stretches(one.parts)}};
  if (one.wiring) json["links"] = {{"count", one.wiring->count}, {"bytes", one.wiring->bytes}};
  return json;
}

inline Json contender(const MeasuredContender& one, KernelTable& kernels) {
  Json json{{"name", one.name},
            {"label", one.label},
            {"flow", flow(one.flow, kernels)},
            {"strategy",
             {{"name", one.strategy.name},
              {"executor", one.strategy.executor},
              {"lanes", one.strategy.lanes},
              {"work", name_of(one.strategy.work)},
              {"copies", one.strategy.copies},
              {"hops", name_of(one.strategy.hops)}}},
            {"baseline", one.baseline},
            {"failure", one.failure ? Json(*one.failure) : Json(nullptr)}};
  if (one.memory)
    json["memory"] = {{"surfaces", one.memory->surfaces}, {"bytes", one.memory->bytes}, {"saved_bytes", one.memory->saved_bytes}};
  return json;
}

inline Json failed_processes(const Report& report) {
  Json all = Json::array();
  for (const FailedProcess& failed : report.failed_processes)
    all.push_back({{"process", failed.process},
                   {"processes", failed.processes},
                   {"signal", failed.signal != 0 ? Json(failed.signal) : Json(nullptr)},
                   {"exit_code", failed.signal != 0 ? Json(nullptr) : Json(failed.exit_code)},
                   {"kept", failed.is_kept},
                   {"reason", failed.reason}});
  return all;
}

inline Json launches(const Measurement& measurement) {
  Json all = Json::array();
  for (const Launch& launch : measurement.launches)
    all.push_back({{"process", launch.process},
                   {"resumed", launch.resumed},
                   {"repeats", launch.repeats},
                   {"rounds", launch.rounds},
                   {"warm_up", launch.warm_up},
                   {"steady", launch.steady ? Json(*launch.steady) : Json(nullptr)},
                   {"planned", launch.planned},
                   {"end", name_of(launch.end)}});
  return all;
}

inline Json failures(const Measurement& measurement) {
  Json all = Json::array();
  for (const FailedRound& failed : measurement.failures)
    all.push_back({{"launch", failed.launch}, {"round", failed.round}, {"contender", failed.contender}, {"reason", failed.reason}});
  return all;
}

inline Json environment(const Environment& of) {
  Json settings = Json::object();
  for (const auto& [name, value] : of.settings) settings[name] = value;
  Json json{{"version", of.version},
            {"compiler", of.compiler},
            {"time", of.time},
            {"system", of.system},
            {"processor", of.processor},
            {"cores", of.cores},
            {"memory_bytes", of.memory_bytes},
            {"load", of.load >= 0 ? number(of.load) : Json(nullptr)},
            {"governor", of.governor.empty() ? Json(nullptr) : Json(of.governor)},
            {"is_virtual", of.is_virtual},
            {"clock", of.clock},
            {"device", of.device},
            {"settings", std::move(settings)},
            {"arguments", of.arguments},
            {"speed_of_light", nullptr}};
  if (const std::optional<SpeedOfLight>& light = of.speed_of_light)
    json["speed_of_light"] = {{"tflops", light->tflops > 0 ? number(light->tflops) : Json(nullptr)},
                              {"gb_per_s", light->gb_per_s > 0 ? number(light->gb_per_s) : Json(nullptr)},
                              {"source", light->source}};
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
          {"budget_s", seconds(of.budget)},
          {"warm_up_limit_s", seconds(of.warm_up_limit)},
          {"confidence", number(of.confidence)},
          {"epsilon", number(of.epsilon)},
          {"estimator", name_of(of.estimator)}};
}

/// All of a measurement but its samples.
inline Json measurement(const Measurement& measurement) {
  KernelTable kernels;
  Json contenders = Json::array();
  for (const MeasuredContender& one : measurement.contenders) contenders.push_back(contender(one, kernels));
  return {{"protocol", protocol(measurement.protocol)},
          {"across", measurement.across},
          {"clock", {{"resolution_ns", measurement.clock.resolution.count()}, {"reading_ns", measurement.clock.reading.count()}}},
          {"kernels", kernels.all()},
          {"contenders", std::move(contenders)},
          {"launches", launches(measurement)},
          {"failures", failures(measurement)}};
}

/// A cell as JSON: null if it is empty, a string, a number, or an array of the two ends of an interval.
inline Json value(const Cell& cell) {
  struct Visitor {
    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(const std::string& text) const { return text; }
    Json operator()(const Word& word) const { return word.text; }
    Json operator()(double of) const { return number(of); }
    Json operator()(const statistics::Interval& of) const { return Json::array({number(of.low), number(of.high)}); }
  };
  return std::visit(Visitor{}, cell);
}

inline Json table(const Table& of) {
  Json columns = Json::array();
  for (const Column& column : of.columns)
    columns.push_back({{"id", column.id}, {"heading", column.heading}, {"unit", name_of(column.unit)}, {"hint", column.hint}});
  Json rows = Json::array();
  for (const Row& row : of.rows) {
    Json cells = Json::array();
    for (const Cell& cell : row.cells) cells.push_back(value(cell));
    rows.push_back(std::move(cells));
  }
  return {{"id", of.id}, {"caption", of.caption}, {"columns", std::move(columns)}, {"rows", std::move(rows)}};
}

inline Json remarks(const std::vector<Remark>& of) {
  Json all = Json::array();
  for (const Remark& remark : of) {
    Json fields = Json::object();
    for (const Field& field : remark.fields) fields[field.name] = {{"value", value(field.value)}, {"unit", name_of(field.unit)}};
    all.push_back({{"code", remark.code}, {"fields", std::move(fields)}, {"text", text_of(remark)}});
  }
  return all;
}

inline Json document(const Document& of) {
  Json sections = Json::array();
  for (const Section& section : of.sections) {
    Json tables = Json::array();
    for (const Table& one : section.tables) tables.push_back(table(one));
    sections.push_back(
        {{"id", section.id}, {"heading", section.heading}, {"tables", std::move(tables)}, {"remarks", remarks(section.remarks)}});
  }
  return {{"title", of.title}, {"summary", remarks(of.summary)}, {"sections", std::move(sections)}};
}

inline std::string dumped(const Json& json, int indent = 1) { return json.dump(indent, ' ', true, Json::error_handler_t::replace); }

/// An object as text, without the brace at its end: for more to follow.
inline std::string opened(const Json& object) {
  std::string text = dumped(object);
  text.resize(text.size() - std::string_view{"\n}"}.size());
  return text;
}

/// One sample a line, of one round in every `every_round`.
inline void samples(std::ostream& to, const std::vector<Sample>& all, std::size_t every_round) {
  to << R"("samples": {
 "columns": ["launch", "round", "slot", "contender", "control", "start_ns", "duration_ns"],
 "rows": [)";
  bool first = true;
  std::string line;
  for (const Sample& sample : all) {
    if (sample.round % every_round != 0) continue;
    line = first ? "\n" : ",\n";
    first = false;
    char separator = '[';
    for (const std::int64_t column :
         {std::int64_t{sample.launch}, std::int64_t{sample.round}, std::int64_t{sample.slot}, std::int64_t{sample.contender},
          std::int64_t{sample.control}, std::int64_t{sample.start.count()}, std::int64_t{sample.duration.count()}}) {
      line += separator;
      line += std::to_string(column);
      separator = ',';
    }
    to << line << ']';
  }
  to << "]}\n";
}

/// The whole document. If `every_round` is not 1, it has the samples of one round in so many only; it says so, and read_json() refuses it.
inline void json(std::ostream& to, const Report& report, const Document& document, std::size_t every_round) {
  Json head{{"schema", schema},
            {"interrupted", report.interrupted},
            {"failed_processes", failed_processes(report)},
            {"environment", environment(report.environment)}};
  if (every_round != 1) head["only_every_round"] = every_round;
  to << opened(head) << ",\n\"measurements\": [";
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& one = report.measurements[i];
    to << (i > 0 ? ",\n" : "") << opened(measurement(one)) << ",\n";
    samples(to, one.samples, every_round);
    to << '}';
  }
  to << "],\n\"document\": " << dumped(detail::document(document)) << "\n}\n";
}

}  // namespace detail

/// The report, every sample included, and what its document says. Durations are in the unit that their name ends with; what is unknown is
/// null. A sample's duration is of as many runs as its contender's `repeats` of the launch, and one run is `lanes` passes.
inline void json(std::ostream& to, const Report& report, const Document& document) { detail::json(to, report, document, 1); }

/// The same with the report's own document.
inline void json(std::ostream& to, const Report& report) { json(to, report, document(report)); }

}  // namespace anechain::report
