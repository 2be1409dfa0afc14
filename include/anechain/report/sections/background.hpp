// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/analysis/verdict.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/report/cell.hpp>
#include <anechain/report/document.hpp>
#include <anechain/report/format.hpp>
#include <anechain/report/sections/names.hpp>

/// Where and how it was measured, and how the numbers are to be read.
namespace anechain::report::detail {

/// The first line of a report: version, device, system, seed, time.
inline Remark headline(const Report& report) {
  const Environment& environment = report.environment;
  Remark remark{"environment",
                {{"version", environment.version},
                 {"device", environment.device},
                 {"system", environment.system},
                 {"cores", static_cast<double>(environment.cores), Unit::count},
                 {"virtual", std::string{environment.is_virtual ? ", virtual" : ""}},
                 {"time", environment.time}},
                "anechain {version} | {device} | {system}, {cores} cores{virtual}"};
  if (!report.measurements.empty()) {
    remark.fields.push_back({"seed", std::to_string(report.measurements.front().protocol.seed)});
    remark.words += " | seed {seed}";
  }
  remark.words += " | {time}";
  if (environment.load >= 0) {
    remark.fields.push_back({"load", environment.load});
    remark.words += " | load {load}";
  }
  if (!environment.governor.empty()) {
    remark.fields.push_back({"governor", environment.governor});
    remark.words += " | governor {governor}";
  }
  return remark;
}

inline Table facts_table(std::string id, std::string caption, std::vector<std::pair<std::string, std::string>> facts) {
  Table table{.id = std::move(id), .caption = std::move(caption), .columns = {{"what", "what"}, {"value", "value"}}};
  for (auto& [what, value] : facts)
    if (!value.empty()) table.rows.push_back({{std::move(what), std::move(value)}});
  return table;
}

/// "15.8 TFLOP/s or 120 GB/s (source)".
inline std::string text_of(const SpeedOfLight& light) {
  std::string text;
  if (light.tflops > 0) text = digits(light.tflops) + " TFLOP/s";
  if (light.gb_per_s > 0) text += (text.empty() ? "" : " or ") + digits(light.gb_per_s) + " GB/s";
  return text + " (" + light.source + ")";
}

inline Section environment_section(const Environment& environment) {
  std::string arguments;
  for (const std::string& argument : environment.arguments) arguments += (arguments.empty() ? "" : " ") + argument;
  std::vector<std::pair<std::string, std::string>> facts{
      {"device", environment.device},
      {"processor", environment.processor},
      {"cores", std::to_string(environment.cores)},
      {"memory", scaled(static_cast<double>(environment.memory_bytes), "B")},
      {"system", environment.system},
      {"virtual machine", environment.is_virtual ? "yes" : "no"},
      {"load at the start", environment.load >= 0 ? digits(environment.load) : std::string{}},
      {"frequency governor", environment.governor},
      {"clock", environment.clock},
      {"speed of light", environment.speed_of_light ? text_of(*environment.speed_of_light) : std::string{}},
      {"time", environment.time},
      {"anechain", environment.version},
      {"compiler", environment.compiler},
      {"arguments", arguments}};
  for (const auto& [name, value] : environment.settings) facts.emplace_back("device: " + name, value);
  return {.id = "environment",
          .heading = "Environment",
          .tables = {facts_table("environment", "environment", std::move(facts))},
          .is_background = true};
}

inline Section protocol_section(const Measurement& measurement, std::size_t at, std::size_t of) {
  const Protocol& protocol = measurement.protocol;
  const auto seconds = [](std::chrono::nanoseconds time) { return digits(std::chrono::duration<double>{time}.count()) + " s"; };
  const std::string caption =
      std::to_string(measurement.contenders.size()) + " contenders, the first " + measurement.contenders.front().name;
  return {.id = "protocol-" + std::to_string(at + 1),
          .heading = "Protocol" + (of > 1 ? " of experiment " + std::to_string(at + 1) : std::string{}),
          .tables = {facts_table(
              "protocol", caption,
              {{"order", std::string{name_of(protocol.order)}},
               {"seed", std::to_string(protocol.seed)},
               {"history", std::string{name_of(protocol.history)}},
               {"random gaps", protocol.gaps ? "yes" : "no"},
               {"launches", std::to_string(protocol.launches)},
               {"rounds", "a pilot of " + std::to_string(protocol.pilot) + ", then " + std::to_string(protocol.least_rounds) + " to " +
                              std::to_string(protocol.most_rounds)},
               {"target half-width", digits(protocol.target_us) + " µs/link, or " + percent(protocol.target_share) + " of a pass"},
               {"budget", seconds(protocol.budget)},
               {"warm-up, at most", seconds(protocol.warm_up_limit)},
               {"confidence", percent(protocol.confidence) + ", of all comparisons of a group together"},
               {"effect of interest", percent(protocol.epsilon) + " of a pass of the baseline"},
               {"estimator", std::string{name_of(protocol.estimator)}},
               {"clock resolution", std::to_string(measurement.clock.resolution.count()) + " ns"},
               {"clock reading", std::to_string(measurement.clock.reading.count()) + " ns"}})},
          .is_background = true};
}

/// What a verdict means, and what to do next.
inline Section verdicts_section() {
  const auto row = [](Verdict verdict, const char* meaning) { return Row{{word(verdict), std::string{meaning}}}; };
  return {
      .id = "verdicts",
      .heading = "Verdicts, and what to do next",
      .tables = {{.id = "verdicts",
                  .caption = "verdicts",
                  .columns = {{"verdict", "verdict"}, {"meaning", "meaning"}},
                  .rows = {row(Verdict::slower,
                               "The interval excludes zero, and the effect is large enough to be of interest. Next: see the cost model for "
                               "where the time goes; launch again to see whether it stays."),
                           row(Verdict::faster,
                               "The same on the other side. Next: if a strategy does more work and takes less time, doubt it first: look "
                               "at its passes over time and at the A/A control."),
                           row(Verdict::negligible,
                               "There is a difference, and it is too small to be of interest. Next: nothing, unless a smaller effect "
                               "matters to you."),
                           row(Verdict::equivalent, "The whole interval is too small to be of interest: as good as equal. Next: nothing."),
                           row(Verdict::indistinguishable,
                               "The interval holds zero, and effects of interest too: this run cannot tell. Next: more rounds, a larger "
                               "budget or a quieter machine."),
                           row(Verdict::unreliable,
                               "The numbers do not hold, for the reason that the remarks give. Next: what they say there; do not cite this "
                               "number.")}}},
      .is_background = true};
}

/// How the numbers are to be read.
inline Section notes_section(const Report& report) {
  Section section{.id = "notes", .heading = {}};
  std::vector<Remark>& remarks = section.remarks;
  const auto measured =
      std::ranges::find(report.measurements, Order::palindromes, [](const Measurement& one) { return one.protocol.order; });
  if (measured != report.measurements.end()) {
    const Protocol& protocol = measured->protocol;
    remarks.push_back(
        {"estimator",
         {{"estimator", word(protocol.estimator)}, {"confidence", protocol.confidence, Unit::share}},
         "vs a baseline: the {estimator} of one ratio a round, with an interval that holds for all comparisons of a table together "
         "with {confidence}; link: the same for each link of the chain."});
    switch (protocol.history) {
      case History::equal:
        remarks.push_back({"history_equal", {}, "history: equal. Every contender follows every other: the cost of the transfer itself."});
        break;
      case History::own:
        remarks.push_back(
            {"history_own", {}, "history: own. Every measured pass follows one of its own contender: the cost that a program would see."});
        break;
      case History::both:
        remarks.push_back(
            {"history_both",
             {},
             "history: both. The comparison is of passes that follow one of their own contender; carry-over is what that adds to "
             "passes that follow any."});
        break;
    }
    if (std::ranges::all_of(report.measurements, [](const Measurement& measurement) { return measurement.launches.size() <= 1; }))
      remarks.push_back(
          {"one_launch", {}, "one launch: another one lays out memory and programs anew, and may differ by more than an interval says."});
  }
  if (report.environment.speed_of_light)
    remarks.push_back({"speed_of_light", {{"limit", text_of(*report.environment.speed_of_light)}}, "of light: the share of {limit}."});
  for (const Measurement& measurement : report.measurements)
    for (const MeasuredContender& contender : measurement.contenders)
      if (contender.memory && contender.memory->saved_bytes > 0)
        remarks.push_back({"memory",
                           {{"contender", contender.name},
                            {"surfaces", std::to_string(contender.memory->surfaces)},
                            {"bytes", scaled(static_cast<double>(contender.memory->bytes), "B")},
                            {"saved", scaled(static_cast<double>(contender.memory->saved_bytes), "B")}},
                           "{contender}: {surfaces} surfaces of {bytes}, {saved} less than with a surface for each value."});
  std::vector<std::string> told;
  for (const Measurement& measurement : report.measurements)
    for (const MeasuredContender& contender : measurement.contenders)
      if (contender.strategy.hops != executor::Hops::none && std::ranges::find(told, contender.strategy.name) == told.end()) {
        remarks.push_back(
            {"executor", {{"strategy", contender.strategy.name}, {"executor", contender.strategy.executor}}, "{strategy}: {executor}."});
        told.push_back(contender.strategy.name);
      }
  return section;
}

}  // namespace anechain::report::detail
