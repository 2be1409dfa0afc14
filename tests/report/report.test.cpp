// SPDX-License-Identifier: MIT
// Reports: what is written is what was measured, reads back as it was, and says so clearly where it is no report.
#include <doctest/doctest.h>

#include <anechain/analysis/collation.hpp>
#include <anechain/analysis/compare.hpp>
#include <anechain/anechain.hpp>
#include <anechain/measure/merge.hpp>
#include <anechain/report/csv.hpp>
#include <anechain/report/html_with_data.hpp>
#include <anechain/report/json.hpp>
#include <anechain/report/markdown.hpp>
#include <anechain/report/read_json.hpp>

#include <clocale>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "report/schema.hpp"
#include "throughput_ceiling/original/document.hpp"
#include "throughput_ceiling/original/protocol.hpp"
#include "throughput_ceiling/original/published.hpp"

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<16, 20>, 4>;
using Ceiling = ThroughputCeiling<Net, Sequential, RunOnly, TransferOnly, GcdSerial, ZeroCopy, Fused>;

constexpr simulated::Costs costs{.fixed_us = 30, .dispatch_us = 180, .us_per_gflop = 90, .copy_us = 2, .us_per_mb = 13};

Report empty_report() { return {.environment = {.device = "nothing"}}; }

/// Two measurements: one chain under every strategy, and chains of several lengths.
Report simulated_report(std::uint64_t seed = 1, std::size_t rounds = 40, const simulated::Costs& with = costs) {
  SimulatedDevice device{with, {.white = 0.03}, seed};
  ExperimentOptions options{.protocol = Protocol{}.with_rounds(rounds)};
  options.protocol.seed = seed;
  Report report = Ceiling{"16x20 <&>"}.run(device, options);
  report.environment.arguments = {"program", "\xff\"quoted\" </script><b>"};
  report.environment.speed_of_light = SpeedOfLight{10.93, 0, "made up"};
  Experiment lengths{device};
  add_chain_lengths(lengths, Net{}, {1, 2, 4}, run_only, sequential, fused);
  report.append(lengths.run({.protocol = Protocol{}.for_sweep(12)}));
  return report;
}

/// Two groups of several contenders and one alone, compared with each other.
Report mixed_report() {
  SimulatedDevice device{costs, {.white = 0.03}, 1};
  using Wide = Repeat<Conv1x1<32, 20>, 3>;
  using Single = Repeat<Conv1x1<16, 20, mil::fp32>, 4>;
  Experiment experiment{device,
                        baseline<Net>(run_only),
                        contender<Net>(sequential),
                        contender<Net::Fused, "fused">(run_only),
                        baseline<Wide, "wide">(sequential),
                        contender<Wide, "wide, zero copy">(zero_copy),
                        baseline<Single, "fp32">(run_only)};
  return experiment.run({.protocol = Protocol{}.with_rounds(40), .across = true});
}

/// A run whose contenders all failed, or never had a round.
Report failed_report() {
  Report report = simulated_report(1, 2);
  Measurement& measurement = report.measurements[0];
  measurement.samples.clear();
  for (MeasuredContender& contender : measurement.contenders) contender.failure = "it \"failed\", <b>badly</b> | at 10 %,\nonce more";
  for (MeasuredContender& contender : report.measurements[1].contenders) contender.failure = "too";
  report.measurements[1].samples.clear();
  return report;
}

Report original_report() {
  SimulatedDevice device{costs, {.white = 0.03, .cold_start = 0.5}, 1};
  return Ceiling{"16x20"}.on(device).run(
      {.protocol = program::original_protocol(42), .filter = {"sequential", "run_only", "transfer_only", "gcd_serial"}},
      program::BlockProtocol{});
}

std::vector<Report> all_reports() {
  std::vector<Report> all{empty_report(),  simulated_report(1, 1), simulated_report(1, 8), simulated_report(),
                          failed_report(), original_report(),      mixed_report()};
  all.push_back(simulated_report(2, 12));
  all.back().measurements[0].launches[0].end = End::interrupted;
  all.push_back(simulated_report(3, 12));
  for (Sample& sample : all.back().measurements[0].samples) sample.duration = {};
  return all;
}

report::Document document_of(const Report& report) {
  const Analysis analysis = analyse(report);
  report::Document document = report::document(report, analysis);
  program::add_original(document, report, analysis);
  return document;
}

/// A way to write a report and its document.
struct Format {
  std::string name;
  std::function<void(std::ostream&, const Report&, const report::Document&)> write;

  std::string operator()(const Report& report, const report::Document& document) const {
    std::ostringstream text;
    write(text, report, document);
    return text.str();
  }
  std::string operator()(const Report& report) const { return (*this)(report, document_of(report)); }
};

const Format to_console{"console", [](std::ostream& to, const Report&, const report::Document& document) { report::print(to, document); }};
const Format to_markdown{"Markdown",
                         [](std::ostream& to, const Report&, const report::Document& document) { report::markdown(to, document); }};
const Format to_csv{"CSV", [](std::ostream& to, const Report&, const report::Document& document) { report::csv(to, document); }};
const Format to_json{"JSON", [](std::ostream& to, const Report& of, const report::Document& document) { report::json(to, of, document); }};
const Format to_page{"HTML", [](std::ostream& to, const Report&, const report::Document& document) { report::html(to, document); }};
const Format to_page_with_data{
    "HTML with data", [](std::ostream& to, const Report& of, const report::Document& document) { report::html(to, of, document); }};
const std::vector<Format> formats{to_console, to_markdown, to_csv, to_json, to_page};

/// A table of a JSON document.
nlohmann::json table_of(const nlohmann::json& document, const std::string& section, const std::string& table) {
  for (const auto& one : document["document"]["sections"])
    if (one["id"] == section)
      for (const auto& its : one["tables"])
        if (its["id"] == table) return its;
  return nullptr;
}

/// The value of a table's cell: the row is known by its first cell.
nlohmann::json cell_of(const nlohmann::json& table, const std::string& row, const std::string& column) {
  for (std::size_t c = 0; c < table["columns"].size(); ++c)
    if (table["columns"][c]["id"] == column)
      for (const auto& one : table["rows"])
        if (one[0] == row) return one[c];
  return nullptr;
}

std::string message_of(const std::string& text) {
  try {
    report::read_json(text);
  } catch (const report::ReportError& error) {
    return error.what();
  }
  return "accepted";
}

/// What the schema lists behind "enum", wherever.
void collect_enumerations(const nlohmann::json& schema, std::set<std::vector<std::string>>& lists) {
  if (!schema.is_structured()) return;
  for (const auto& [key, value] : schema.items())
    if (key == "enum")
      lists.insert(value.get<std::vector<std::string>>());
    else
      collect_enumerations(value, lists);
}

}  // namespace

TEST_CASE("report: every document keeps to the schema in docs/, and reads back as it was") {
  for (const Report& report : all_reports()) {
    const std::string text = to_json(report);
    const nlohmann::json document = nlohmann::json::parse(text);
    CHECK(schema_violation(document) == "");
    for (const std::string never : {"nan", "inf"})
      if (const std::size_t at = text.find(never); at != std::string::npos) FAIL_CHECK(text.substr(at > 60 ? at - 60 : 0, 120));
    const Report read = report::read_json(text);
    CHECK(read.complete() == report.complete());
    CHECK(read.ok() == report.ok());
    // Bytes that are not UTF-8 were replaced when it was first written.
    Report same = report;
    for (std::string& argument : same.environment.arguments)
      argument = read.environment.arguments[static_cast<std::size_t>(&argument - &same.environment.arguments[0])];
    CHECK(to_json(read) == to_json(same));
    std::istringstream stream{text};
    CHECK(to_json(report::read_json(stream)) == to_json(same));
  }
}

TEST_CASE("report: the schema has the words of every enumeration that a report's file has") {
  std::ifstream file(ANECHAIN_REPORT_SCHEMA);
  std::set<std::vector<std::string>> lists;
  collect_enumerations(nlohmann::json::parse(file), lists);
  const auto listed = [&]<class Enumeration>(std::type_identity<Enumeration>) {
    const std::vector<std::string> words(words_of<Enumeration>.begin(), words_of<Enumeration>.end());
    CAPTURE(nlohmann::json(words).dump());
    CHECK(lists.contains(words));
  };
  listed(std::type_identity<Order>{});
  listed(std::type_identity<History>{});
  listed(std::type_identity<Estimator>{});
  listed(std::type_identity<End>{});
  listed(std::type_identity<Work>{});
  listed(std::type_identity<report::Unit>{});
  listed(std::type_identity<executor::Hops>{});
}

TEST_CASE("report: the schema refuses what is not a report") {
  nlohmann::json document = nlohmann::json::parse(to_json(simulated_report(1, 8)));
  REQUIRE(schema_violation(document) == "");
  const auto broken = [&](const std::function<void(nlohmann::json&)>& breaks) {
    nlohmann::json copy = document;
    breaks(copy);
    return !schema_violation(copy).empty();
  };
  CHECK(broken([](nlohmann::json& json) { json.erase("environment"); }));
  CHECK(broken([](nlohmann::json& json) { json["schema"] = "another/1.0.0"; }));
  CHECK(broken([](nlohmann::json& json) { json["measurements"][0]["samples"]["rows"][0].erase(0); }));
  CHECK(broken([](nlohmann::json& json) { json["measurements"][0]["protocol"]["order"] = "random"; }));
  CHECK(broken([](nlohmann::json& json) { json["document"]["sections"][0]["tables"][0]["columns"][0].erase("unit"); }));
}

TEST_CASE("report: the JSON document holds what was observed, and what its tables say") {
  const Report report = simulated_report();
  const auto document = nlohmann::json::parse(to_json(report));
  CHECK(document["schema"] == "anechain-bench/3.0.0");
  const auto& measurement = document["measurements"][0];
  CHECK(measurement["protocol"]["seed"] == 1);
  CHECK(measurement["kernels"][0]["input"]["shape"] == std::vector<int>{1, 16, 1, 20});
  const auto& contender = measurement["contenders"][0];
  CHECK(contender["name"] == "16x20 <&>/sequential");
  CHECK(contender["strategy"]["name"] == "sequential");
  CHECK(contender["flow"]["programs"].dump() == "[[0,4]]");
  CHECK(contender["baseline"] == 1);
  CHECK(contender["failure"].is_null());
  CHECK(measurement["samples"]["rows"].size() == report.measurements[0].samples.size());
  CHECK(document["environment"]["settings"]["dispatch_us"].get<std::string>().starts_with("180"));

  const Analysis analysis = analyse(report);
  const Contrast& contrast = *analysis.measurements[0].estimates->contenders[0]->contrast;
  const auto comparisons = table_of(document, "numbers-1", "comparisons");
  const std::string name = "16x20 <&>/sequential";
  CHECK(cell_of(comparisons, name, "baseline") == "16x20 <&>/run_only");
  CHECK(cell_of(comparisons, name, "relative").get<double>() == contrast.relative());
  CHECK(cell_of(comparisons, name, "relative_interval")[1].get<double>() == contrast.relative_interval()->high);
  CHECK(cell_of(comparisons, name, "link_us").get<double>() == contrast.per_link_us());
  CHECK(cell_of(comparisons, name, "rounds") == contrast.log_ratio.count);
  CHECK(cell_of(comparisons, "16x20 <&>/run_only", "kind") == "control");
  CHECK(cell_of(table_of(document, "numbers-1", "contenders"), "16x20 <&>/transfer_only", "copy_us").get<double>() > 2);
  CHECK(nlohmann::json::parse(to_json(failed_report()))["measurements"][0]["contenders"][1]["failure"].get<std::string>().find(
            "<b>badly</b>") != std::string::npos);
}

TEST_CASE("report: a column, a remark and a table that a document gets in one place are in every format, and what it loses is in none") {
  const Report report = simulated_report();
  report::Document document = report::document(report);
  report::Section& section = document.sections.front();
  report::Table& table = section.tables.front();
  table.add({.id = "energy_uj", .heading = "energy added", .unit = report::Unit::joules}, {1234.75, 1.5});
  section.remarks.push_back({"added", {{"joules", 4321.5, report::Unit::joules}}, "the added remark says {joules}"});
  for (const Format& format : formats) {
    CAPTURE(format.name);
    const std::string text = format(report, document);
    const bool is_for_programs = format.name == "CSV";
    CHECK(text.find(is_for_programs ? "energy_uj" : "energy added") != std::string::npos);
    CHECK(text.find(format.name == "CSV" || format.name == "JSON" ? "1234.75" : "1235") != std::string::npos);
    CHECK(text.find("the added remark says 4322 J") != std::string::npos);
  }
  section.tables.clear();
  section.remarks.pop_back();
  for (const Format& format : formats) {
    CAPTURE(format.name);
    const std::string text = format(report, document);
    CHECK(text.find("energy") == std::string::npos);
    CHECK(text.find("vs run_only") == std::string::npos);
    CHECK(text.find("light_share") == std::string::npos);
    CHECK(text.find("the added remark") == std::string::npos);
  }
}

TEST_CASE("report: nothing but text reaches a terminal, a table, a sheet or a page, whatever a file has in its strings") {
  const std::string hostile = std::string{"=SUM(A1)\x1b[31m\x07\r# heading\n| \xe2\x80\xae"} + "mirror\xc2\x9b\x7f\xe2\x80\x8b\xff<i>";
  Report report = simulated_report(1, 3);
  for (Measurement& measurement : report.measurements) {
    for (MeasuredContender& contender : measurement.contenders) {
      contender.name = hostile + contender.name;
      contender.flow.name = hostile;
      contender.strategy.executor = hostile;
      for (MeasuredKernel& kernel : contender.flow.programs) kernel.name = hostile;
    }
    measurement.contenders[0].failure = hostile;
    std::erase_if(measurement.samples, [](const Sample& sample) { return sample.contender == 0; });
  }
  report.environment.device = report.environment.system = report.environment.governor = hostile;
  report.environment.settings = {{hostile, hostile}};
  for (const Format& format : {to_console, to_markdown, to_csv, to_page, to_page_with_data}) {
    CAPTURE(format.name);
    const std::string text = format(report);
    for (const std::string never : {"\x1b", "\x07", "\xe2\x80\xae", "\xc2\x9b", "\x7f", "\xff", "\xe2\x80\x8b"}) {
      CAPTURE(static_cast<int>(static_cast<unsigned char>(never.front())));
      if (format.name != "HTML with data" || never != "\xe2\x80\xae") CHECK(text.find(never) == std::string::npos);
    }
    if (format.name != "CSV") CHECK(text.find('\r') == std::string::npos);
  }
  std::istringstream lines{to_csv(report)};
  for (std::string line; std::getline(lines, line);)
    for (const char* begin : {",=", ",\"=", ",@"}) CHECK(line.find(begin) == std::string::npos);
  std::istringstream markdown_lines{to_markdown(report)};
  for (std::string line; std::getline(markdown_lines, line);) CHECK_FALSE(line.starts_with("# "));
  CHECK(to_page(report).find("<i>") == std::string::npos);
}

TEST_CASE("report: contenders of several chains are told apart, compared in their groups, and across them if that is asked for") {
  const Report report = mixed_report();
  const Measurement& measurement = report.measurements[0];
  REQUIRE(measurement.baselines() == std::vector<std::size_t>{0, 3, 5});
  const Estimates found = estimate(measurement);
  CHECK(found.contenders[1]->contrast.has_value());
  CHECK(found.contenders[2]->contrast->relative() < -0.5);  // three dispatches of four are gone
  CHECK(found.contenders[4]->contrast->relative() < 0);     // without the copies
  CHECK_FALSE(found.contenders[5]->contrast.has_value());
  CHECK(found.controls[0].has_value());
  CHECK(found.controls[1].has_value());
  CHECK_FALSE(found.controls[2].has_value());  // nothing is compared with it
  REQUIRE(found.across.size() == 3);
  for (const AcrossEstimate& across : found.across) CHECK(across.baseline == 0);
  // Three comparisons together have the protocol's confidence.
  CHECK(found.across[0].contrast.log_ratio.confidence == doctest::Approx(1 - 0.05 / 3));
  // Three kernels of more channels against four: the costs are known.
  const double base = 30 + 4 * (180 + 90 * static_cast<double>(flops<Conv1x1<16, 20>>) / 1e9);
  const double wide = 30 + 3 * (180 + 90 * static_cast<double>(flops<Conv1x1<32, 20>>) / 1e9);
  CHECK(found.across[1].contrast.relative_interval()->contains(wide / base - 1));
  // Without being asked, there are none.
  Measurement apart = measurement;
  apart.across = false;
  CHECK(estimate(apart).across.empty());
}

TEST_CASE("report: a document that is cut short, of another schema or hostile is a clear error") {
  const std::string text = to_json(simulated_report(1, 3));
  REQUIRE(message_of(text) == "accepted");
  for (std::size_t length = 0; length + 2 < text.size(); length += 97)
    CHECK(message_of(text.substr(0, length)).find("not a JSON document, or not all of one: wrong at byte ") == 0);
  CHECK(message_of("{}") == "the document: 'schema' is missing");
  CHECK(message_of("[1]") == "the document: expected an object");
  CHECK(message_of(R"({"schema": "anechain-bench/4.0.0"})").starts_with("the schema is 'anechain-bench/4.0.0'; "));
  CHECK(message_of(R"({"schema": "anechain-bench/2.0.0"})").find("the version that wrote this file reads it") != std::string::npos);
  CHECK(message_of(R"({"schema": 7})") == "schema: expected a string");
  CHECK(message_of(std::string(1'000'000, '[')).find("not a JSON document") == 0);
  CHECK(message_of("{\"schema\": 1e999}").find("not a JSON document") == 0);

  const auto changed = [&](const std::function<void(nlohmann::json&)>& change) {
    nlohmann::json document = nlohmann::json::parse(text);
    change(document);
    return message_of(document.dump());
  };
  const auto first = [&](const std::function<void(nlohmann::json&)>& change) {
    return changed([&](nlohmann::json& json) { change(json["measurements"][0]); });
  };
  const std::string samples = "measurements[0].samples: rows[5]: ";
  CHECK(first([](auto& json) { json["samples"]["rows"][5][3] = 99; }) == samples + "there is no contender 99");
  CHECK(first([](auto& json) { json["samples"]["rows"][5][1] = 3; }) == samples + "round 3, of a launch of 3");
  CHECK(first([](auto& json) { json["samples"]["rows"][5][0] = 1; }) == samples + "there is no launch 1");
  const std::string no_sample = "measurements[0].samples.rows[5]: expected seven whole numbers from 0 on, as the columns name them";
  for (const nlohmann::json& row : {nlohmann::json{0, 1, 2, 3, 0, 5, -1}, nlohmann::json{0, 1, 2, 3, 0, 5, 1.5}, nlohmann::json{1, 2},
                                    nlohmann::json(7), nlohmann::json{{"launch", 0}}, nlohmann::json{0, 1, 2, 3, 0, 5, nlohmann::json{6}}})
    CHECK(first([&](auto& json) { json["samples"]["rows"][5] = row; }) == no_sample);
  CHECK(first([](auto& json) { json["samples"].erase("rows"); }) == "measurements: 2 experiments, and samples of 1");
  CHECK(first([](auto& json) {
          json["samples"]["rows"][5][3] = 0;
          json["samples"]["rows"][5][4] = 1;
        }) == samples + "a control that is not a baseline");
  CHECK(first([](auto& json) {
          json["launches"][0]["rounds"] = 9'999'999'999u;
        }).find("measurements[0].launches[0].rounds: expected a number from 0 to") == 0);
  CHECK(first([](auto& json) {
          json["launches"][0]["repeats"][0] = 0;
        }).find("measurements[0].launches[0].repeats[0]: expected a number from 1 to") == 0);
  CHECK(first([](auto& json) { json["launches"][0]["repeats"].erase(0); }) ==
        "measurements[0].launches[0].repeats: 5 numbers for 6 contenders");
  CHECK(first([](auto& json) { json["contenders"][1]["name"] = json["contenders"][0]["name"]; }) ==
        "measurements[0].contenders: two contenders are called '16x20 <&>/sequential'");
  CHECK(first([](auto& json) {
          json["contenders"][1]["baseline"] = 0;
        }).find("measurements[0].contenders: '16x20 <&>/sequential' has contender 1 as its baseline, which is none") == 0);
  CHECK(first([](auto& json) { json["contenders"][1]["flow"]["programs"][0][0] = 7; }) ==
        "measurements[0].contenders[1].flow.programs[0][0]: there is no kernel 7");
  CHECK(first([](auto& json) {
          json["contenders"][1]["flow"]["parts"][0][1] = 2'000'000'000u;
        }).find("measurements[0].contenders[1].flow.parts[0][1]: expected a number from 1 to") == 0);
  CHECK(first([](auto& json) { json["kernels"][0]["text"] = "0x12"; }) ==
        "measurements[0].kernels[0].text: expected 0x and sixteen hexadecimal digits, found '0x12'");
  CHECK(first([](auto& json) {
          json["contenders"][1]["strategy"]["lanes"] = 0;
        }).find("measurements[0].contenders[1].strategy.lanes: expected a number from 1 to 1000") == 0);
  CHECK(first([](auto& json) { json["kernels"][0]["input"]["dtype"] = "fp17"; }) ==
        "measurements[0].kernels[0].input.dtype: 'fp17' is not a dtype");
  CHECK(first([](auto& json) { json["protocol"]["confidence"] = 1.5; }) ==
        "measurements[0].protocol.confidence: the number is out of range");
  CHECK(first([](auto& json) { json["protocol"]["estimator"] = "mode"; }) ==
        "measurements[0].protocol.estimator: expected one of median, trim20, mean, found 'mode'");
  CHECK(first([](auto& json) {
          for (auto& contender : json["contenders"]) contender["failure"] = "";
        }) == "measurements[0].samples: rows[0]: a sample of a contender that failed");
  CHECK(changed([](auto& json) { json["only_every_round"] = 3; }).starts_with("these are the samples of some rounds only"));
  CHECK(changed([](auto& json) { json["something"]["new"] = 1; }) == "accepted");
}

TEST_CASE("report: what a file claims costs nothing: tables are as large as the samples that there are") {
  Report report = simulated_report(1, 3);
  for (Measurement& measurement : report.measurements)
    for (Launch& launch : measurement.launches) launch.rounds = launch.planned = 9'999'999;
  const std::string text = to_json(report);
  const Report read = report::read_json(text);
  const RoundTable table{read.measurements[0]};
  for (std::size_t c = 0; c < read.measurements[0].contenders.size(); ++c) CHECK(table.cells(c).size() <= 3);
  CHECK(analyse(read).measurements[0].estimates->contenders[0]->contrast->log_ratio.count == 3);
}

TEST_CASE("report: no format gives way on an empty, failed, short, interrupted or frozen run") {
  for (const Report& report : all_reports())
    for (const Format& format : formats) {
      CAPTURE(format.name);
      const std::string text = format(report);
      CHECK_FALSE(text.empty());
      for (const std::string never : {"nan", "-inf", "inf "}) {
        CAPTURE(never);
        CHECK(text.find(never) == std::string::npos);
      }
    }
}

TEST_CASE("report: what a report's strings hold cannot leave their place in a page") {
  const std::string text = to_page_with_data(failed_report());
  CHECK(to_page(failed_report()).find("<b>badly</b>") == std::string::npos);
  CHECK(text.find("&lt;b&gt;badly&lt;/b&gt;") != std::string::npos);
  CHECK(text.find("16x20 &lt;&amp;&gt;") != std::string::npos);
  CHECK(text.find("</script><b>") == std::string::npos);
  CHECK(text.find("http://") == std::string::npos);  // nothing is loaded from anywhere
  CHECK(text.find("https://") == std::string::npos);
}

TEST_CASE("report: a page links every row that is drawn to its mark, and has each mark once") {
  const std::string text = to_page(mixed_report());
  const std::string link = "href=\"#mark-";
  std::size_t links = 0;
  for (std::size_t at = text.find(link); at != std::string::npos; at = text.find(link, at + 1), ++links) {
    const std::size_t begin = at + 7;
    const std::string id = "id=\"" + text.substr(begin, text.find('"', begin) - begin) + "\"";
    CHECK(text.find(id) != std::string::npos);
    CHECK(text.find(id) == text.rfind(id));
  }
  CHECK(links == 3 + 3);  // compared within the groups, and across them
}

TEST_CASE("report: a page of many samples is not larger than two megabytes, and says what it leaves out") {
  Report report = simulated_report(1, 8);
  Measurement& measurement = report.measurements[0];
  const std::vector<Sample> samples = measurement.samples;
  for (std::uint32_t times = 1; times < 1000; ++times)
    for (Sample sample : samples) {
      sample.round += 8 * times;
      measurement.samples.push_back(sample);
    }
  measurement.launches[0].rounds = 8000;
  const std::string text = to_page_with_data(report);
  CHECK(text.size() < 2'200'000);
  CHECK(text.find("th round; the report") != std::string::npos);
  const std::size_t begin = text.find('>', text.find("id=\"report\"")) + 1;
  const auto data = nlohmann::json::parse(text.substr(begin, text.find("</script>", begin) - begin));
  const std::size_t every = data["only_every_round"];
  CHECK(every > 1);
  for (const auto& row : data["measurements"][0]["samples"]["rows"]) CHECK(row[1].get<std::size_t>() % every == 0);
}

TEST_CASE("report: comma-separated values have one width, whatever the strings hold, and a point in every locale") {
  CHECK(to_csv(failed_report()).find("\"it \"\"failed\"\", <b>badly</b> | at 10 %, once more\"") != std::string::npos);
  const Report report = simulated_report();
  const std::string plain = to_csv(report);
  const auto commas = [](const std::string& line) {
    std::ptrdiff_t outside = 0;
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (c == ',' && !quoted) ++outside;
    }
    return outside;
  };
  std::istringstream lines{plain};
  std::string header;
  std::getline(lines, header);
  CHECK(header == "section,table,row,column,unit,text,number,low,high\r");
  for (std::string line; std::getline(lines, line);) CHECK(commas(line) == commas(header));
  // Numbers are all there: no digit is lost.
  const double relative = analyse(report).measurements[0].estimates->contenders[0]->contrast->relative();
  char digits[64];
  std::snprintf(digits, sizeof digits, "sequential,relative,share,,%.17g,,", relative);
  CHECK(plain.find(digits) != std::string::npos);

  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  for (const char* locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"}) {
    if (std::setlocale(LC_NUMERIC, locale) == nullptr) continue;
    CHECK(to_csv(report) == plain);
  }
  std::setlocale(LC_NUMERIC, before.c_str());

  std::ostringstream samples;
  const Report few = simulated_report(1, 3);
  report::csv_samples(samples, few);
  CHECK(static_cast<std::size_t>(std::ranges::count(samples.str(), '\n')) ==
        1 + few.measurements[0].samples.size() + few.measurements[1].samples.size());
}

TEST_CASE("report: launches of one experiment become one report, whose interval respects them") {
  Report merged = simulated_report(1, 20);
  for (std::uint64_t seed = 2; seed <= 4; ++seed) merge(merged, simulated_report(seed, 20));
  const Measurement& measurement = merged.measurements[0];
  CHECK(measurement.launches.size() == 4);
  CHECK(measurement.rounds() == 80);
  const Contrast contrast = *estimate(measurement).contenders[0]->contrast;
  CHECK(contrast.launch_log_ratios.size() == 4);
  CHECK(contrast.launch_share.has_value());
  CHECK(contrast.log_ratio.value == doctest::Approx(statistics::median(contrast.launch_log_ratios)));
  CHECK(schema_violation(nlohmann::json::parse(to_json(merged))) == "");
  CHECK(to_json(report::read_json(to_json(merged))).size() > 0);

  // Of another experiment: named, and nothing is pooled.
  const auto refusal = [&](const std::function<void(Report&)>& change) -> std::string {
    Report other = simulated_report(1, 3);
    change(other);
    const std::string before = to_json(merged);
    try {
      merge(merged, std::move(other));
    } catch (const MergeError& error) {
      CHECK(to_json(merged) == before);
      return error.what();
    }
    return "merged";
  };
  CHECK(refusal([](Report& report) {
          report.measurements[0].contenders[0].name = "another";
        }).starts_with("the report has no experiment of 'another', '16x20 <&>/run_only'"));
  CHECK(refusal([](Report& report) {
          std::swap(report.measurements[1].contenders.front(), report.measurements[1].contenders.back());
        }).find("to add a launch to") != std::string::npos);
  Report failed = simulated_report(1, 3);
  failed.measurements[0].contenders[0].failure = "broken";
  merge(merged, std::move(failed));
  CHECK(merged.measurements[0].contenders[0].failure == "in launch 5: broken");
  for (const Sample& sample : merged.measurements[0].samples) CHECK(sample.contender != 0);
}

namespace {

/// A chain called "net", whichever it is.
template <class Chain>
Report net(std::uint64_t seed) {
  SimulatedDevice device{costs, {.white = 0.03}, seed};
  return ThroughputCeiling<Chain, Sequential, RunOnly>{"net"}.run(device, {.protocol = Protocol{}.with_rounds(20)});
}

}  // namespace

TEST_CASE("report: different chains of one name are not pooled, and what differs is named") {
  using Narrow = Repeat<Conv1x1<64, 64>, 4>;
  using Wide = Repeat<Conv1x1<128, 64>, 4>;
  using Single = Repeat<Conv1x1<64, 64, mil::fp32>, 4>;
  using Longer = Repeat<Conv1x1<64, 64>, 5>;
  using Activated = Chain<Conv1x1<64, 64>, Conv1x1<64, 64>, Conv1x1<64, 64>, Relu<64, 64>>;
  const auto refusal = [](Report into, Report launch) -> std::string {
    try {
      merge(into, std::move(launch));
    } catch (const MergeError& error) {
      return error.what();
    }
    return "merged";
  };
  CHECK(refusal(net<Narrow>(1), net<Narrow>(2)) == "merged");
  CHECK(refusal(net<Narrow>(1), net<Wide>(2)) == "'net/sequential' is not the same in both: it differs in: types");
  CHECK(refusal(net<Narrow>(1), net<Single>(2)) == "'net/sequential' is not the same in both: it differs in: types");
  CHECK(refusal(net<Narrow>(1), net<Longer>(2)) == "'net/sequential' is not the same in both: it differs in: programs");
  CHECK(refusal(net<Narrow>(1), net<Activated>(2)) == "'net/sequential' is not the same in both: it differs in: weights");

  const ReportComparison comparison = compare(net<Narrow>(1), net<Wide>(2));
  CHECK(comparison.rows.empty());
  REQUIRE(comparison.missing.size() == 4);
  CHECK(comparison.missing[0].name == "net/sequential");
  CHECK(comparison.missing[0].absence == Absence::not_the_same);
  CHECK(comparison.missing[0].difference == Difference::types);
  CHECK(comparison.lost);

  const std::vector<Report> reports{net<Narrow>(1), net<Wide>(2), net<Narrow>(3)};
  const std::vector<CollatedContender> rows = collate(reports);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].reports == 2);
  CHECK(rows[0].differs == Difference::none);
  CHECK(rows[1].reports == 1);
  CHECK(rows[1].differs == Difference::types);
}

TEST_CASE("report: the published table stands beside the very chain that it is of, whatever that is called, and no other") {
  SimulatedDevice device{costs, {.white = 0.03}, 1};
  const ExperimentOptions options{.protocol = Protocol{}.with_rounds(8)};
  const auto has_published_row = [](const Report& report) { return document_of(report).find("published") != nullptr; };
  CHECK(has_published_row(ThroughputCeiling<Repeat<Conv1x1<64, 32>, 12>, Sequential, RunOnly>{"mine"}.run(device, options)));
  CHECK_FALSE(has_published_row(ThroughputCeiling<Repeat<Relu<64, 32>, 12>, Sequential, RunOnly>{"64x32"}.run(device, options)));
  CHECK_FALSE(has_published_row(ThroughputCeiling<Repeat<Conv1x1<64, 32>, 6>, Sequential, RunOnly>{"64x32"}.run(device, options)));
  CHECK(program::published_table[0].text == digest(mil_text<Conv1x1<64, 32>>));
  CHECK(program::published_table[1].text == digest(mil_text<Conv1x1<256, 64>>));
  CHECK(program::published_table[2].text == digest(mil_text<Conv1x1<768, 256>>));
}

TEST_CASE("report: launches that differ by more than their rounds do are unreliable") {
  simulated::Costs dearer = costs;
  Report merged = simulated_report(1, 60);
  for (std::uint64_t seed = 2; seed <= 5; ++seed) {
    dearer.copy_us = 30 * static_cast<double>(seed);  // of 750 us: far beyond the rounds' noise
    merge(merged, simulated_report(seed, 60, dearer));
  }
  const Estimates found = estimate(merged.measurements[0]);
  CHECK(*found.contenders[0]->contrast->launch_share > 0.5);
  CHECK(found.contenders[0]->judgement->verdict == Verdict::unreliable);
  CHECK(found.contenders[0]->judgement->reason == Reason::launches_disagree);
}

TEST_CASE("report: comparing two finds what became slower, and says when it cannot know") {
  const auto launches = [](double dispatch_us, std::uint64_t first_seed) {
    simulated::Costs its = costs;
    its.dispatch_us = dispatch_us;
    Report merged = simulated_report(first_seed, 30, its);
    for (std::uint64_t seed = 1; seed < 4; ++seed) merge(merged, simulated_report(first_seed + seed, 30, its));
    return merged;
  };
  const Report before = launches(180, 1);
  const ReportComparison same = compare(before, launches(180, 11));
  CHECK(same.rows.size() == 6 + 7);
  CHECK_FALSE(same.has(Change::regression));
  CHECK_FALSE(same.has(Change::ambiguous));
  const ReportComparison slower = compare(before, launches(200, 21));
  CHECK(slower.has(Change::regression));
  for (const ComparedContender& row : slower.rows)
    if (row.name == "16x20 <&>/run_only") {
      CHECK(row.verdict == Change::regression);
      CHECK(row.interval->contains(80.0 / (30 + 4 * 180)));
    }
  CHECK(compare(launches(200, 31), before).has(Change::improvement));

  double product = 1;
  for (const ComparedContender& row : slower.rows) product *= 1 + row.change;
  CHECK(slower.geometric_mean == doctest::Approx(std::pow(product, 1.0 / static_cast<double>(slower.rows.size())) - 1));

  const ReportComparison single = compare(simulated_report(1, 20), simulated_report(2, 20));
  for (const ComparedContender& row : single.rows) {
    CHECK(row.verdict == Change::ambiguous);
    CHECK(row.first_interval_us.has_value());
    CHECK_FALSE(row.interval.has_value());
  }
  Report elsewhere = simulated_report(2, 20);
  elsewhere.environment.processor = "another";
  elsewhere.measurements[0].contenders[0].label = "renamed";
  const ReportComparison warned = compare(simulated_report(1, 20), elsewhere);
  REQUIRE(warned.conditions.size() == 1);
  CHECK(warned.conditions[0].condition == Condition::processor);
  CHECK(warned.conditions[0].second == "another");
  REQUIRE(warned.missing.size() == 2);
  for (const MissingContender& missing : warned.missing) {
    CHECK(missing.name == "16x20 <&>/sequential");
    CHECK(missing.difference == Difference::label);
  }
  CHECK(warned.lost);
  CHECK_FALSE(single.lost);
  CHECK(compare(empty_report(), empty_report()).rows.empty());
}

TEST_CASE("report: another estimator needs no other measurement") {
  Report report = report::read_json(to_json(simulated_report()));
  const double median = analyse(report).measurements[0].estimates->contenders[0]->contrast->relative();
  for (const Estimator estimator : {Estimator::trim20, Estimator::mean}) {
    report.measurements[0].protocol.estimator = estimator;
    const Contrast contrast = *analyse(report).measurements[0].estimates->contenders[0]->contrast;
    CHECK(contrast.relative() != median);
    CHECK(std::abs(contrast.relative() - 3 * 2.0083 / 750.0) < 0.01);  // 3 % of white noise a kernel, 40 rounds
    CHECK(contrast.relative_interval()->contains(contrast.relative()));
  }
}
