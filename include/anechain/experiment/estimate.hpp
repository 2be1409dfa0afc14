// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include <range/v3/algorithm/find.hpp>
#include <range/v3/view/zip.hpp>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/schedule.hpp>
#include <anechain/experiment/statistics/median_interval.hpp>
#include <anechain/experiment/statistics/summary.hpp>

/// From samples to numbers.
namespace anechain {

/// What a strategy costs against the baseline, from one observation a round: the difference of the mean logarithms of its
/// passes and the baseline's. A ratio, because the state of a machine, its clock and its temperature, multiplies all times.
struct Contrast {
  statistics::MedianEstimate log_ratio;
  double base_pass_us = 0;  ///< the baseline's median pass
  double links = 1;         ///< of a pass

  /// So much more than the baseline's pass, as a share of it.
  double relative() const { return std::exp(log_ratio.median) - 1; }

  /// The same in microseconds for each link of the chain.
  double per_link_us() const { return per_link(log_ratio.median); }
  std::optional<statistics::Interval> per_link_interval_us() const {
    if (!log_ratio.interval) return std::nullopt;
    return statistics::Interval{per_link(log_ratio.interval->low), per_link(log_ratio.interval->high)};
  }

  /// The smallest cost of a link that such a run would have found with 80 % probability.
  double minimum_detectable_us() const { return log_ratio.minimum_detectable() * base_pass_us / links; }

 private:
  double per_link(double logarithm) const { return (std::exp(logarithm) - 1) * base_pass_us / links; }
};

/// What one strategy's samples say. Times in microseconds.
struct StrategyEstimate {
  statistics::Summary pass_us;          ///< of one pass
  double kernel_us = 0;                 ///< median pass by kernels
  double kernels_per_s = 0;             ///< at the median
  double gflops = 0;                    ///< 10^9 floating-point operations a second, at the median
  std::optional<Contrast> contrast;     ///< against the baseline; none for the baseline itself, and for transfers alone
  std::optional<double> copy_us;        ///< one transfer, for strategies that do nothing else
  std::optional<double> copy_gb_per_s;  ///< 10^9 bytes copied a second (read once and written once, counted once)
};

/// The strategy that others are compared with: kernels without transfers.
inline constexpr std::string_view baseline = RunOnly::name;

/// Of every interval.
inline constexpr double confidence = 0.95;

namespace detail {

/// A strategy's passes within one round.
struct RoundOfPasses {
  double log_sum = 0;
  std::size_t count = 0;

  double mean_log() const { return log_sum / static_cast<double>(count); }
};

}  // namespace detail

/// One estimate a strategy, in the measurement's order; none for a strategy that failed. A round in which one of two
/// compared strategies has not had all its turns, or took no time that the clock shows, is left out of their comparison.
inline std::vector<std::optional<StrategyEstimate>> estimate(const Measurement& measurement) {
  const std::size_t strategies = measurement.strategies.size();
  std::vector<std::vector<double>> passes(strategies);
  std::vector<std::vector<detail::RoundOfPasses>> rounds(strategies, std::vector<detail::RoundOfPasses>(measurement.rounds));
  for (const Sample& sample : measurement.samples) {
    const auto count = static_cast<double>(measurement.repeats * measurement.strategies[sample.strategy].lanes);
    const double pass = std::chrono::duration<double, std::micro>{sample.duration}.count() / count;
    passes[sample.strategy].push_back(pass);
    if (pass <= 0) continue;  // a clock that stood still: no ratio can be taken
    detail::RoundOfPasses& round = rounds[sample.strategy][sample.round];
    round.log_sum += std::log(pass);
    ++round.count;
  }
  const auto found = ranges::find(measurement.strategies, baseline, &MeasuredStrategy::name);
  const auto base = static_cast<std::size_t>(found - measurement.strategies.begin());
  const bool has_base = base < strategies && found->ok() && !passes[base].empty();
  const auto links = static_cast<double>(measurement.links());

  std::vector<std::optional<StrategyEstimate>> estimates(strategies);
  for (std::size_t s = 0; s < strategies; ++s) {
    const MeasuredStrategy& strategy = measurement.strategies[s];
    if (!strategy.ok() || passes[s].empty()) continue;
    StrategyEstimate& estimate = estimates[s].emplace();
    estimate.pass_us = statistics::summarize(passes[s]);
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
    if (!has_base || s == base) continue;
    std::vector<double> log_ratios;
    for (const auto& [mine, its] : ranges::views::zip(rounds[s], rounds[base]))
      if (mine.count == turns_a_round && its.count == turns_a_round) log_ratios.push_back(mine.mean_log() - its.mean_log());
    if (!log_ratios.empty())
      estimate.contrast = Contrast{statistics::estimate_median(log_ratios, confidence), statistics::median(passes[base]), links};
  }
  return estimates;
}

}  // namespace anechain
