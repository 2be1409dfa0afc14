// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <anechain/measure/contrasts.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/measure/protocol.hpp>
#include <anechain/measure/round_table.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/summary.hpp>
#include <anechain/statistics/trimmed_mean.hpp>

namespace anechain {

ANECHAIN_INLINE std::optional<statistics::Interval> Contrast::per_link_interval_us() const {
  const std::optional<statistics::Interval> relative = relative_interval();
  if (!relative) return std::nullopt;
  return statistics::Interval{relative->low * link_us(), relative->high * link_us()};
}

ANECHAIN_INLINE std::vector<std::size_t> compared_across(const Measurement& measurement) {
  std::vector<std::size_t> all;
  const std::vector<std::size_t> baselines = measurement.baselines();
  for (std::size_t c = 0; measurement.across && c < measurement.contenders.size(); ++c) {
    const MeasuredContender& one = measurement.contenders[c];
    if (one.ok() && one.strategy.work == Work::all && one.baseline != baselines.front()) all.push_back(c);
  }
  return all;
}

ANECHAIN_INLINE std::vector<Comparison> comparisons(const Measurement& measurement, double confidence) {
  std::vector<Comparison> all;
  for (const std::size_t base : measurement.baselines()) {
    std::vector<std::size_t> compared = measurement.group(base);
    std::erase_if(compared, [&](std::size_t c) { return !is_compared(measurement, c); });
    for (const std::size_t c : compared) all.push_back({c, base, compared.size(), family_confidence(compared.size(), confidence)});
  }
  const std::vector<std::size_t> others = compared_across(measurement);
  for (const std::size_t c : others)
    all.push_back({c, measurement.baselines().front(), others.size(), family_confidence(others.size(), confidence), true});
  return all;
}

ANECHAIN_INLINE statistics::Location locate(std::span<const double> log_ratios, Estimator estimator, double confidence) {
  switch (estimator) {
    case Estimator::trim20: return statistics::estimate_trimmed_mean(log_ratios, 0.2, confidence);
    case Estimator::mean: return statistics::estimate_trimmed_mean(log_ratios, 0, confidence);
    case Estimator::median: break;
  }
  return statistics::estimate_median(log_ratios, confidence);
}

}  // namespace anechain

namespace anechain::detail {

/// Within one launch, memory and programs stay where they are: more rounds do not average over that. With three launches
/// or more the estimate is their median, and its interval the wider of the rounds' and of Student's over the launches.
inline void respect_launches(Contrast& contrast, const RoundTable& table, std::size_t column, std::size_t base, Rounds rounds,
                             Estimator estimator) {
  double within = 0;
  for (std::size_t launch = 0; launch < table.launches(); ++launch) {
    const std::vector<double> ratios = table.log_ratios(column, base, rounds, launch);
    if (ratios.empty()) continue;
    const statistics::Location location = locate(ratios, estimator, contrast.log_ratio.confidence);
    contrast.launch_log_ratios.push_back(location.value);
    within += location.sigma * location.sigma;
  }
  const std::size_t launches = contrast.launch_log_ratios.size();
  if (launches < 3) return;
  const auto count = static_cast<double>(launches);
  within /= count;
  const statistics::Summary among = statistics::summarize(contrast.launch_log_ratios);
  const double rounds_a_launch = static_cast<double>(contrast.log_ratio.count) / count;
  const double between =
      std::max(0.0, among.sd * among.sd - statistics::median_inefficiency * statistics::median_inefficiency * within / rounds_a_launch);
  contrast.launch_share = between > 0 ? between / (between + within) : 0;

  statistics::Location& location = contrast.log_ratio;
  location.value = among.median;
  const double reach = statistics::student_quantile((1 + location.confidence) / 2, count - 1) * among.sd / std::sqrt(count);
  if (location.interval && reach > location.interval->half_width()) {
    location.interval = {among.mean - reach, among.mean + reach};
    location.standard_error = among.sd / std::sqrt(count);
  }
}

ANECHAIN_INLINE std::optional<Contrast> Contrasts::operator()(std::size_t column, std::size_t base, double confidence) const {
  const Rounds rounds = both_ ? Rounds::odd : Rounds::all;
  const std::vector<double> ratios = table_.log_ratios(column, base, rounds);
  if (ratios.empty()) return std::nullopt;
  Contrast contrast{.log_ratio = locate(ratios, protocol_.estimator, confidence),
                    .base_pass_us = statistics::median(passes_[base]),
                    .links = static_cast<double>(std::max<std::size_t>(1, measurement_.contenders[base].flow.links()))};
  if (table_.launches() > 1) respect_launches(contrast, table_, column, base, rounds, protocol_.estimator);
  return contrast;
}

ANECHAIN_INLINE std::optional<CarryOver> Contrasts::carry_over(std::size_t contender, std::size_t base,
                                                               const statistics::Location& own) const {
  if (!both_) return std::nullopt;
  const std::vector<double> others = table_.log_ratios(contender, base, Rounds::even);
  if (others.empty()) return std::nullopt;
  const statistics::Location equal = locate(others, protocol_.estimator, own.confidence);
  const double difference = own.value - equal.value;
  CarryOver carry_over{std::expm1(difference)};
  if (own.interval && equal.interval) {
    const double reach = std::hypot(own.interval->half_width(), equal.interval->half_width());
    carry_over.interval = statistics::Interval{std::expm1(difference - reach), std::expm1(difference + reach)};
  }
  return carry_over;
}

}  // namespace anechain::detail

namespace anechain {

ANECHAIN_INLINE Demand demand_of(const Measurement& measurement) {
  const Protocol& protocol = measurement.protocol;
  const detail::Contrasts contrasts{measurement, protocol};
  Demand demand;
  for (const Comparison& comparison : comparisons(measurement, protocol.confidence)) {
    if (!contrasts.can_be_base(comparison.baseline) || contrasts.passes(comparison.contender).empty()) continue;
    const std::optional<Contrast> contrast = contrasts(comparison.contender, comparison.baseline, comparison.confidence);
    if (!contrast) continue;
    const double target = std::max(protocol.target_share, protocol.target_us * contrast->links / contrast->base_pass_us);
    const double rounds_a_ratio = protocol.history == History::both ? 2 : 1;
    demand.rounds = std::max(demand.rounds, rounds_a_ratio * statistics::samples_for_half_width(contrast->log_ratio, target));
    demand.too_dependent = demand.too_dependent || contrast->log_ratio.effective_count() < least_effective_rounds;
  }
  return demand;
}

}  // namespace anechain
