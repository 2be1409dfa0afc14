// SPDX-License-Identifier: MIT
// The experiment against an engine whose costs are known.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<16, 20>, 12>;
using Experiment = ThroughputCeiling<Net, Sequential, RunOnly, TransferOnly, GcdSerial, GcdSequential, ZeroCopy, Fused>;

struct Findings {
  Measurement measurement;
  Estimates estimates = estimate(measurement);

  const StrategyEstimate& operator[](std::string_view name) const {
    const auto found = std::ranges::find(measurement.strategies, name, &MeasuredStrategy::name);
    REQUIRE(found != measurement.strategies.end());
    REQUIRE(found->ok());
    return *estimates.strategies[static_cast<std::size_t>(found - measurement.strategies.begin())];
  }
};

Findings findings(const simulated::Costs& costs, const simulated::Noise& noise, std::size_t rounds, std::uint64_t seed = 1) {
  SimulatedDevice device{costs, noise, seed};
  MeasurementOptions options;
  options.protocol = options.protocol.with_rounds(rounds);
  options.protocol.seed = seed;
  options.protocol.budget = std::chrono::hours{10'000};
  return {Experiment{"simulated"}.run(device, options)};
}

}  // namespace

TEST_CASE("without noise, every cost comes back as it was put in") {
  const auto found = findings(
      {.fixed_us = 30, .dispatch_us = 180, .us_per_gflop = 90, .copy_us = 0.8, .us_per_mb = 13, .lock_us = 0.5, .hop_us = 4}, {}, 8);
  const double gflop = static_cast<double>(flops<Conv1x1<16, 20>>) / 1e9;
  const double copy = 2 * 0.5 + 0.8 + 13 * 640 / 1e6;
  const double run_only_pass = 30 + 12 * (180 + 90 * gflop);
  // The clock counts whole nanoseconds.
  CHECK(found["run_only"].pass_us.median == doctest::Approx(run_only_pass).epsilon(1e-6));
  CHECK(found["sequential"].contrast->per_link_us() == doctest::Approx(copy).epsilon(1e-3));
  CHECK(*found["transfer_only"].copy_us == doctest::Approx(copy).epsilon(1e-3));
  CHECK(found["gcd_serial"].contrast->per_link_us() == doctest::Approx(4.0 * 12 / 11).epsilon(1e-3));
  CHECK(found["gcd_sequential"].contrast->per_link_us() == doctest::Approx(4.0 * 12 / 11 + copy).epsilon(1e-3));
  CHECK(found["zero_copy"].contrast->per_link_us() == doctest::Approx(0).epsilon(1e-6));
  CHECK(found["fused"].pass_us.median == doctest::Approx(30 + 180 + 12 * 90 * gflop).epsilon(1e-6));
}

TEST_CASE("with noise, the interval holds the truth as often as it says") {
  constexpr int experiments = 60;
  int covered = 0;
  int false_alarms = 0;
  for (std::uint64_t seed = 1; seed <= experiments; ++seed) {
    const auto found = findings({.dispatch_us = 180, .copy_us = 2}, {.white = 0.05}, 40, seed);
    covered += found["sequential"].contrast->per_link_interval_us()->contains(2);
    false_alarms += !found["zero_copy"].contrast->per_link_interval_us()->contains(0);
  }
  // 95 % of 60 is 57, with a standard deviation of 1.7.
  CHECK(covered >= 51);
  CHECK(false_alarms <= 9);
}

TEST_CASE("the presets' costs are found again through all of their noise, and the original's protocol does not find them") {
  for (const simulated::Preset& preset : simulated::presets()) {
    CAPTURE(preset.name);
    // The first seeds: the intervals are of 95 %, and all is deterministic.
    std::size_t found_costs = 0;
    std::size_t intervals = 0;
    const auto count = [&](const statistics::Interval& interval, double truth) {
      ++intervals;
      found_costs += interval.contains(truth);
    };
    const simulated::Costs& costs = preset.costs;
    const double copy = costs.copy_us + 2 * costs.lock_us;
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      SimulatedDevice device{preset, seed};
      Report report{.environment = {}};
      MeasurementOptions options{.protocol = Protocol{}.with_rounds(150),
                                 .strategies = {"sequential", "run_only", "gcd_serial", "zero_copy"}};
      options.protocol.budget = std::chrono::hours{1};
      report.measurements.push_back(Experiment{"16x20"}.run(device, options));
      ChainLengths<RunOnly, Sequential, Fused> lengths;
      lengths.add("16x20", Repeat<Conv1x1<16, 20>, 12>{}, {2, 6, 12});
      lengths.add("256x64", Repeat<Conv1x1<256, 64>, 12>{}, {2, 6, 12});
      lengths.add("512x96", Repeat<Conv1x1<512, 96>, 12>{}, {2, 6, 12});
      options.strategies.clear();
      report.sweep = lengths.run(device, options);
      const Analysis analysis = analyse(report);
      const double gflop = static_cast<double>(flops<Conv1x1<16, 20>>) / 1e9;
      const double pass = costs.fixed_us + 12 * (costs.dispatch_us + gflop * costs.us_per_gflop);
      const auto& strategies = analysis.configurations[0].estimates->strategies;
      count(*strategies[0]->contrast->relative_interval(), 11 * (copy + costs.us_per_mb * 640 / 1e6) / pass);
      count(*strategies[2]->contrast->relative_interval(), 12 * costs.hop_us / pass);
      count(*strategies[3]->contrast->relative_interval(), 0);
      REQUIRE(analysis.scaling->decomposition);
      const double truths[]{costs.fixed_us, costs.dispatch_us, costs.us_per_gflop, copy, costs.us_per_mb};
      for (const FittedTerm& term : analysis.scaling->decomposition->terms) count(term.cost.interval, truths[term.term]);
    }
    CHECK(intervals == 24);
    CHECK(found_costs >= 21);
  }
  // As published: what the original's protocol says of one and the same copy differs by far more than the copy costs.
  const simulated::Preset& m4 = *simulated::preset("m4-max");
  double largest = 0;
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    SimulatedDevice device{m4, seed};
    MeasurementOptions options{.protocol = Protocol::original(), .strategies = {"sequential", "run_only"}};
    for (int configuration = 0; configuration < 2; ++configuration)
      largest = std::max(largest, std::abs(*original_estimate(Experiment{"16x20"}.run(device, options)).overhead_us(12) - 1.4));
  }
  CHECK(largest > 20 * 1.4);
}

TEST_CASE("a stamp tells inputs and programs apart") {
  SimulatedDevice device;
  const auto stamp = [&](std::string_view text, float value) {
    auto x = device.surface(mil::tensor(mil::fp16, 1, 16, 1, 20));
    auto y = device.surface(mil::tensor(mil::fp16, 1, 16, 1, 20));
    write(x, std::span<const float>{std::vector<float>(320, value)});
    SimulatedDevice::Surface* inputs[]{&x};
    SimulatedDevice::Surface* outputs[]{&y};
    device.evaluate(device.request(device.compile(text, {}), inputs, outputs));
    return read(y);
  };
  CHECK(stamp(mil_text<Relu<16, 20>>, 1) == stamp(mil_text<Relu<16, 20>>, 1));
  CHECK(stamp(mil_text<Relu<16, 20>>, 1) != stamp(mil_text<Relu<16, 20>>, 2));
  CHECK(stamp(mil_text<Relu<16, 20>>, 1) != stamp(mil_text<Conv1x1<16, 20>>, 1));
  CHECK_THROWS_AS(device.compile("nonsense", {}), CompileError);
}
