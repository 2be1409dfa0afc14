// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include <anechain/flow/strategy.hpp>
#include <anechain/measure/measurement.hpp>

namespace program {

using namespace anechain;

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

/// The original's numbers, from one group of a measurement in blocks.
inline OriginalEstimate original_estimate(const Measurement& measurement, std::size_t baseline = 0) {
  const auto mean_ms = [&](std::string_view strategy, const auto& parts) -> std::optional<double> {
    for (const std::size_t c : measurement.group(baseline)) {
      const MeasuredContender& contender = measurement.contenders[c];
      if (contender.strategy.name != strategy || contender.flow.is_fused()) continue;
      const std::vector<double> passes = measurement.passes(c);
      if (!contender.ok() || passes.empty()) return std::nullopt;
      double sum = 0;
      for (const double pass : passes) sum += pass;
      return sum / static_cast<double>(passes.size()) / static_cast<double>(parts(contender.flow)) / 1e3;
    }
    return std::nullopt;
  };
  const auto kernels = [](const MeasuredFlow& flow) { return flow.programs.size(); };
  const auto links = [](const MeasuredFlow& flow) { return flow.links(); };
  return {.sequential_ms = mean_ms(Sequential::name, kernels),
          .run_only_ms = mean_ms(RunOnly::name, kernels),
          .copy_ms = mean_ms(TransferOnly::name, links),
          .gcd_ms = mean_ms(GcdSerial::name, kernels)};
}

/// What is wrong with those numbers (measured by simulation with a known truth; the tests repeat it).
inline constexpr std::string_view original_faults[]{
    "order: each strategy is measured in one block, so a machine that grows faster or slower between blocks is taken for a difference of "
    "strategies",
    "cold start: five passes before the first block alone; what is left of the start is charged to sequential",
    "means: one stall moves them, and nothing says how far; there is no interval",
    "no check: a failed evaluation is timed, and no result is compared with anything",
};

}  // namespace program
