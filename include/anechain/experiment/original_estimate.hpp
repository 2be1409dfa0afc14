// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <range/v3/algorithm/find.hpp>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/statistics/summary.hpp>

namespace anechain {

/// What the original experiment prints of a configuration: means, in milliseconds, and nothing of how sure they are.
struct OriginalEstimate {
  std::optional<double> sequential_ms{};  ///< a kernel, with its copy
  std::optional<double> run_only_ms{};    ///< a kernel
  std::optional<double> copy_ms{};        ///< a copy, alone
  std::optional<double> gcd_ms{};         ///< a kernel, through a serial queue

  /// Its formula for the cost of a copy, 12 (sequential - run only) / 11 for twelve kernels, in microseconds.
  std::optional<double> overhead_us(std::size_t length) const {
    if (!sequential_ms || !run_only_ms || length < 2) return std::nullopt;
    const auto n = static_cast<double>(length);
    return 1e3 * (*sequential_ms - *run_only_ms) * n / (n - 1);
  }
};

/// The original's numbers, from a measurement in blocks.
inline OriginalEstimate original_estimate(const Measurement& measurement) {
  const auto mean_ms = [&](std::string_view strategy, std::size_t parts) -> std::optional<double> {
    const auto found = ranges::find(measurement.strategies, strategy, &MeasuredStrategy::name);
    if (found == measurement.strategies.end() || !found->ok()) return std::nullopt;
    const auto index = static_cast<std::size_t>(found - measurement.strategies.begin());
    double sum = 0;
    std::size_t count = 0;
    for (const Sample& sample : measurement.samples)
      if (sample.strategy == index) {
        sum += measurement.pass_us(sample);
        ++count;
      }
    if (count == 0) return std::nullopt;
    return sum / static_cast<double>(count) / static_cast<double>(parts) / 1e3;
  };
  return {.sequential_ms = mean_ms(Sequential::name, measurement.length),
          .run_only_ms = mean_ms(RunOnly::name, measurement.length),
          .copy_ms = mean_ms(TransferOnly::name, measurement.links()),
          .gcd_ms = mean_ms(GcdSerial::name, measurement.length)};
}

/// What is wrong with those numbers (measured by simulation with a known truth; the tests repeat it).
inline constexpr std::string_view original_faults[]{
    "order: each strategy is measured in one block, so a machine that grows faster or slower between blocks is taken for a difference of "
    "strategies",
    "cold start: five passes before the first block alone; what is left of the start is charged to sequential",
    "means: one stall moves them, and nothing says how far; there is no interval",
    "no check: a failed evaluation is timed, and no result is compared with anything",
};

}  // namespace anechain
