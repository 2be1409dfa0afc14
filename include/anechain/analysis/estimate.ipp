// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include <anechain/analysis/estimate.hpp>

namespace anechain::detail {

/// What a contender's own samples say, without any comparison.
inline ContenderEstimate own_estimate(const Measurement& measurement, std::size_t contender, const std::vector<double>& passes,
                                      std::chrono::nanoseconds measured) {
  const MeasuredContender& one = measurement.contenders[contender];
  ContenderEstimate estimate{.pass_us = statistics::summarize(passes)};
  estimate.measured_s = std::chrono::duration<double>{measured}.count();
  const auto failed = std::ranges::count(measurement.failures, contender, &FailedRound::contender);
  estimate.failed_share = static_cast<double>(failed) / static_cast<double>(measurement.rounds());
  if (one.strategy.work == Work::transfers) {
    if (one.strategy.copies && one.flow.links() > 0) {
      estimate.copy_us = estimate.pass_us.median / static_cast<double>(one.flow.links());
      estimate.copy_gb_per_s = static_cast<double>(one.flow.link_bytes()) / estimate.pass_us.median / 1e3;
    }
    return estimate;
  }
  estimate.kernel_us = estimate.pass_us.median / static_cast<double>(std::max<std::size_t>(1, one.flow.parts.size()));
  estimate.kernels_per_s = 1e6 / estimate.kernel_us;
  estimate.gflops = static_cast<double>(one.flow.flops()) / estimate.pass_us.median / 1e3;
  return estimate;
}

inline Judgement judged(const Contrast& contrast, double epsilon, double failed_share, const std::optional<bool>& control_is_quiet) {
  const statistics::Location& ratio = contrast.log_ratio;
  return judge({.effect = contrast.relative(),
                .interval = contrast.relative_interval(),
                .epsilon = epsilon,
                .minimum_detectable = ratio.minimum_detectable(),
                .effective_rounds = ratio.effective_count(),
                .tied_share = static_cast<double>(ratio.ties) / static_cast<double>(ratio.count),
                .failed_share = failed_share,
                .control_is_quiet = control_is_quiet,
                .launches_disagree = contrast.launch_share.value_or(0) > 0.5});
}

}  // namespace anechain::detail

namespace anechain {

ANECHAIN_INLINE Estimates estimate(const Measurement& measurement, const Protocol& protocol) {
  const std::size_t contenders = measurement.contenders.size();
  const detail::Contrasts contrast{measurement, protocol};
  Estimates estimates{.contenders = std::vector<std::optional<ContenderEstimate>>(contenders),
                      .baselines = measurement.baselines(),
                      .controls = {},
                      .across = {}};
  for (const std::size_t base : estimates.baselines)
    estimates.controls.push_back(contrast.can_be_base(base) ? contrast.control(base) : std::nullopt);
  std::vector<std::chrono::nanoseconds> measured(contenders);
  for (const Sample& sample : measurement.samples) measured[sample.contender] += sample.duration;
  for (std::size_t c = 0; c < contenders; ++c)
    if (measurement.contenders[c].ok() && !contrast.passes(c).empty())
      estimates.contenders[c] = detail::own_estimate(measurement, c, contrast.passes(c), measured[c]);

  for (const Comparison& comparison : comparisons(measurement, protocol.confidence)) {
    const auto [c, base, family, confidence, across] = comparison;
    if (!contrast.can_be_base(base) || !estimates.contenders[c]) continue;
    std::optional<Contrast> found = contrast(c, base, confidence);
    if (!found) continue;
    found->family = family;
    const double failed_share = std::max(estimates.contenders[c]->failed_share, estimates.contenders[base]->failed_share);
    const Judgement judgement =
        detail::judged(*found, protocol.epsilon, failed_share, is_quiet(estimates.control_of(measurement.contenders[base])));
    if (across) {
      estimates.across.push_back({c, base, *found, judgement});
      continue;
    }
    ContenderEstimate& estimate = *estimates.contenders[c];
    estimate.contrast = found;
    estimate.carry_over = contrast.carry_over(c, base, found->log_ratio);
    estimate.judgement = judgement;
  }
  return estimates;
}

ANECHAIN_INLINE Estimates estimate(const Measurement& measurement) { return estimate(measurement, measurement.protocol); }

ANECHAIN_INLINE std::optional<bool> is_quiet(const std::optional<Contrast>& control) {
  if (!control || !control->log_ratio.interval) return std::nullopt;
  return control->log_ratio.interval->contains(0);
}

ANECHAIN_INLINE bool tells_link_cost(const Measurement& measurement, std::size_t contender) {
  const MeasuredContender& one = measurement.contenders[contender];
  return one.has_links() && one.flow.links() == measurement.contenders[one.baseline].flow.links();
}

}  // namespace anechain
