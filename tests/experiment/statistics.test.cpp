// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <cmath>
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

/// A measurement of three kernels whose passes take the given microseconds, round by round.
Measurement measured(std::vector<std::pair<MeasuredStrategy, std::vector<double>>> strategies) {
  Measurement measurement{.name = "made up",
                          .length = 3,
                          .input = {},
                          .output = {},
                          .flops = 3'000'000,
                          .bytes = {},
                          .link_bytes = 8000,
                          .strategies = {},
                          .samples = {}};
  for (auto& [strategy, passes] : strategies) {
    for (std::size_t round = 0; round < passes.size(); ++round)
      if (passes[round] > 0)
        measurement.samples.push_back(
            {.round = round,
             .strategy = measurement.strategies.size(),
             .duration = std::chrono::nanoseconds{static_cast<std::int64_t>(passes[round] * 1000 * static_cast<double>(strategy.lanes))}});
    measurement.rounds = std::max(measurement.rounds, passes.size());
    measurement.strategies.push_back(strategy);
  }
  return measurement;
}

}  // namespace

TEST_CASE("overhead comes from differences within rounds, so that drift between rounds does not enter it") {
  const auto estimates = estimate(measured({{described<Sequential>(), {12, 112, 212, 312}}, {described<RunOnly>(), {10, 110, 210, 310}}}));
  REQUIRE(estimates[0]->link_us);
  CHECK(estimates[0]->link_us->median == doctest::Approx(1));  // 2 us over 2 links, in every round
  CHECK(estimates[0]->share == doctest::Approx(2.0 / 160));
  CHECK_FALSE(estimates[1]->link_us);
  CHECK(estimates[1]->pass_us.median == doctest::Approx(160));
  CHECK(estimates[1]->kernel_us == doctest::Approx(160.0 / 3));
  CHECK(estimates[1]->kernels_per_s == doctest::Approx(3e6 / 160));
  CHECK(estimates[1]->gflops == doctest::Approx(3e6 / 160e-6 / 1e9));
}

TEST_CASE("a round in which one of two is missing is left out of their comparison") {
  const auto estimates = estimate(measured({{described<Sequential>(), {12, 500, 14}}, {described<RunOnly>(), {10, 0, 12}}}));
  CHECK(estimates[0]->link_us->count == 2);
  CHECK(estimates[0]->link_us->median == doctest::Approx(1));
}

TEST_CASE("transfers alone are told per copy and in bytes a second") {
  const auto estimates = estimate(measured({{described<TransferOnly>(), {4, 4, 4}}}));
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
  const auto estimates =
      estimate(measured({{described<RunOnly>(), base}, {described<ZeroCopy>(), same}, {described<Sequential>(), dearer}}));
  CHECK(estimates[1]->link_us->interval->contains(0));
  CHECK_FALSE(estimates[2]->link_us->interval->contains(0));
  CHECK(estimates[2]->link_us->interval->contains(1));
  CHECK_FALSE(estimate(measured({{described<RunOnly>(), {10, 10}}, {described<Sequential>(), {11, 11}}}))[1]->link_us->interval);
}

TEST_CASE("passes in flight at once share their time") {
  Measurement measurement = measured({{described<Overlapped<2>>(), {10, 10}}});
  for (Sample& sample : measurement.samples) sample.duration = std::chrono::microseconds{60};
  measurement.repeats = 3;
  CHECK(estimate(measurement)[0]->pass_us.median == doctest::Approx(10));  // 60 us for three runs of two passes
}

TEST_CASE("a strategy that failed has no estimate, and is no baseline") {
  MeasuredStrategy failed = described<RunOnly>();
  failed.failure = "injected";
  const auto estimates = estimate(measured({{described<Sequential>(), {12, 12}}, {failed, {}}}));
  CHECK_FALSE(estimates[1]);
  REQUIRE(estimates[0]);
  CHECK_FALSE(estimates[0]->link_us);
}

TEST_CASE("a schedule visits every strategy once a round, in orders that differ and that the seed decides") {
  const std::vector<std::size_t> strategies{0, 1, 2, 3, 4};
  Schedule first{9};
  Schedule second{9};
  Schedule other{10};
  std::vector<std::size_t> counts(5);
  bool differs = false;
  for (int round = 0; round < 2000; ++round) {
    const auto order = first.round(strategies);
    std::vector<std::size_t> visited(order.begin(), order.end());
    CHECK(std::ranges::equal(order, second.round(strategies)));
    differs = differs || !std::ranges::equal(order, other.round(strategies));
    ++counts[order[0]];
    std::ranges::sort(visited);
    CHECK(visited == strategies);
  }
  CHECK(differs);
  // Each leads 400 of 2000 rounds in the mean, with a standard deviation of 18.
  for (const std::size_t count : counts) CHECK(std::abs(static_cast<double>(count) - 400) < 5 * 18);
}
