// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "measure/simulated_contender.hpp"

/// Noise that an experiment must not be misled by.
namespace simulation {

struct Scenario {
  std::string_view name;
  simulated::Noise noise;
  std::size_t rounds = 96;
  History history = History::equal;
  double carry_us = 0;  ///< that belongs to what is estimated
  double least_coverage = 0.93;
};

/// A pass of twelve evaluations has 1.5 % of white noise.
inline constexpr double white = 0.052;

inline const std::array<Scenario, 12>& scenarios() {
  static const std::array<Scenario, 12> all{{
      {"clean", {.white = white}},
      {"cold start", {.white = white, .cold_start = 0.5, .cold_start_ms = 80}},
      {"linear drift", {.white = white, .drift_per_s = 0.05}},
      {"random walk", {.white = white, .walk_per_root_s = 0.04}},
      {"periodic", {.white = white, .periodic = 0.12, .period_ms = 250}},
      {"period of two passes", {.white = white / 5, .periodic = 0.12, .period_ms = 2 * 2.19}},
      {"heavy tails", {.white = white, .tails = {0.03 / 12, 100}}},
      {"stalls", {.white = white, .stalls = {0.10 / 12, 200}}},
      {"carry-over", {.white = white, .carry_us = 1}, 96, History::own, 1},
      {"wandering state", {.white = white, .wander = 0.04, .wander_ms = 50}},
      {"strategies that wander by themselves", {.white = white, .own = 0.05}, 400, History::equal, 0, 0.91},
      {"everything",
       {.white = white,
        .cold_start = 0.5,
        .cold_start_ms = 80,
        .drift_per_s = 0.05,
        .walk_per_root_s = 0.04,
        .periodic = 0.12,
        .wander = 0.04,
        .tails = {0.03 / 12, 100}}},
  }};
  return all;
}

inline Protocol protocol_of(const Scenario& scenario) {
  Protocol protocol = Protocol{}.with_rounds(scenario.rounds);
  protocol.history = scenario.history;
  protocol.budget = std::chrono::hours{1000};
  return protocol;
}

/// How often intervals held the truth, and how often they excluded zero where it was the truth.
struct Calibration {
  double coverage = 0;
  double false_positives = 0;
  double bias_us = 0;  ///< mean error, of a copy
};

inline Calibration calibrate(const Scenario& scenario, std::size_t experiments) {
  const Protocol protocol = protocol_of(scenario);
  simulated::Costs free_copies = usual_costs;
  free_copies.copy_us = 0;
  const double pass = usual_costs.fixed_us + 12 * usual_costs.dispatch_us;
  const double carried = 11 * scenario.carry_us / pass;
  const double truth = true_relative(usual_costs) + carried;
  std::size_t covered = 0;
  std::size_t alarms = 0;
  double error = 0;
  for (std::size_t i = 0; i < experiments; ++i) {
    const Estimates found = estimate(measure(usual_costs, scenario.noise, protocol, 1000 + i), protocol);
    const Contrast& contrast = *found.contenders[0]->contrast;
    covered += contrast.relative_interval()->contains(truth);
    error += contrast.relative() - truth;
    const Estimates null = estimate(measure(free_copies, scenario.noise, protocol, 500'000 + i), protocol);
    alarms += !null.contenders[0]->contrast->relative_interval()->contains(carried);
  }
  const auto count = static_cast<double>(experiments);
  return {static_cast<double>(covered) / count, static_cast<double>(alarms) / count, error / count * pass / 11};
}

}  // namespace simulation
