// SPDX-License-Identifier: MIT
// What a report says of its measurements together: contenders by their names, passes, rounds.
#include <doctest/doctest.h>

#include <anechain/measure/report.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using namespace anechain;

namespace {

/// One launch, in which every contender has a pass of these microseconds, in its order, in each of so many rounds.
Measurement measured(const std::vector<std::string>& names, const std::vector<int>& us, std::size_t rounds) {
  Measurement measurement;
  measurement.launches.push_back({.repeats = std::vector<std::size_t>(names.size(), 1), .rounds = rounds});
  for (const std::string& name : names) measurement.contenders.emplace_back().name = name;
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t c = 0; c < names.size(); ++c)
      measurement.samples.push_back({.duration = std::chrono::microseconds{us[c]},
                                     .round = static_cast<std::uint32_t>(round),
                                     .contender = static_cast<std::uint32_t>(c)});
  return measurement;
}

Report two_measurements() {
  Report report;
  report.measurements = {measured({"a", "b"}, {1, 2}, 3), measured({"b", "c"}, {20, 30}, 2)};
  return report;
}

}  // namespace

TEST_CASE("report: rounds of all measurements and launches") {
  CHECK(Report{}.rounds() == 0);
  Report report = two_measurements();
  CHECK(report.rounds() == 5);
  report.measurements[1].launches.push_back({.repeats = {1, 1}, .rounds = 7});
  CHECK(report.rounds() == 12);
}

TEST_CASE("report: the contender of a name is that of the first measurement that has one") {
  const Report report = two_measurements();
  CHECK(report.find("a") == &report.measurements[0].contenders[0]);
  CHECK(report.find("b") == &report.measurements[0].contenders[1]);
  CHECK(report.find("c") == &report.measurements[1].contenders[1]);
  CHECK(report.find("d") == nullptr);
  CHECK(report.find("") == nullptr);
  CHECK(Report{}.find("a") == nullptr);
}

TEST_CASE("report: passes of the contender of a name, and the names that there are where nobody has it") {
  Report report = two_measurements();
  CHECK(report.passes("a") == std::vector<double>{1, 1, 1});
  CHECK(report.passes("b") == std::vector<double>{2, 2, 2});
  CHECK(report.passes("c") == std::vector<double>{30, 30});
  CHECK_THROWS_WITH_AS((void)report.passes("d"), "no contender is called 'd'; there are a, b, c", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Report{}.passes("d"), "no contender is called 'd': there is none", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)report.measurements[1].passes("a"), "no contender is called 'a'; there are b, c", std::invalid_argument);

  // As in a measurement: without what came before the device was steady.
  report.measurements[1].launches[0].warm_up = 1;
  CHECK(report.passes("c") == report.measurements[1].passes("c"));
  CHECK(report.passes("c").size() == 1);
  // A contender that was never visited has no passes; asking for them is no error.
  report.measurements[0].samples.clear();
  CHECK(report.passes("b").empty());
}

TEST_CASE("measurement: the names of the contenders") {
  CHECK(Measurement{}.names().empty());
  CHECK(measured({"b", "a"}, {1, 2}, 1).names() == std::vector<std::string>{"b", "a"});
}
