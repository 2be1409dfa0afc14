// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <anechain/experiment/report.hpp>
#include <anechain/mil/types.hpp>

/// A report from its JSON document. Reads what was observed; what follows from it is computed anew. Needs nlohmann_json.
namespace anechain::report {

/// A document that is no report: where in it, and what was expected.
struct ReportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

/// A value of a document that knows where it stands.
class Field {
 public:
  Field(const nlohmann::json& json, std::string path) : json_(json), path_(std::move(path)) {}

  /// A member. Throws ReportError where it is missing.
  Field operator[](const char* key) const {
    if (!json_.is_object()) fail("expected an object");
    const auto found = json_.find(key);
    if (found == json_.end()) fail(std::string{"'"} + key + "' is missing");
    return {*found, path_.empty() ? key : path_ + "." + key};
  }

  /// A member that may be missing or null.
  std::optional<Field> maybe(const char* key) const {
    if (!json_.is_object()) fail("expected an object");
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return std::nullopt;
    return Field{*found, path_ + "." + key};
  }

  /// The elements of an array.
  std::vector<Field> elements(std::size_t most) const {
    if (!json_.is_array()) fail("expected an array");
    if (json_.size() > most) fail(std::to_string(json_.size()) + " elements, " + std::to_string(most) + " are the most");
    std::vector<Field> all;
    for (std::size_t i = 0; i < json_.size(); ++i) all.push_back({json_[i], path_ + "[" + std::to_string(i) + "]"});
    return all;
  }

  std::string text() const {
    if (!json_.is_string()) fail("expected a string");
    return json_.get<std::string>();
  }

  bool flag() const {
    if (!json_.is_boolean()) fail("expected true or false");
    return json_.get<bool>();
  }

  double number(double least = std::numeric_limits<double>::lowest(), double most = std::numeric_limits<double>::max()) const {
    if (!json_.is_number()) fail("expected a number");
    const double value = json_.get<double>();
    if (!(value >= least && value <= most)) fail("the number is out of range");
    return value;
  }

  template <class Integer = std::size_t>
  Integer integer(std::uint64_t most, std::uint64_t least = 0) const {
    if (!json_.is_number_unsigned()) fail("expected a whole number from 0 on");
    const auto value = json_.get<std::uint64_t>();
    if (value < least || value > most)
      fail(std::string{"expected a number from "} + std::to_string(least) + " to " + std::to_string(most) + ", found " +
           std::to_string(value));
    return static_cast<Integer>(value);
  }

  /// A word of `words_of<Enumeration>`.
  template <EnumerationWithWords Enumeration>
  Enumeration word() const {
    const std::string given = text();
    if (const auto value = named<Enumeration>(given)) return *value;
    std::string expected;
    for (const std::string_view one : words_of<Enumeration>) expected.append(expected.empty() ? "" : ", ").append(one);
    fail("expected one of " + expected + ", found '" + given + "'");
  }

  const nlohmann::json& raw() const { return json_; }

  [[noreturn]] void fail(const std::string& what) const { throw ReportError((path_.empty() ? "the document" : path_) + ": " + what); }

 private:
  const nlohmann::json& json_;
  std::string path_;
};

// No honest report comes near these; a forged one must not exhaust the machine.
inline constexpr std::uint64_t most_rounds = 10'000'000;
inline constexpr std::uint64_t most_table_cells = 100'000'000;
inline constexpr std::uint64_t most_nanoseconds = 1'000'000'000'000'000'000;
inline constexpr std::uint64_t most_bytes = 1'000'000'000'000'000;

inline mil::TensorType tensor(const Field& field) {
  mil::TensorType type;
  const std::string dtype = field["dtype"].text();
  const auto known = std::ranges::find(mil::dtype_table, std::string_view{dtype}, &mil::DTypeFacts::name);
  if (known == std::end(mil::dtype_table)) field["dtype"].fail(std::string{"'"} + dtype + "' is not a dtype");
  type.dtype = static_cast<mil::DType>(known - std::begin(mil::dtype_table));
  const std::vector<Field> extents = field["shape"].elements(mil::max_rank);
  type.shape.rank = static_cast<decltype(type.shape.rank)>(extents.size());
  for (std::size_t i = 0; i < extents.size(); ++i) type.shape.extents[i] = extents[i].integer<std::int64_t>(1'000'000'000, 1);
  return type;
}

inline MeasuredStrategy properties(const Field& field) {
  MeasuredStrategy strategy;
  strategy.name = field["name"].text();
  strategy.executor = field["executor"].text();
  strategy.lanes = field["lanes"].integer(1000, 1);
  strategy.work = field["work"].word<Work>();
  strategy.fuses = field["fuses"].flag();
  strategy.copies = field["copies"].flag();
  if (field["status"].word<Status>() == Status::failed) strategy.failure = field["reason"].text();
  return strategy;
}

/// Launches, failed rounds and samples, once the strategies are known.
inline void read_observations(const Field& field, Observations& observed) {
  observed.order = field["order"].word<Order>();
  observed.clock.resolution = std::chrono::nanoseconds{field["clock"]["resolution_ns"].integer<std::int64_t>(most_nanoseconds)};
  observed.clock.reading = std::chrono::nanoseconds{field["clock"]["read_ns"].integer<std::int64_t>(most_nanoseconds)};
  for (const Field& one : field["launches"].elements(1000)) {
    Launch launch;
    launch.repeats = one["repeats"].integer(1'000'000'000, 1);
    launch.rounds = one["rounds"].integer(most_rounds);
    launch.warm_up = one["warm_up"].integer(launch.rounds);
    if (const auto steady = one.maybe("steady")) launch.steady = steady->flag();
    launch.planned = one["planned"].integer(most_rounds);
    launch.end = one["end"].word<End>();
    observed.launches.push_back(launch);
  }
  if (observed.rounds() * (observed.strategies.size() + 1) > most_table_cells) field["launches"].fail("more rounds than any run has");
  const auto strategy_of = [&](const Field& at) {
    const auto strategy = at.integer(std::numeric_limits<std::uint32_t>::max());
    if (strategy >= observed.strategies.size()) at.fail(std::string{"there is no strategy "} + std::to_string(strategy));
    return strategy;
  };
  const auto round_of = [&](const Field& launch_field, const Field& round_field, std::size_t& launch, std::size_t& round) {
    launch = launch_field.integer(std::numeric_limits<std::uint32_t>::max());
    if (launch >= observed.launches.size()) launch_field.fail(std::string{"there is no launch "} + std::to_string(launch));
    round = round_field.integer(most_rounds);
    if (round >= observed.launches[launch].rounds)
      round_field.fail(std::string{"round "} + std::to_string(round) + ", of a launch of " +
                       std::to_string(observed.launches[launch].rounds));
  };
  for (const Field& one : field["failed_rounds"].elements(most_rounds)) {
    FailedRound failed;
    round_of(one["launch"], one["round"], failed.launch, failed.round);
    failed.strategy = strategy_of(one["strategy"]);
    failed.reason = one["reason"].text();
    observed.failures.push_back(std::move(failed));
  }
  const Field rows = field["raw"]["rows"];
  if (!rows.raw().is_array()) rows.fail("expected an array");
  observed.samples.reserve(rows.raw().size());
  for (std::size_t i = 0; i < rows.raw().size(); ++i) {
    const nlohmann::json& values = rows.raw()[i];
    const auto row_path = [&] { return std::string{"raw.rows["} + std::to_string(i) + "]"; };
    constexpr std::size_t columns = 7;
    if (!values.is_array() || values.size() != columns)
      Field{values, row_path()}.fail(std::string{"expected an array of "} + std::to_string(columns));
    const auto column = [&](std::size_t at) { return Field{values[at], row_path() + "[" + std::to_string(at) + "]"}; };
    Sample sample;
    round_of(column(0), column(1), sample.launch, sample.round);
    sample.slot = column(2).integer(most_rounds);
    sample.strategy = strategy_of(column(3));
    if (!observed.strategies[sample.strategy].ok()) column(3).fail("a sample of a strategy that failed");
    sample.control = column(4).integer(1) == 1;
    sample.start = std::chrono::nanoseconds{column(5).integer<std::int64_t>(most_nanoseconds)};
    sample.duration = std::chrono::nanoseconds{column(6).integer<std::int64_t>(most_nanoseconds)};
    observed.samples.push_back(sample);
  }
}

inline void require_names_of_their_own(const Field& field, const Observations& observed) {
  for (std::size_t i = 0; i < observed.strategies.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (observed.strategies[i].name == observed.strategies[k].name)
        field.fail(std::string{"two strategies are called '"} + observed.strategies[i].name + "'");
}

inline Measurement measurement(const Field& field) {
  Measurement measurement;
  measurement.name = field["name"].text();
  measurement.length = field["n"].integer(1'000'000, 2);
  measurement.input = tensor(field["input"]);
  measurement.output = tensor(field["output"]);
  measurement.flops = field["flops_pass"].integer<std::int64_t>(most_nanoseconds);
  measurement.bytes.input = field["bytes_pass"]["input"].integer<std::int64_t>(most_bytes);
  measurement.bytes.output = field["bytes_pass"]["output"].integer<std::int64_t>(most_bytes);
  measurement.bytes.weights = field["bytes_pass"]["weights"].integer<std::int64_t>(most_bytes);
  measurement.link_bytes = field["bytes_links"].integer<std::int64_t>(most_bytes);
  for (const Field& strategy : field["strategies"].elements(256)) measurement.strategies.push_back(properties(strategy));
  require_names_of_their_own(field["strategies"], measurement);
  read_observations(field, measurement);
  return measurement;
}

inline Sweep sweep(const Field& field) {
  Sweep sweep;
  for (const Field& one : field["cells"].elements(10'000)) {
    Cell cell;
    cell.configuration = one["config"].text();
    cell.length = one["n"].integer(1'000'000, 1);
    cell.gflop = one["gflop"].number(0, 1e12);
    cell.dispatches = one["dispatches"].integer(1'000'000);
    cell.copies = one["copies"].integer(1'000'000);
    cell.copied_mb = one["mb_copied"].number(0, 1e12);
    cell.hops = one["hops"].integer(1'000'000);
    sweep.cells.push_back(std::move(cell));
    sweep.strategies.push_back(properties(one["strategy"]));
  }
  read_observations(field, sweep);
  return sweep;
}

inline std::chrono::nanoseconds seconds(const Field& field) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{field.number(0, 9e9)});
}

inline Protocol protocol(const Field& field) {
  Protocol protocol;
  protocol.order = field["schedule"].word<Order>();
  protocol.seed = field["seed"].integer<std::uint64_t>(std::numeric_limits<std::uint64_t>::max());
  protocol.history = field["history"].word<History>();
  protocol.gaps = field["gaps"].flag();
  protocol.launches = field["launches"].integer(1000, 1);
  protocol.pilot = field["pilot"].integer(most_rounds);
  protocol.least_rounds = field["least_rounds"].integer(most_rounds);
  protocol.most_rounds = field["most_rounds"].integer(most_rounds);
  protocol.target_us = field["target_us"].number(0);
  protocol.target_share = field["target_share"].number(0);
  protocol.budget = seconds(field["budget_s"]);
  protocol.warm_up_limit = seconds(field["warm_up_limit_s"]);
  protocol.confidence = field["confidence"].number(0.5, 0.999999);
  protocol.epsilon = field["epsilon"].number(0, 1);
  protocol.estimator = field["estimator"].word<Estimator>();
  return protocol;
}

inline Environment environment(const Field& tool, const Field& field) {
  Environment environment;
  environment.version = tool["version"].text();
  environment.compiler = tool["compiler"].text();
  for (const Field& argument : tool["argv"].elements(10'000)) environment.arguments.push_back(argument.text());
  environment.system = field["os"].text();
  environment.processor = field["chip"].text();
  environment.cores = field["cores"].integer<long>(1'000'000);
  environment.memory_bytes = field["memory_bytes"].integer<std::uint64_t>(std::numeric_limits<std::uint64_t>::max());
  const auto load = field.maybe("load");
  environment.load = load ? load->number(0) : -1;
  const auto governor = field.maybe("governor");
  environment.governor = governor ? governor->text() : std::string{};
  environment.is_virtual = field["virtualized"].flag();
  environment.time = field["time"].text();
  environment.clock = field["clock"].text();
  environment.device = field["backend"].text();
  if (const auto light = field.maybe("speed_of_light"))
    environment.speed_of_light = SpeedOfLight{(*light)["tflops"].number(0), (*light)["gb_per_s"].number(0), (*light)["source"].text()};
  return environment;
}

}  // namespace detail

/// Reads a document that json() wrote, by this or another version 1. Members that it does not know are ignored. Throws
/// ReportError with the place and what was expected there.
inline Report read_json(std::string_view text) {
  nlohmann::json document;
  try {
    document = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw ReportError(std::string{"not a JSON document, or not all of one: wrong at byte "} + std::to_string(error.byte) + " of " +
                      std::to_string(text.size()));
  } catch (const nlohmann::json::exception& error) {
    throw ReportError(std::string{"not a JSON document: "} + error.what());
  }
  const detail::Field root{document, ""};
  const std::string found = root["schema"].text();
  if (!found.starts_with("anechain-bench/1."))
    throw ReportError(std::string{"the schema is '"} + found + "'; anechain-bench/1 can be read");
  Report report{.environment = detail::environment(root["tool"], root["env"]), .protocol = detail::protocol(root["protocol"])};
  for (const detail::Field& one : root["configs"].elements(1000)) report.measurements.push_back(detail::measurement(one));
  if (const auto one = root.maybe("sweep")) report.sweep = detail::sweep(*one);
  report.interrupted = !root["complete"].flag();
  return report;
}

}  // namespace anechain::report
