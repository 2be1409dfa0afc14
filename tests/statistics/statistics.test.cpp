// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "reference.hpp"

using namespace anechain;

TEST_CASE("quartiles are those of the definition, for every count") {
  Random random{1};
  for (std::size_t count = 1; count < 40; ++count) {
    std::vector<double> samples(count);
    for (double& sample : samples) sample = random.uniform(-5, 5);
    const auto expected = reference::quartiles(samples);
    const auto summary = statistics::summarize(samples);
    CHECK(summary.q1 == doctest::Approx(expected.q1));
    CHECK(summary.median == doctest::Approx(expected.median));
    CHECK(summary.q3 == doctest::Approx(expected.q3));
  }
}

TEST_CASE("a summary of known numbers") {
  const std::vector<double> samples{4, 2, 8, 6};
  const auto summary = statistics::summarize(samples);
  CHECK(summary.count == 4);
  CHECK(summary.min == 2);
  CHECK(summary.median == 5);
  CHECK(summary.mean == 5);
  CHECK(summary.sd == doctest::Approx(std::sqrt(20.0 / 3)));
  CHECK(std::isnan(statistics::median({})));
  CHECK(std::isnan(statistics::summarize(std::vector<double>{1}).sd));
}

namespace {

/// A measurement of three kernels whose passes take the given microseconds, round by round, in both turns. RunOnly is the baseline.
Measurement measured(std::vector<std::pair<MeasuredStrategy, std::vector<double>>> strategies) {
  const MeasuredKernel kernel{.name = "kernel", .flops = 1'000'000, .bytes = {.output = 4000}};
  Measurement measurement;
  Launch& launch = measurement.launches.emplace_back();
  launch.repeats.assign(strategies.size(), 1);
  std::size_t base = 0;
  for (std::size_t s = 0; s < strategies.size(); ++s)
    if (strategies[s].first.name == RunOnly::name) base = s;
  for (auto& [strategy, passes] : strategies) {
    for (std::size_t round = 0; round < passes.size(); ++round)
      for (std::size_t turn = 0; turn < turns_a_round && passes[round] > 0; ++turn)
        measurement.samples.push_back(
            {.duration = std::chrono::nanoseconds{static_cast<std::int64_t>(passes[round] * 1000 * static_cast<double>(strategy.lanes))},
             .round = static_cast<std::uint32_t>(round),
             .contender = static_cast<std::uint32_t>(measurement.contenders.size())});
    launch.rounds = std::max(launch.rounds, passes.size());
    measurement.contenders.push_back({.name = strategy.name,
                                      .label = {},
                                      .flow = {"chain", {kernel, kernel, kernel}, {kernel, kernel, kernel}},
                                      .strategy = strategy,
                                      .baseline = base});
  }
  return measurement;
}

std::vector<std::optional<ContenderEstimate>> contenders_of(const Measurement& measurement) { return estimate(measurement).contenders; }

}  // namespace

TEST_CASE("overhead comes from ratios within rounds, so that a state that multiplies all times does not enter it") {
  const auto estimates =
      contenders_of(measured({{measured_strategy<Sequential>(), {11, 22, 44, 88}}, {measured_strategy<RunOnly>(), {10, 20, 40, 80}}}));
  REQUIRE(estimates[0]->contrast);
  CHECK(estimates[0]->contrast->relative() == doctest::Approx(0.1));
  CHECK(estimates[0]->contrast->per_link_us() == doctest::Approx(0.1 * 30 / 2));  // of the median pass, over 2 links
  CHECK_FALSE(estimates[0]->contrast->per_link_interval_us());
  CHECK_FALSE(estimates[1]->contrast);
  CHECK(estimates[1]->pass_us.median == doctest::Approx(30));
  CHECK(estimates[1]->kernel_us == doctest::Approx(10));
  CHECK(estimates[1]->kernels_per_s == doctest::Approx(1e5));
  CHECK(estimates[1]->gflops == doctest::Approx(3e6 / 30e-6 / 1e9));
}

TEST_CASE("a drift cancels within every round, up to its square") {
  Measurement measurement =
      measured({{measured_strategy<Sequential>(), {}}, {measured_strategy<RunOnly>(), {}}, {measured_strategy<ZeroCopy>(), {}}});
  Schedule schedule{3};
  double time = 0;
  for (std::size_t& round = measurement.launches[0].rounds; round < 50; ++round)
    for (const std::size_t contender : schedule.palindrome(std::vector<std::size_t>{0, 1, 2})) {
      time += 1000;
      measurement.samples.push_back({.duration = std::chrono::nanoseconds{static_cast<std::int64_t>(1e6 * (1 + 1e-7 * time))},
                                     .round = static_cast<std::uint32_t>(round),
                                     .contender = static_cast<std::uint32_t>(contender)});
    }
  for (const std::size_t strategy : {0u, 2u}) CHECK(std::abs(contenders_of(measurement)[strategy]->contrast->relative()) < 1e-6);
}

TEST_CASE("a round in which one of two is missing is left out of their comparison") {
  Measurement measurement =
      measured({{measured_strategy<Sequential>(), {11, 500, 22, 900}}, {measured_strategy<RunOnly>(), {10, 0, 20, 10}}});
  measurement.samples.pop_back();  // one turn of the last round
  const auto estimates = contenders_of(measurement);
  CHECK(estimates[0]->contrast->log_ratio.count == 2);
  for (Sample& sample : measurement.samples) sample.duration = {};
  CHECK_FALSE(contenders_of(measurement)[0]->contrast);
  CHECK(estimates[0]->contrast->relative() == doctest::Approx(0.1));
}

TEST_CASE("transfers alone are told per copy and in bytes a second") {
  const auto estimates = contenders_of(measured({{measured_strategy<TransferOnly>(), {4, 4, 4}}}));
  CHECK(*estimates[0]->copy_us == doctest::Approx(2));
  CHECK(*estimates[0]->copy_gb_per_s == doctest::Approx(2));  // 8000 bytes in 4 us
}

TEST_CASE("an overhead that is there in every round has an interval without zero, noise has one with it") {
  Random random{5};
  std::vector<double> base(100);
  std::vector<double> same(100);
  std::vector<double> dearer(100);
  for (std::size_t i = 0; i < base.size(); ++i) {
    base[i] = random.uniform(100, 120);
    same[i] = base[i] + random.uniform(-2, 2);
    dearer[i] = same[i] + 2;
  }
  const auto estimates = contenders_of(
      measured({{measured_strategy<RunOnly>(), base}, {measured_strategy<ZeroCopy>(), same}, {measured_strategy<Sequential>(), dearer}}));
  CHECK(estimates[1]->contrast->per_link_interval_us()->contains(0));
  CHECK_FALSE(estimates[2]->contrast->per_link_interval_us()->contains(0));
  CHECK(estimates[2]->contrast->per_link_interval_us()->contains(1));
}

TEST_CASE("passes in flight at once share their time") {
  Measurement measurement = measured({{measured_strategy<Overlapped<2>>(), {10, 10}}});
  for (Sample& sample : measurement.samples) sample.duration = std::chrono::microseconds{60};
  measurement.launches[0].repeats = {3};
  CHECK(contenders_of(measurement)[0]->pass_us.median == doctest::Approx(10));  // 60 us for three runs of two passes
}

TEST_CASE("a contender that failed has no estimate, and is no baseline") {
  Measurement measurement = measured({{measured_strategy<Sequential>(), {12, 12}}, {measured_strategy<RunOnly>(), {}}});
  measurement.contenders[1].failure = "injected";
  const auto estimates = contenders_of(measurement);
  CHECK_FALSE(estimates[1]);
  REQUIRE(estimates[0]);
  CHECK_FALSE(estimates[0]->contrast);
}

TEST_CASE("a schedule is a palindrome of all strategies, in orders that differ and that the seed decides") {
  const std::vector<std::size_t> strategies{0, 1, 2, 3, 4};
  Schedule first{9};
  Schedule second{9};
  Schedule other{10};
  std::vector<std::size_t> counts(5);
  std::size_t zero_before_one = 0;
  bool differs = false;
  constexpr std::size_t rounds = 2000;
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto order = first.palindrome(strategies);
    std::vector<std::size_t> visited(order.begin(), order.end());
    REQUIRE(visited.size() == turns_a_round * strategies.size());
    CHECK(std::ranges::equal(order, second.palindrome(strategies)));
    differs = differs || !std::ranges::equal(order, other.palindrome(strategies));
    CHECK(std::equal(visited.begin(), visited.end(), visited.rbegin()));
    ++counts[visited[0]];
    zero_before_one += std::ranges::find(visited, 0u) < std::ranges::find(visited, 1u);
    visited.resize(5);
    std::ranges::sort(visited);
    CHECK(visited == strategies);
  }
  CHECK(differs);
  // Each leads 400 rounds in the mean, with a standard deviation of 18; each pair stands either way, with one of 22.
  for (const std::size_t count : counts) CHECK(std::abs(static_cast<double>(count) - 400) < 5 * 18);
  CHECK(std::abs(static_cast<double>(zero_before_one) - 1000) < 5 * 22);
}

TEST_CASE("the schedule of a seed is the same on every platform") {
  Schedule schedule{42};
  std::string orders;
  for (int round = 0; round < 6; ++round) {
    for (const std::size_t strategy : schedule.palindrome(std::vector<std::size_t>{0, 1, 2, 3}))
      orders += static_cast<char>('A' + strategy);
    orders += ' ';
  }
  // From a second implementation of the generator and of Fisher and Yates' shuffle, in another language.
  CHECK(orders == "DBACCABD CADBBDAC BDACCADB ACDBBDCA ADBCCBDA BDACCADB ");
}
