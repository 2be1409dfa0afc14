// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include <range/v3/algorithm/find.hpp>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/statistics/median_interval.hpp>
#include <anechain/experiment/statistics/summary.hpp>

/// From samples to numbers.
namespace anechain {

/// What one strategy's samples say. Times in microseconds.
struct StrategyEstimate {
  statistics::Summary pass_us;  ///< of one pass
  double kernel_us = 0;         ///< median pass by kernels
  double kernels_per_s = 0;     ///< at the median
  double gflops = 0;            ///< 10^9 floating-point operations a second, at the median
  /// What a link costs more than under the baseline: the median of differences within rounds, with its interval.
  std::optional<statistics::MedianEstimate> link_us;
  double share = 0;                     ///< all links' cost, of the baseline's pass; where link_us is
  std::optional<double> copy_us;        ///< one transfer, for strategies that do nothing else
  std::optional<double> copy_gb_per_s;  ///< 10^9 bytes copied a second (read once and written once, counted once)
};

/// The strategy that others are compared with: kernels without transfers.
inline constexpr std::string_view baseline = RunOnly::name;

/// Of every interval.
inline constexpr double confidence = 0.95;

/// One estimate a strategy, in the measurement's order; none for a strategy that failed. A round in which either of two
/// compared strategies is missing is left out of their comparison.
inline std::vector<std::optional<StrategyEstimate>> estimate(const Measurement& measurement) {
  const auto links = static_cast<double>(measurement.links());
  std::vector<std::vector<std::optional<double>>> by_round(measurement.strategies.size(),
                                                           std::vector<std::optional<double>>(measurement.rounds));
  for (const Sample& sample : measurement.samples) {
    const auto passes = static_cast<double>(measurement.repeats * measurement.strategies[sample.strategy].lanes);
    by_round[sample.strategy][sample.round] = std::chrono::duration<double, std::micro>{sample.duration}.count() / passes;
  }
  const auto found = ranges::find(measurement.strategies, baseline, &MeasuredStrategy::name);
  const auto base = static_cast<std::size_t>(found - measurement.strategies.begin());
  const bool has_base = found != measurement.strategies.end() && found->ok();

  std::vector<std::optional<StrategyEstimate>> estimates(measurement.strategies.size());
  for (std::size_t s = 0; s < estimates.size(); ++s) {
    const MeasuredStrategy& strategy = measurement.strategies[s];
    std::vector<double> passes;
    std::vector<double> base_passes;
    std::vector<double> differences;
    for (std::size_t round = 0; round < measurement.rounds; ++round) {
      const std::optional<double>& pass = by_round[s][round];
      if (!pass) continue;
      passes.push_back(*pass);
      if (has_base && by_round[base][round]) {
        base_passes.push_back(*by_round[base][round]);
        differences.push_back((*pass - base_passes.back()) / links);
      }
    }
    if (!strategy.ok() || passes.empty()) continue;
    StrategyEstimate& estimate = estimates[s].emplace();
    estimate.pass_us = statistics::summarize(passes);
    if (strategy.work == Work::transfers) {
      if (strategy.copies) {
        estimate.copy_us = estimate.pass_us.median / links;
        estimate.copy_gb_per_s = static_cast<double>(measurement.link_bytes) / estimate.pass_us.median / 1e3;
      }
      continue;
    }
    estimate.kernel_us = estimate.pass_us.median / static_cast<double>(measurement.length);
    estimate.kernels_per_s = 1e6 / estimate.kernel_us;
    estimate.gflops = static_cast<double>(measurement.flops) / estimate.pass_us.median / 1e3;
    if (!differences.empty() && s != base) {
      estimate.link_us = statistics::estimate_median(differences, confidence);
      estimate.share = estimate.link_us->median * links / statistics::median(base_passes);
    }
  }
  return estimates;
}

}  // namespace anechain
