// SPDX-License-Identifier: MIT
// Reports of several machines in one table.
#include <doctest/doctest.h>

#include <anechain/analysis/collation.hpp>
#include <anechain/anechain.hpp>
#include <anechain/report/collation_document.hpp>
#include <anechain/report/html.hpp>

#include <array>
#include <sstream>
#include <string>
#include <vector>

using namespace anechain;

namespace {

Report measured(const std::string& preset, std::uint64_t seed) {
  SimulatedDevice device{*simulated::preset(preset), seed};
  ExperimentOptions options{.protocol = Protocol{}.with_rounds(60)};
  options.protocol.budget = std::chrono::hours{1};
  return ThroughputCeiling<Repeat<Conv1x1<768, 256>, 4>, Sequential, RunOnly, ZeroCopy>{"768x256"}.run(device, options);
}

}  // namespace

TEST_CASE("collate: a row for each contender and chip, the median of its reports, and an interval that holds theirs") {
  const std::vector<Report> reports{measured("m4-max", 1), measured("m1", 2), measured("m4-max", 3), measured("m4-max", 4)};
  const std::vector<CollatedContender> rows = collate(reports);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].chip == "simulated engine like an M1");
  CHECK(rows[0].reports == 1);
  const CollatedContender& sequential_on_m4 = rows[2];
  CHECK(sequential_on_m4.chip == "simulated engine like an M4 Max");
  CHECK(sequential_on_m4.name == "768x256/sequential");
  CHECK(sequential_on_m4.baseline == "768x256/run_only");
  CHECK(sequential_on_m4.reports == 3);

  std::vector<double> effects;
  for (const std::size_t i : std::array<std::size_t, 3>{0, 2, 3}) {
    const Analysis analysis = analyse(reports[i]);
    const Contrast& contrast = *analysis.measurements[0].estimates->contenders[0]->contrast;
    effects.push_back(contrast.relative());
    CHECK(sequential_on_m4.interval->low <= contrast.relative_interval()->low);
    CHECK(sequential_on_m4.interval->high >= contrast.relative_interval()->high);
  }
  CHECK(sequential_on_m4.relative == statistics::median(effects));
  std::size_t judged = 0;
  for (const auto& [verdict, count] : sequential_on_m4.verdicts) judged += count;
  CHECK(judged == 3);
}

TEST_CASE("collate: what runs the kernels is told by the processor and the kind of device, or by the engine's own name") {
  CHECK(chip_of({.processor = "Apple M4 Max", .device = "ane: Apple M4 Max h16g, route standard"}) == "Apple M4 Max, ane");
  CHECK(chip_of({.device = "simulated engine like an M5"}) == "simulated engine like an M5");
}

TEST_CASE("collate: the formats have the same rows; what failed has none") {
  std::vector<Report> reports{measured("m5", 1)};
  reports.push_back(reports[0]);
  reports[1].measurements[0].contenders[0].failure = "broken";
  const std::vector<CollatedContender> rows = collate(reports);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].reports == 1);
  CHECK(rows[1].reports == 2);

  std::ostringstream markdown, page;
  const report::Document document = report::document(rows);
  report::markdown(markdown, document);
  report::html(page, document);
  CHECK(document.sections[0].tables[0].rows.size() == 2);
  for (const std::string& expected : {std::string{"simulated engine like an M5"}, report::percent(rows[0].relative, true)}) {
    CHECK(markdown.str().find(expected) != std::string::npos);
    CHECK(page.str().find(expected) != std::string::npos);
  }
  CHECK(collate({}).empty());
}
