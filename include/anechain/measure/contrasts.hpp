// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <anechain/measure/measurement.hpp>
#include <anechain/measure/protocol.hpp>
#include <anechain/measure/round_table.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/summary.hpp>
#include <anechain/statistics/trimmed_mean.hpp>

/// Contenders against baselines, round by round: what the pilot plans with, and what an analysis is made of.
namespace anechain {

/// What a contender costs against a baseline, from one observation a round: the difference of the mean logarithms of its
/// passes and the baseline's. A ratio, because the state of a machine, its clock and its temperature, multiplies all times.
struct Contrast {
  statistics::Location log_ratio;           ///< natural logarithm of its pass over the baseline's
  double base_pass_us = 0;                  ///< the baseline's median pass
  double links = 1;                         ///< of the baseline's pass, at least 1
  std::vector<double> launch_log_ratios{};  ///< of each launch alone, where there are several
  std::optional<double> launch_share{};     ///< share of the variance of a round that is between launches, of at least three
  std::size_t family = 1;                   ///< comparisons whose intervals together have the protocol's confidence

  /// So much more than the baseline's pass, as a share of it.
  double relative() const { return share(log_ratio.value); }

  /// None for too few rounds.
  std::optional<statistics::Interval> relative_interval() const {
    if (!log_ratio.interval) return std::nullopt;
    return statistics::Interval{share(log_ratio.interval->low), share(log_ratio.interval->high)};
  }

  /// The same in microseconds for each link of the chain.
  double per_link_us() const { return relative() * link_us(); }

  /// None for too few rounds.
  std::optional<statistics::Interval> per_link_interval_us() const {
    const std::optional<statistics::Interval> relative = relative_interval();
    if (!relative) return std::nullopt;
    return statistics::Interval{relative->low * link_us(), relative->high * link_us()};
  }

  /// The smallest cost of a link that such a run would have found with 80 % probability.
  double minimum_detectable_us() const { return log_ratio.minimum_detectable() * link_us(); }

 private:
  static double share(double logarithm) { return std::expm1(logarithm); }
  double link_us() const { return base_pass_us / links; }
};

/// What a pass costs more after one of its own contender than after any, as a share of the baseline's.
struct CarryOver {
  double value = 0;                                ///< 0.01 is one per cent of a pass
  std::optional<statistics::Interval> interval{};  ///< none if either history has too few rounds
};

/// The A/A control's interval. A sound experiment fails it once in a hundred groups.
inline constexpr double control_confidence = 0.99;

/// Whether a contender is compared with its baseline.
inline bool is_compared(const Measurement& measurement, std::size_t contender) {
  const MeasuredContender& one = measurement.contenders[contender];
  return one.ok() && one.strategy.work == Work::all && one.baseline != contender;
}

/// Contenders that are compared with the first baseline from other groups.
inline std::vector<std::size_t> compared_across(const Measurement& measurement) {
  std::vector<std::size_t> all;
  const std::vector<std::size_t> baselines = measurement.baselines();
  for (std::size_t c = 0; measurement.across && c < measurement.contenders.size(); ++c) {
    const MeasuredContender& one = measurement.contenders[c];
    if (one.ok() && one.strategy.work == Work::all && one.baseline != baselines.front()) all.push_back(c);
  }
  return all;
}

/// The confidence of each of several comparisons, so that all of them together have the given one (Bonferroni).
inline double family_confidence(std::size_t comparisons, double confidence) {
  return 1 - (1 - confidence) / static_cast<double>(std::max<std::size_t>(1, comparisons));
}

/// One comparison that a measurement is made for.
struct Comparison {
  std::size_t contender = 0;  ///< position in Measurement::contenders
  std::size_t baseline = 0;   ///< the same, of what it is compared with
  std::size_t family = 1;     ///< comparisons of its table, itself among them
  double confidence = 0.95;   ///< of this comparison, so that all of its table together have the protocol's
  bool across = false;        ///< whether the baseline is that of another group
};

/// All comparisons of a measurement: those of each group, in its order, then those across groups.
inline std::vector<Comparison> comparisons(const Measurement& measurement, double confidence) {
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

/// Fewer independent rounds tell nothing: the autocorrelation time is then a guess.
inline constexpr double least_effective_rounds = 30;

/// The location of log-ratios, by the estimator asked for.
inline statistics::Location locate(std::span<const double> log_ratios, Estimator estimator, double confidence) {
  switch (estimator) {
    case Estimator::trim20: return statistics::estimate_trimmed_mean(log_ratios, 0.2, confidence);
    case Estimator::mean: return statistics::estimate_trimmed_mean(log_ratios, 0, confidence);
    case Estimator::median: break;
  }
  return statistics::estimate_median(log_ratios, confidence);
}

namespace detail {

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

/// Everything that contrasts of one measurement have in common.
class Contrasts {
 public:
  Contrasts(const Measurement& measurement, const Protocol& protocol)
      : measurement_(measurement), protocol_(protocol), table_(measurement), both_(measurement.protocol.history == History::both) {
    passes_ = measurement.passes();
  }

  const std::vector<double>& passes(std::size_t contender) const { return passes_[contender]; }

  /// Whether others can be compared with it.
  bool can_be_base(std::size_t contender) const { return measurement_.contenders[contender].ok() && !passes_[contender].empty(); }

  /// A column of the table against a baseline. With both histories, from the odd rounds: those in which every pass followed one of its own
  /// contender.
  std::optional<Contrast> operator()(std::size_t column, std::size_t base, double confidence) const {
    const Rounds rounds = both_ ? Rounds::odd : Rounds::all;
    const std::vector<double> ratios = table_.log_ratios(column, base, rounds);
    if (ratios.empty()) return std::nullopt;
    Contrast contrast{.log_ratio = locate(ratios, protocol_.estimator, confidence),
                      .base_pass_us = statistics::median(passes_[base]),
                      .links = static_cast<double>(std::max<std::size_t>(1, measurement_.contenders[base].flow.links()))};
    if (table_.launches() > 1) respect_launches(contrast, table_, column, base, rounds, protocol_.estimator);
    return contrast;
  }

  /// A baseline against itself.
  std::optional<Contrast> control(std::size_t base) const { return (*this)(table_.control(base), base, control_confidence); }

  /// The difference of two medians whose rounds are independent: half-widths add in squares.
  std::optional<CarryOver> carry_over(std::size_t contender, std::size_t base, const statistics::Location& own) const {
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

 private:
  const Measurement& measurement_;
  const Protocol& protocol_;
  RoundTable table_;
  bool both_;
  std::vector<std::vector<double>> passes_;
};

}  // namespace detail

/// The most that any comparison of a measurement needs for its protocol's target.
struct Demand {
  double rounds = 0;           ///< for the target
  bool too_dependent = false;  ///< so few of the rounds are independent that nothing can be told
};

/// What the samples of a pilot ask for.
inline Demand demand_of(const Measurement& measurement) {
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
