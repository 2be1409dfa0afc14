// SPDX-License-Identifier: MIT
// Reports: what is written is what was measured, reads back as it was, and says so clearly where it is no report.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/experiment/compare.hpp>
#include <anechain/experiment/merge.hpp>
#include <anechain/experiment/report/html.hpp>
#include <anechain/experiment/report/json.hpp>
#include <anechain/experiment/report/read_json.hpp>

#include <clocale>
#include <cmath>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "experiment/schema.hpp"

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<16, 20>, 4>;
using Experiment = ThroughputCeiling<Net, Sequential, RunOnly, TransferOnly, GcdSerial, ZeroCopy, Fused>;

constexpr simulated::Costs costs{.fixed_us = 30, .dispatch_us = 180, .us_per_gflop = 90, .copy_us = 2, .us_per_mb = 13};

Report simulated_report(std::uint64_t seed = 1, std::size_t rounds = 40, const simulated::Costs& with = costs) {
  SimulatedDevice device{with, {.white = 0.03}, seed};
  MeasurementOptions options{.protocol = Protocol{}.with_rounds(rounds)};
  options.protocol.seed = seed;
  Report report{.environment = {.device = device.name(), .arguments = {"program", "\xff\"quoted\" </script><b>"}},
                .protocol = options.protocol};
  report.environment.speed_of_light = SpeedOfLight{10.93, 0, "made up"};
  report.measurements.push_back(Experiment{"16x20 <&>"}.run(device, options));
  ChainLengths<RunOnly, Sequential, Fused> lengths;
  lengths.add("16x20 <&>", Net{}, {1, 2, 4});
  MeasurementOptions sweep{.protocol = Protocol{}.for_sweep(12)};
  report.sweep = lengths.run(device, sweep);
  return report;
}

Report empty_report() { return {.environment = {.device = "nothing"}}; }

/// A run whose strategies all failed, or never had a round.
Report failed_report() {
  Report report = simulated_report(1, 2);
  Measurement& measurement = report.measurements[0];
  measurement.samples.clear();
  for (MeasuredStrategy& strategy : measurement.strategies) strategy.failure = "it \"failed\", <b>badly</b> | at 10 %,\nonce more";
  for (MeasuredStrategy& strategy : report.sweep->strategies) strategy.failure = "too";
  report.sweep->samples.clear();
  return report;
}

Report original_report() {
  SimulatedDevice device{costs, {.white = 0.03, .cold_start = 0.5}, 1};
  MeasurementOptions options{.protocol = Protocol::original(), .strategies = {"sequential", "run_only", "transfer_only", "gcd_serial"}};
  Report report{.environment = {.device = device.name()}, .protocol = options.protocol};
  report.measurements.push_back(Experiment{"16x20"}.run(device, options));
  return report;
}

std::vector<Report> all_reports() {
  std::vector<Report> all{empty_report(),     simulated_report(1, 1), simulated_report(1, 8),
                          simulated_report(), failed_report(),        original_report()};
  all.push_back(simulated_report(2, 12));
  all.back().measurements[0].launches[0].end = End::interrupted;
  all.push_back(simulated_report(3, 12));
  for (Sample& sample : all.back().measurements[0].samples) sample.duration = {};
  return all;
}

std::string text_of(void (*write)(std::ostream&, const Report&, const Analysis&), const Report& report) {
  std::ostringstream text;
  write(text, report, analyse(report));
  return text.str();
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
    const std::string text = report::json(report);
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
    CHECK(report::json(read) == report::json(same));
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
  listed(std::type_identity<Status>{});
  listed(std::type_identity<Verdict>{});
  listed(std::type_identity<Standing>{});
}

TEST_CASE("report: the schema refuses what is not a report") {
  nlohmann::json document = nlohmann::json::parse(report::json(simulated_report(1, 8)));
  REQUIRE(schema_violation(document) == "");
  const auto broken = [&](const std::function<void(nlohmann::json&)>& breaks) {
    nlohmann::json copy = document;
    breaks(copy);
    return !schema_violation(copy).empty();
  };
  CHECK(broken([](nlohmann::json& json) { json.erase("env"); }));
  CHECK(broken([](nlohmann::json& json) { json["schema"] = "another/1.0.0"; }));
  CHECK(broken([](nlohmann::json& json) { json["configs"][0]["raw"]["rows"][0].erase(0); }));
  CHECK(broken([](nlohmann::json& json) { json["configs"][0]["strategies"][0]["verdict"] = "good"; }));
  CHECK(broken([](nlohmann::json& json) { json["sweep"]["cells"][0].erase("n"); }));
}

TEST_CASE("report: the JSON document holds estimates, failures and every sample") {
  const Report report = simulated_report();
  const auto document = nlohmann::json::parse(report::json(report));
  CHECK(document["schema"] == "anechain-bench/1.0.0");
  CHECK(document["protocol"]["seed"] == 1);
  const auto& config = document["configs"][0];
  CHECK(config["ch"] == 16);
  CHECK(config["sp"] == 20);
  CHECK(config["n"] == 4);
  CHECK(config["strategies"][0]["name"] == "sequential");
  CHECK(config["strategies"][0]["status"] == "ok");
  const Analysis analysis = analyse(report);
  const Contrast& contrast = *analysis.configurations[0].estimates->strategies[0]->contrast;
  CHECK(config["strategies"][0]["contrast"]["per_link_us"]["est"].get<double>() == doctest::Approx(contrast.per_link_us()));
  CHECK(config["strategies"][0]["contrast"]["n"] == contrast.log_ratio.count);
  CHECK(config["strategies"][2]["copy"]["us"].get<double>() > 2);
  CHECK(config["raw"]["rows"].size() == report.measurements[0].samples.size());
  CHECK(config["aa"]["base"] == "run_only");
  CHECK(document["sweep"]["decomposition"].is_null());
  CHECK(document["sweep"]["refusal"].get<std::string>().find("the design cannot tell") == 0);
  CHECK(nlohmann::json::parse(report::json(failed_report()))["configs"][0]["strategies"][1]["reason"].get<std::string>().find(
            "<b>badly</b>") != std::string::npos);
}

TEST_CASE("report: a document that is cut short, of another schema or hostile is a clear error") {
  const std::string text = report::json(simulated_report(1, 3));
  REQUIRE(message_of(text) == "accepted");
  for (std::size_t length = 0; length + 2 < text.size(); length += 97)
    CHECK(message_of(text.substr(0, length)).find("not a JSON document, or not all of one: wrong at byte ") == 0);
  CHECK(message_of("{}") == "the document: 'schema' is missing");
  CHECK(message_of("[1]") == "the document: expected an object");
  CHECK(message_of(R"({"schema": "anechain-bench/2.0.0"})") == "the schema is 'anechain-bench/2.0.0'; anechain-bench/1 can be read");
  CHECK(message_of(R"({"schema": 7})") == "schema: expected a string");
  CHECK(message_of(std::string(1'000'000, '[')).find("not a JSON document") == 0);
  CHECK(message_of("{\"schema\": 1e999}").find("not a JSON document") == 0);

  const auto changed = [&](const std::function<void(nlohmann::json&)>& change) {
    nlohmann::json document = nlohmann::json::parse(text);
    change(document);
    return message_of(document.dump());
  };
  CHECK(changed([](auto& json) { json["configs"][0]["raw"]["rows"][5][3] = 99; }) == "raw.rows[5][3]: there is no strategy 99");
  CHECK(changed([](auto& json) { json["configs"][0]["raw"]["rows"][5][1] = 3; }) == "raw.rows[5][1]: round 3, of a launch of 3");
  CHECK(changed([](auto& json) { json["configs"][0]["raw"]["rows"][5][0] = 1; }) == "raw.rows[5][0]: there is no launch 1");
  CHECK(changed([](auto& json) { json["configs"][0]["raw"]["rows"][5][6] = -1; }) == "raw.rows[5][6]: expected a whole number from 0 on");
  CHECK(changed([](auto& json) { json["configs"][0]["raw"]["rows"][5] = {1, 2}; }) == "raw.rows[5]: expected an array of 7");
  CHECK(changed([](auto& json) {
          json["configs"][0]["launches"][0]["rounds"] = 9'999'999'999u;
        }).find("configs[0].launches[0].rounds: expected a number from 0 to") == 0);
  CHECK(changed([](auto& json) {
          json["configs"][0]["launches"][0]["repeats"] = 0;
        }).find("configs[0].launches[0].repeats: expected a number from 1 to") == 0);
  CHECK(changed([](auto& json) { json["configs"][0]["strategies"][1]["name"] = "sequential"; }) ==
        "configs[0].strategies: two strategies are called 'sequential'");
  CHECK(changed([](auto& json) {
          json["configs"][0]["strategies"][1]["lanes"] = 0;
        }).find("configs[0].strategies[1].lanes: expected a number from 1 to 1000") == 0);
  CHECK(changed([](auto& json) { json["configs"][0]["n"] = 1; }).find("configs[0].n: expected a number from 2 to") == 0);
  CHECK(changed([](auto& json) { json["configs"][0]["input"]["dtype"] = "fp17"; }) == "configs[0].input.dtype: 'fp17' is not a dtype");
  CHECK(changed([](auto& json) { json["protocol"]["confidence"] = 1.5; }) == "protocol.confidence: the number is out of range");
  CHECK(changed([](auto& json) { json["protocol"]["estimator"] = "mode"; }) ==
        "protocol.estimator: expected one of median, trim20, mean, found 'mode'");
  CHECK(changed([](auto& json) {
          for (auto& cell : json["sweep"]["cells"]) {
            cell["strategy"]["status"] = "failed";
            cell["strategy"]["reason"] = "";
          }
        }) == "raw.rows[0][3]: a sample of a strategy that failed");
  CHECK(changed([](auto& json) { json["something"]["new"] = 1; }) == "accepted");
}

TEST_CASE("report: no writer gives way on an empty, failed, short, interrupted or frozen run") {
  for (const Report& report : all_reports()) {
    for (const auto write : {+[](std::ostream& to, const Report& of, const Analysis& analysis) { report::print(to, of, analysis); },
                             +[](std::ostream& to, const Report& of, const Analysis& analysis) { report::csv(to, of, analysis); },
                             +[](std::ostream& to, const Report& of, const Analysis& analysis) { report::markdown(to, of, analysis); },
                             +[](std::ostream& to, const Report& of, const Analysis& analysis) {
                               report::html(to, of, analysis, report::json(of, analysis));
                             }}) {
      const std::string text = text_of(write, report);
      CHECK_FALSE(text.empty());
      for (const std::string never : {"nan", "-inf", "inf "}) {
        CAPTURE(never);
        CHECK(text.find(never) == std::string::npos);
      }
    }
  }
}

TEST_CASE("report: what a report's strings hold cannot leave their place in a page") {
  const std::string page = text_of(
      +[](std::ostream& to, const Report& of, const Analysis& analysis) { report::html(to, of, analysis, report::json(of, analysis)); },
      failed_report());
  CHECK(page.find("<b>badly</b>") == page.rfind("<b>badly</b>"));  // but in the data block, which is not markup
  CHECK(page.find("&lt;b&gt;badly&lt;/b&gt;") != std::string::npos);
  CHECK(page.find("16x20 &lt;&amp;&gt;") != std::string::npos);
  CHECK(page.find("</script><b>") == std::string::npos);
  CHECK(page.find("http://") == page.find("http://www.w3.org/2000/svg"));  // nothing is loaded from anywhere
  CHECK(page.find("https://") == std::string::npos);
}

TEST_CASE("report: comma-separated values have one width, whatever the strings hold, and a point in every locale") {
  const std::string text =
      text_of(+[](std::ostream& to, const Report& of, const Analysis& analysis) { report::csv(to, of, analysis); }, failed_report());
  CHECK(text.find("\"it \"\"failed\"\", <b>badly</b> | at 10 %,\nonce more\"") != std::string::npos);

  const std::string plain =
      text_of(+[](std::ostream& to, const Report& of, const Analysis& analysis) { report::csv(to, of, analysis); }, simulated_report());
  const auto commas = [](const std::string& line) { return std::ranges::count(line, ','); };
  std::istringstream lines{plain};
  std::string header;
  std::getline(lines, header);
  std::size_t rows = 0;
  for (std::string line; std::getline(lines, line); ++rows) CHECK(commas(line) == commas(header));
  CHECK(rows == 6);

  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  for (const char* locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"}) {
    if (std::setlocale(LC_NUMERIC, locale) == nullptr) continue;
    CHECK(text_of(
              +[](std::ostream& to, const Report& of, const Analysis& analysis) { report::csv(to, of, analysis); }, simulated_report()) ==
          plain);
  }
  std::setlocale(LC_NUMERIC, before.c_str());

  std::ostringstream samples;
  const Report report = simulated_report(1, 3);
  report::csv_samples(samples, report);
  CHECK(static_cast<std::size_t>(std::ranges::count(samples.str(), '\n')) ==
        1 + report.measurements[0].samples.size() + report.sweep->samples.size());
}

TEST_CASE("report: launches of one experiment become one report, whose interval respects them") {
  Report merged = simulated_report(1, 20);
  for (std::uint64_t seed = 2; seed <= 4; ++seed) merge(merged, simulated_report(seed, 20));
  const Measurement& measurement = merged.measurements[0];
  CHECK(measurement.launches.size() == 4);
  CHECK(measurement.rounds() == 80);
  const Contrast contrast = *estimate(measurement).strategies[0]->contrast;
  CHECK(contrast.launch_log_ratios.size() == 4);
  CHECK(contrast.launch_share.has_value());
  CHECK(contrast.log_ratio.value == doctest::Approx(statistics::median(contrast.launch_log_ratios)));
  CHECK(schema_violation(nlohmann::json::parse(report::json(merged))) == "");
  CHECK(report::json(report::read_json(report::json(merged))).size() > 0);

  Report other = simulated_report(1, 3);
  other.measurements[0].name = "another";
  CHECK_THROWS_WITH_AS(merge(merged, std::move(other)), "the report has no configuration 'another' to add a launch to", MergeError);
  Report shuffled = simulated_report(1, 3);
  std::swap(shuffled.sweep->cells.front(), shuffled.sweep->cells.back());
  CHECK_THROWS_WITH_AS(merge(merged, std::move(shuffled)), "the launches measured other chains, or in another order", MergeError);
  Report failed = simulated_report(1, 3);
  failed.measurements[0].strategies[0].failure = "broken";
  merge(merged, std::move(failed));
  CHECK(merged.measurements[0].strategies[0].failure == "in launch 5: broken");
  for (const Sample& sample : merged.measurements[0].samples) CHECK(sample.strategy != 0);
}

TEST_CASE("report: launches that differ by more than their rounds do are unreliable") {
  simulated::Costs dearer = costs;
  Report merged = simulated_report(1, 60);
  for (std::uint64_t seed = 2; seed <= 5; ++seed) {
    dearer.copy_us = 30 * static_cast<double>(seed);  // of 750 us: far beyond the rounds' noise
    merge(merged, simulated_report(seed, 60, dearer));
  }
  const Estimates found = estimate(merged.measurements[0]);
  CHECK(*found.strategies[0]->contrast->launch_share > 0.5);
  CHECK(found.strategies[0]->judgement->verdict == Verdict::unreliable);
  CHECK(found.strategies[0]->judgement->reason == "launches differ by more than rounds do");
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
  CHECK(same.rows.size() == 6);
  CHECK_FALSE(same.has(Change::regression));
  CHECK_FALSE(same.has(Change::ambiguous));
  const ReportComparison slower = compare(before, launches(200, 21));
  CHECK(slower.has(Change::regression));
  for (const ComparedStrategy& row : slower.rows)
    if (row.strategy == "run_only") {
      CHECK(row.verdict == Change::regression);
      CHECK(row.interval->contains(80.0 / (30 + 4 * 180)));
    }
  CHECK(compare(launches(200, 31), before).has(Change::improvement));

  double product = 1;
  for (const ComparedStrategy& row : slower.rows) product *= 1 + row.change;
  CHECK(slower.geometric_mean == doctest::Approx(std::pow(product, 1.0 / static_cast<double>(slower.rows.size())) - 1));

  const ReportComparison single = compare(simulated_report(1, 20), simulated_report(2, 20));
  for (const ComparedStrategy& row : single.rows) {
    CHECK(row.verdict == Change::ambiguous);
    CHECK(row.first_interval_us.has_value());
    CHECK_FALSE(row.interval.has_value());
  }
  Report elsewhere = simulated_report(2, 20);
  elsewhere.environment.processor = "another";
  elsewhere.measurements[0].strategies[0].name = "renamed";
  const ReportComparison warned = compare(simulated_report(1, 20), elsewhere);
  CHECK(warned.warnings.size() == 1);
  CHECK(warned.warnings[0].find("the processor differs: ") == 0);
  REQUIRE(warned.missing.size() == 2);
  CHECK(warned.missing[0].ends_with(" is only in the first"));
  CHECK(warned.missing[1].ends_with(", renamed is only in the second"));
  CHECK(warned.lost);
  CHECK_FALSE(single.lost);
  CHECK(compare(empty_report(), empty_report()).rows.empty());
}

TEST_CASE("report: another estimator needs no other measurement") {
  Report report = report::read_json(report::json(simulated_report()));
  const double median = analyse(report).configurations[0].estimates->strategies[0]->contrast->relative();
  for (const Estimator estimator : {Estimator::trim20, Estimator::mean}) {
    report.protocol.estimator = estimator;
    const Contrast contrast = *analyse(report).configurations[0].estimates->strategies[0]->contrast;
    CHECK(contrast.relative() != median);
    CHECK(contrast.relative() == doctest::Approx(3 * 2.0083 / 750.0).epsilon(1));
    CHECK(contrast.relative_interval()->contains(contrast.relative()));
  }
}
