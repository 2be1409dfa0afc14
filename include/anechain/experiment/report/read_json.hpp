// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
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
inline constexpr std::uint64_t most_kernels = 10'000;
inline constexpr std::uint64_t most_rows_of_kernels = 100'000;  // of all flows of a measurement
inline constexpr std::uint64_t most_contenders = 10'000;

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

/// "0x" and sixteen hexadecimal digits.
inline std::uint64_t digest(const Field& field) {
  const std::string text = field.text();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + std::min<std::size_t>(2, text.size()), text.data() + text.size(), number, 16);
  if (text.size() != 18 || !text.starts_with("0x") || error != std::errc{} || end != text.data() + text.size())
    field.fail("expected 0x and sixteen hexadecimal digits, found '" + text + "'");
  return number;
}

inline MeasuredKernel kernel(const Field& field) {
  MeasuredKernel kernel;
  kernel.name = field["name"].text();
  kernel.text = digest(field["text"]);
  kernel.weights = digest(field["weights"]);
  kernel.input = tensor(field["input"]);
  kernel.output = tensor(field["output"]);
  kernel.flops = field["flops"].integer<std::int64_t>(most_nanoseconds);
  kernel.bytes.input = field["bytes"]["input"].integer<std::int64_t>(most_bytes);
  kernel.bytes.output = field["bytes"]["output"].integer<std::int64_t>(most_bytes);
  kernel.bytes.weights = field["bytes"]["weights"].integer<std::int64_t>(most_bytes);
  return kernel;
}

/// Pairs of a kernel's place and how often it follows itself. `left` is how many kernels the document may still have in its rows.
inline std::vector<MeasuredKernel> stretches(const Field& field, const std::vector<MeasuredKernel>& kernels, std::size_t& left) {
  std::vector<MeasuredKernel> row;
  for (const Field& pair : field.elements(most_kernels)) {
    const std::vector<Field> both = pair.elements(2);
    if (both.size() != 2) pair.fail("expected a kernel's position and a count");
    const auto place = both[0].integer(most_kernels);
    if (place >= kernels.size()) both[0].fail("there is no kernel " + std::to_string(place));
    const auto count = both[1].integer(left, 1);
    left -= count;
    row.insert(row.end(), count, kernels[place]);
  }
  if (row.empty()) field.fail("a flow has one kernel at least");
  return row;
}

inline MeasuredContender contender(const Field& field, const std::vector<MeasuredKernel>& kernels, std::size_t& left) {
  MeasuredContender contender;
  contender.name = field["name"].text();
  contender.label = field["label"].text();
  contender.flow.name = field["flow"]["name"].text();
  contender.flow.programs = stretches(field["flow"]["programs"], kernels, left);
  contender.flow.parts = stretches(field["flow"]["parts"], kernels, left);
  const Field strategy = field["strategy"];
  contender.strategy.name = strategy["name"].text();
  contender.strategy.executor = strategy["executor"].text();
  contender.strategy.lanes = strategy["lanes"].integer(1000, 1);
  contender.strategy.work = strategy["work"].word<Work>();
  contender.strategy.copies = strategy["copies"].flag();
  contender.strategy.hops = strategy["hops"].word<executor::Hops>();
  contender.baseline = field["baseline"].integer(most_contenders);
  if (field["status"].word<Status>() == Status::failed) contender.failure = field["reason"].text();
  return contender;
}

/// Of a launch that every contender took part in.
inline Launch launch(const Field& field, std::size_t contenders) {
  Launch launch;
  for (const Field& repeats : field["repeats"].elements(most_contenders)) launch.repeats.push_back(repeats.integer(1'000'000'000, 1));
  if (launch.repeats.size() != contenders)
    field["repeats"].fail(std::to_string(launch.repeats.size()) + " numbers for " + std::to_string(contenders) + " contenders");
  launch.rounds = field["rounds"].integer(most_rounds);
  launch.warm_up = field["warm_up"].integer(launch.rounds);
  if (const auto steady = field.maybe("steady")) launch.steady = steady->flag();
  launch.planned = field["planned"].integer(most_rounds);
  launch.end = field["end"].word<End>();
  return launch;
}

/// Failed rounds and samples, once contenders and launches are known.
inline void read_samples(const Field& field, Measurement& measurement) {
  const auto contender_of = [&](const Field& at) {
    const auto contender = at.integer(std::numeric_limits<std::uint32_t>::max());
    if (contender >= measurement.contenders.size()) at.fail("there is no contender " + std::to_string(contender));
    return contender;
  };
  const auto round_of = [&](const Field& launch_field, const Field& round_field, std::size_t& launch, std::size_t& round) {
    launch = launch_field.integer(std::numeric_limits<std::uint32_t>::max());
    if (launch >= measurement.launches.size()) launch_field.fail("there is no launch " + std::to_string(launch));
    round = round_field.integer(most_rounds);
    if (round >= measurement.launches[launch].rounds)
      round_field.fail("round " + std::to_string(round) + ", of a launch of " + std::to_string(measurement.launches[launch].rounds));
  };
  for (const Field& one : field["failed_rounds"].elements(most_rounds)) {
    FailedRound failed;
    round_of(one["launch"], one["round"], failed.launch, failed.round);
    failed.contender = contender_of(one["contender"]);
    failed.reason = one["reason"].text();
    measurement.failures.push_back(std::move(failed));
  }
  const Field rows = field["raw"]["rows"];
  if (!rows.raw().is_array()) rows.fail("expected an array");
  measurement.samples.reserve(rows.raw().size());
  for (std::size_t i = 0; i < rows.raw().size(); ++i) {
    const nlohmann::json& values = rows.raw()[i];
    const auto row_path = [&] { return "raw.rows[" + std::to_string(i) + "]"; };
    constexpr std::size_t columns = 7;
    if (!values.is_array() || values.size() != columns) Field{values, row_path()}.fail("expected an array of " + std::to_string(columns));
    const auto column = [&](std::size_t at) { return Field{values[at], row_path() + "[" + std::to_string(at) + "]"}; };
    Sample sample;
    round_of(column(0), column(1), sample.launch, sample.round);
    sample.slot = column(2).integer(most_rounds);
    sample.contender = contender_of(column(3));
    const MeasuredContender& contender = measurement.contenders[sample.contender];
    if (!contender.ok()) column(3).fail("a sample of a contender that failed");
    sample.control = column(4).integer(1) == 1;
    if (sample.control && contender.baseline != sample.contender) column(4).fail("a control that is not a baseline");
    sample.start = std::chrono::nanoseconds{column(5).integer<std::int64_t>(most_nanoseconds)};
    sample.duration = std::chrono::nanoseconds{column(6).integer<std::int64_t>(most_nanoseconds)};
    measurement.samples.push_back(sample);
  }
}

inline void require_sound(const Field& field, const std::vector<MeasuredContender>& contenders) {
  if (contenders.empty()) field.fail("there is no contender");
  std::set<std::string_view> names;
  for (const MeasuredContender& contender : contenders) {
    if (!names.insert(contender.name).second) field.fail("two contenders are called '" + contender.name + "'");
    if (contender.baseline >= contenders.size() || contenders[contender.baseline].baseline != contender.baseline)
      field.fail("'" + contender.name + "' has contender " + std::to_string(contender.baseline) + " as its baseline, which is none");
  }
}

inline std::chrono::nanoseconds seconds(const Field& field) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{field.number(0, 9e9)});
}

inline Protocol protocol(const Field& field) {
  Protocol protocol;
  protocol.order = field["order"].word<Order>();
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

inline Measurement measurement(const Field& field) {
  Measurement measurement;
  measurement.protocol = protocol(field["protocol"]);
  measurement.across = field["across"].flag();
  measurement.clock.resolution = std::chrono::nanoseconds{field["clock"]["resolution_ns"].integer<std::int64_t>(most_nanoseconds)};
  measurement.clock.reading = std::chrono::nanoseconds{field["clock"]["read_ns"].integer<std::int64_t>(most_nanoseconds)};
  std::vector<MeasuredKernel> kernels;
  for (const Field& one : field["kernels"].elements(most_kernels)) kernels.push_back(kernel(one));
  std::size_t left = most_rows_of_kernels;
  for (const Field& one : field["contenders"].elements(most_contenders)) measurement.contenders.push_back(contender(one, kernels, left));
  require_sound(field["contenders"], measurement.contenders);
  for (const Field& one : field["launches"].elements(1000)) measurement.launches.push_back(launch(one, measurement.contenders.size()));
  if (measurement.rounds() * 2 * measurement.contenders.size() > most_table_cells) field["launches"].fail("more rounds than any run has");
  read_samples(field, measurement);
  return measurement;
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

/// Reads a document that json() wrote, by this or another version 2. Members that it does not know are ignored. Throws
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
  if (!found.starts_with("anechain-bench/2."))
    throw ReportError("the schema is '" + found + "'; anechain-bench/2 can be read" +
                      (found.starts_with("anechain-bench/1.") ? ", and version 0.1 of anechain reads this one" : ""));
  Report report{.environment = detail::environment(root["tool"], root["env"])};
  for (const detail::Field& one : root["measurements"].elements(1000)) report.measurements.push_back(detail::measurement(one));
  report.interrupted = !root["complete"].flag();
  return report;
}

}  // namespace anechain::report
