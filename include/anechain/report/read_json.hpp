// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
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

#include <anechain/measure/report.hpp>
#include <anechain/mil/types.hpp>

/// A report from its JSON document. Reads what was observed; what follows from it is computed anew. Needs nlohmann_json.
namespace anechain::report {

/// A document that is no report: where in it, and what was expected.
struct ReportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

/// A parsed document, its members in their order.
using Tree = nlohmann::ordered_json;

/// A value of a document that knows where it stands.
class Field {
 public:
  Field(const Tree& json, std::string path) : json_(json), path_(std::move(path)) {}

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

  /// The members of an object, by name.
  std::vector<std::pair<std::string, Field>> members(std::size_t most) const {
    if (!json_.is_object()) fail("expected an object");
    if (json_.size() > most) fail(std::to_string(json_.size()) + " members, " + std::to_string(most) + " are the most");
    std::vector<std::pair<std::string, Field>> all;
    for (const auto& [name, value] : json_.items()) all.emplace_back(name, Field{value, path_ + "." + name});
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

  [[noreturn]] void fail(const std::string& what) const { throw ReportError((path_.empty() ? "the document" : path_) + ": " + what); }

 private:
  const Tree& json_;
  std::string path_;
};

// No honest report comes near these; a forged one must not exhaust the machine.
inline constexpr std::uint64_t most_rounds = 10'000'000;
inline constexpr std::uint64_t most_nanoseconds = 1'000'000'000'000'000'000;
inline constexpr std::uint64_t most_bytes = 1'000'000'000'000'000;
inline constexpr std::uint64_t most_kernels = 10'000;
inline constexpr std::uint64_t most_surfaces = 100'000'000;
inline constexpr std::uint64_t most_rows_of_kernels = 20'000;  // of all flows of a report, and two more for each sample
inline constexpr std::uint64_t most_contenders = 10'000;
inline constexpr std::uint64_t most_processes = 1'000'000;

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

/// "input", a tensor, or "inputs", a list of them.
inline std::vector<mil::TensorType> ports(const Field& kernel, const char* one, const char* several) {
  constexpr std::size_t most_ports = 1000;
  const auto list = kernel.maybe(several);
  if (!list) return {tensor(kernel[one])};
  std::vector<mil::TensorType> types;
  for (const Field& each : list->elements(most_ports)) types.push_back(tensor(each));
  return types;
}

inline MeasuredKernel kernel(const Field& field) {
  MeasuredKernel kernel;
  kernel.name = field["name"].text();
  kernel.text = digest(field["text"]);
  kernel.weights = digest(field["weights"]);
  kernel.inputs = ports(field, "input", "inputs");
  kernel.outputs = ports(field, "output", "outputs");
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
  if (const auto links = field["flow"].maybe("links"))
    contender.flow.wiring = MeasuredLinks{(*links)["count"].integer(most_kernels), (*links)["bytes"].integer<std::int64_t>(most_bytes)};
  const Field strategy = field["strategy"];
  contender.strategy.name = strategy["name"].text();
  contender.strategy.executor = strategy["executor"].text();
  contender.strategy.lanes = strategy["lanes"].integer(1000, 1);
  contender.strategy.work = strategy["work"].word<Work>();
  contender.strategy.copies = strategy["copies"].flag();
  contender.strategy.hops = strategy["hops"].word<executor::Hops>();
  if (const auto memory = field.maybe("memory"))
    contender.memory = PassMemory{(*memory)["surfaces"].integer(most_surfaces), (*memory)["bytes"].integer<std::int64_t>(most_bytes),
                                  (*memory)["saved_bytes"].integer<std::int64_t>(most_bytes)};
  contender.baseline = field["baseline"].integer(most_contenders);
  if (const auto failure = field.maybe("failure")) contender.failure = failure->text();
  return contender;
}

/// Of a launch that every contender took part in.
inline Launch launch(const Field& field, std::size_t contenders) {
  Launch launch;
  launch.process = field["process"].integer(most_processes, 1);
  launch.resumed = field["resumed"].flag();
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

/// The samples of a document, taken out of it while it is parsed: as a tree of values they would need twenty times the memory.
class SampleCollector {
 public:
  /// What Tree::parse() calls. Returns whether the value stays in the tree.
  bool operator()(int depth, Tree::parse_event_t event, const Tree& json) {
    using Event = Tree::parse_event_t;
    if (in_rows_) {
      if (event == Event::array_end && depth == row_depth) {
        add(json);
        return false;
      }
      if (depth == row_depth && (event == Event::value || event == Event::object_start)) reject();
      if (event == Event::array_end && depth == row_depth - 1) {
        in_rows_ = false;
        lists_.back().shrink_to_fit();
      }
    } else if (event == Event::key) {
      if (depth == samples_depth) in_samples_ = json == "samples";
      in_rows_ = in_samples_ && depth == samples_depth + 1 && json == "rows";
      if (in_rows_) lists_.emplace_back();
    }
    return true;
  }

  /// Of each "rows" that there was, in their order.
  std::vector<std::vector<Sample>>& lists() { return lists_; }

  /// What is wrong with the first row that cannot be a sample; empty if there is none.
  const std::string& error() const { return error_; }

 private:
  // {"measurements": [{"samples": {"rows": [[...]]}}]}
  static constexpr int samples_depth = 3;
  static constexpr int row_depth = 5;

  void add(const Tree& row) {
    static constexpr std::array<std::uint64_t, 7> most{65534, 4294967294, 4294967294, 4294967294, 1, most_nanoseconds, most_nanoseconds};
    std::array<std::uint64_t, most.size()> columns{};
    bool is_sample = row.size() == most.size();
    for (std::size_t i = 0; is_sample && i < most.size(); ++i) {
      is_sample = row[i].is_number_unsigned() && row[i].get<std::uint64_t>() <= most[i];
      if (is_sample) columns[i] = row[i].get<std::uint64_t>();
    }
    if (!is_sample) return reject();
    lists_.back().push_back({.start = std::chrono::nanoseconds{static_cast<std::int64_t>(columns[5])},
                             .duration = std::chrono::nanoseconds{static_cast<std::int64_t>(columns[6])},
                             .round = static_cast<std::uint32_t>(columns[1]),
                             .slot = static_cast<std::uint32_t>(columns[2]),
                             .contender = static_cast<std::uint32_t>(columns[3]),
                             .launch = static_cast<std::uint16_t>(columns[0]),
                             .control = columns[4] == 1});
  }

  void reject() {
    if (error_.empty())
      error_ = "measurements[" + std::to_string(lists_.size() - 1) + "].samples.rows[" + std::to_string(lists_.back().size()) +
               "]: expected seven whole numbers from 0 on, as the columns name them";
  }

  bool in_samples_ = false;
  bool in_rows_ = false;
  std::vector<std::vector<Sample>> lists_;
  std::string error_;
};

/// Failed rounds, once contenders and launches are known.
inline void read_failures(const Field& field, Measurement& measurement) {
  for (const Field& one : field.elements(most_rounds)) {
    FailedRound failed;
    failed.launch = one["launch"].integer(most_rounds);
    failed.round = one["round"].integer(most_rounds);
    failed.contender = one["contender"].integer(most_rounds);
    failed.reason = one["reason"].text();
    if (failed.launch >= measurement.launches.size()) one["launch"].fail("there is no launch " + std::to_string(failed.launch));
    if (failed.round >= measurement.launches[failed.launch].rounds)
      one["round"].fail("round " + std::to_string(failed.round) + ", of a launch of " +
                        std::to_string(measurement.launches[failed.launch].rounds));
    if (failed.contender >= measurement.contenders.size())
      one["contender"].fail("there is no contender " + std::to_string(failed.contender));
    measurement.failures.push_back(std::move(failed));
  }
}

/// Whether the samples are of contenders, launches and rounds that there are.
inline void require_sound(const Field& field, const Measurement& measurement) {
  for (std::size_t i = 0; i < measurement.samples.size(); ++i) {
    const Sample& sample = measurement.samples[i];
    const auto fail = [&](const std::string& what) { field.fail("rows[" + std::to_string(i) + "]: " + what); };
    if (sample.launch >= measurement.launches.size()) fail("there is no launch " + std::to_string(sample.launch));
    const std::size_t rounds = measurement.launches[sample.launch].rounds;
    if (sample.round >= rounds) fail("round " + std::to_string(sample.round) + ", of a launch of " + std::to_string(rounds));
    if (sample.contender >= measurement.contenders.size()) fail("there is no contender " + std::to_string(sample.contender));
    const MeasuredContender& contender = measurement.contenders[sample.contender];
    if (!contender.ok()) fail("a sample of a contender that failed");
    if (sample.control && contender.baseline != sample.contender) fail("a control that is not a baseline");
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

/// `left` is how many kernels the document may still have in its flows.
inline Measurement measurement(const Field& field, std::vector<Sample>&& samples, std::size_t& left) {
  Measurement measurement;
  measurement.protocol = protocol(field["protocol"]);
  measurement.across = field["across"].flag();
  measurement.clock.resolution = std::chrono::nanoseconds{field["clock"]["resolution_ns"].integer<std::int64_t>(most_nanoseconds)};
  measurement.clock.reading = std::chrono::nanoseconds{field["clock"]["reading_ns"].integer<std::int64_t>(most_nanoseconds)};
  std::vector<MeasuredKernel> kernels;
  for (const Field& one : field["kernels"].elements(most_kernels)) kernels.push_back(kernel(one));
  for (const Field& one : field["contenders"].elements(most_contenders)) measurement.contenders.push_back(contender(one, kernels, left));
  require_sound(field["contenders"], measurement.contenders);
  for (const Field& one : field["launches"].elements(1000)) measurement.launches.push_back(launch(one, measurement.contenders.size()));
  read_failures(field["failures"], measurement);
  measurement.samples = std::move(samples);
  require_sound(field["samples"], measurement);
  return measurement;
}

inline FailedProcess failed_process(const Field& field) {
  constexpr std::uint64_t most_code = 255;
  FailedProcess failed;
  failed.process = field["process"].integer(most_processes, 1);
  failed.processes = field["processes"].integer(most_processes, 1);
  if (const auto signal = field.maybe("signal")) failed.signal = signal->integer<int>(most_code, 1);
  if (const auto code = field.maybe("exit_code")) failed.exit_code = code->integer<int>(most_code);
  failed.is_kept = field["kept"].flag();
  failed.reason = field["reason"].text();
  return failed;
}

inline Environment environment(const Field& field) {
  Environment environment;
  environment.version = field["version"].text();
  environment.compiler = field["compiler"].text();
  environment.time = field["time"].text();
  environment.system = field["system"].text();
  environment.processor = field["processor"].text();
  environment.cores = field["cores"].integer<long>(1'000'000);
  environment.memory_bytes = field["memory_bytes"].integer<std::uint64_t>(std::numeric_limits<std::uint64_t>::max());
  const auto load = field.maybe("load");
  environment.load = load ? load->number(0) : -1;
  const auto governor = field.maybe("governor");
  environment.governor = governor ? governor->text() : std::string{};
  environment.is_virtual = field["is_virtual"].flag();
  environment.clock = field["clock"].text();
  environment.device = field["device"].text();
  for (const auto& [name, value] : field["settings"].members(10'000)) environment.settings.emplace_back(name, value.text());
  for (const Field& argument : field["arguments"].elements(10'000)) environment.arguments.push_back(argument.text());
  if (const auto light = field.maybe("speed_of_light")) {
    const auto limit = [&](const char* of) {
      const auto given = light->maybe(of);
      return given ? given->number(0) : 0;
    };
    environment.speed_of_light = SpeedOfLight{limit("tflops"), limit("gb_per_s"), (*light)["source"].text()};
  }
  return environment;
}

/// Of text, or of a stream.
template <class Input>
Report read(Input&& input) {
  SampleCollector collector;
  Tree document;
  try {
    document = Tree::parse(std::forward<Input>(input), std::ref(collector));
  } catch (const Tree::parse_error& error) {
    throw ReportError("not a JSON document, or not all of one: wrong at byte " + std::to_string(error.byte));
  } catch (const Tree::exception& error) {
    throw ReportError(std::string{"not a JSON document: "} + error.what());
  }
  const Field root{document, ""};
  const std::string found = root["schema"].text();
  if (!found.starts_with("anechain-bench/3."))
    throw ReportError("the schema is '" + found + "'; this version of anechain reads anechain-bench/3, " +
                      (found.starts_with("anechain-bench/1.") || found.starts_with("anechain-bench/2.")
                           ? "and the version that wrote this file reads it"
                           : "which its own programs write"));
  if (root.maybe("only_every_round"))
    throw ReportError("these are the samples of some rounds only, for a page; the report itself is the file that json() wrote");
  if (!collector.error().empty()) throw ReportError(collector.error());
  Report report{.environment = environment(root["environment"])};
  const std::vector<Field> measurements = root["measurements"].elements(1000);
  if (collector.lists().size() != measurements.size())
    root["measurements"].fail(std::to_string(measurements.size()) + " experiments, and samples of " +
                              std::to_string(collector.lists().size()));
  std::size_t left = most_rows_of_kernels;
  for (const std::vector<Sample>& samples : collector.lists()) left += 2 * samples.size();
  for (std::size_t i = 0; i < measurements.size(); ++i)
    report.measurements.push_back(measurement(measurements[i], std::move(collector.lists()[i]), left));
  for (const Field& one : root["failed_processes"].elements(1000)) report.failed_processes.push_back(failed_process(one));
  report.interrupted = root["interrupted"].flag();
  return report;
}

}  // namespace detail

/// Reads a document that json() wrote, by this or another version 3. Members that it does not know are ignored, and what follows from the
/// samples is not read. Memory is in proportion to the text. Throws ReportError with the place and what was expected there.
///@{
inline Report read_json(std::string_view text) { return detail::read(text); }
inline Report read_json(std::istream& from) { return detail::read(from); }
///@}

}  // namespace anechain::report
