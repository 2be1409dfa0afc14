// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <range/v3/algorithm/count.hpp>
#include <range/v3/algorithm/count_if.hpp>
#include <range/v3/algorithm/find_if.hpp>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/protocol.hpp>
#include <anechain/experiment/schedule.hpp>
#include <anechain/experiment/statistics/median_interval.hpp>
#include <anechain/experiment/statistics/summary.hpp>
#include <anechain/experiment/statistics/trimmed_mean.hpp>
#include <anechain/experiment/verdict.hpp>

/// From samples to numbers.
namespace anechain {

/// The strategy that others are compared with: kernels without transfers.
inline constexpr std::string_view baseline = RunOnly::name;

/// What a strategy costs against the baseline, from one observation a round: the difference of the mean logarithms of its
/// passes and the baseline's. A ratio, because the state of a machine, its clock and its temperature, multiplies all times.
struct Contrast {
  statistics::Location log_ratio;           ///< natural logarithm of its pass over the baseline's
  double base_pass_us = 0;                  ///< the baseline's median pass
  double links = 1;                         ///< of a pass
  std::vector<double> launch_log_ratios{};  ///< of each launch alone, where there are several
  std::optional<double> launch_share{};     ///< share of the variance of a round that is between launches, of at least three

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

/// What a pass costs more after one of its own strategy than after any, as a share of the baseline's.
struct CarryOver {
  double value = 0;                                ///< 0.01 is one per cent of a pass
  std::optional<statistics::Interval> interval{};  ///< none where either history has too few rounds
};

/// What one strategy's samples say. Times in microseconds.
struct StrategyEstimate {
  statistics::Summary pass_us;            ///< of one pass
  double kernel_us = 0;                   ///< median pass by kernels
  double kernels_per_s = 0;               ///< at the median
  double gflops = 0;                      ///< 10^9 floating-point operations a second, at the median
  double failed_share = 0;                ///< rounds that its failures spoilt
  std::optional<Contrast> contrast{};     ///< against the baseline; none for the baseline itself, and for transfers alone
  std::optional<Judgement> judgement{};   ///< of the contrast
  std::optional<CarryOver> carry_over{};  ///< where both histories were measured
  std::optional<double> copy_us{};        ///< one transfer, for strategies that do nothing else
  std::optional<double> copy_gb_per_s{};  ///< 10^9 bytes copied a second (read once and written once, counted once)
};

/// What a measurement says.
struct Estimates {
  std::vector<std::optional<StrategyEstimate>> strategies;  ///< in the measurement's order; none for a strategy that failed
  std::optional<Contrast> control;                          ///< the A/A control: the baseline against itself

  /// Whether the control's interval holds zero; none where there was no control, or too little of it.
  std::optional<bool> control_is_quiet() const {
    if (!control || !control->log_ratio.interval) return std::nullopt;
    return control->log_ratio.interval->contains(0);
  }
};

/// The A/A control's interval. A sound experiment fails it once in a hundred configurations.
inline constexpr double control_confidence = 0.99;

/// Whether a strategy is compared with the baseline.
inline bool is_compared(const MeasuredStrategy& strategy) {
  return strategy.ok() && strategy.work == Work::all && strategy.name != baseline;
}

/// The confidence of each comparison, so that all of them together have the protocol's (Bonferroni).
inline double family_confidence(const Measurement& measurement, double confidence) {
  const auto comparisons = ranges::count_if(measurement.strategies, is_compared);
  return 1 - (1 - confidence) / static_cast<double>(std::max<std::ptrdiff_t>(1, comparisons));
}

/// Which rounds a series of log-ratios takes.
enum class Rounds { all, even, odd };

/// The mean logarithm of each strategy's passes in each round: what log-ratios are taken from. A turn that took no time
/// that the clock shows counts as missing. The rounds before the device was steady are left out.
class RoundTable {
 public:
  /// Takes what it needs: the measurement need not outlive it.
  explicit RoundTable(const Measurement& measurement) : columns_(measurement.strategies.size() + 1) {
    for (const Launch& launch : measurement.launches) {
      begins_.push_back(rows_);
      rows_ += launch.rounds;
    }
    begins_.push_back(rows_);
    cells_.resize(rows_ * columns_);
    for (const Sample& sample : measurement.samples) {
      const double pass = measurement.pass_us(sample);
      if (!measurement.counts(sample) || pass <= 0) continue;
      Cell& cell = cells_[(begins_[sample.launch] + sample.round) * columns_ + (sample.control ? control() : sample.strategy)];
      cell.sum += std::log(pass);
      ++cell.turns;
    }
  }

  /// The column of the A/A control; the others are the strategies.
  std::size_t control() const { return columns_ - 1; }

  /// Of one launch, one for each round in which both had all their turns.
  std::vector<double> log_ratios(std::size_t column, std::size_t base, Rounds rounds, std::size_t launch) const {
    std::vector<double> ratios;
    const std::size_t stride = rounds == Rounds::all ? 1 : 2;
    for (std::size_t row = begins_[launch] + (rounds == Rounds::odd ? 1 : 0); row < begins_[launch + 1]; row += stride) {
      const Cell& mine = cells_[row * columns_ + column];
      const Cell& its = cells_[row * columns_ + base];
      if (mine.turns == turns_a_round && its.turns == turns_a_round)
        ratios.push_back((mine.sum - its.sum) / static_cast<double>(turns_a_round));
    }
    return ratios;
  }

  /// Of all launches, one after the other.
  std::vector<double> log_ratios(std::size_t column, std::size_t base, Rounds rounds = Rounds::all) const {
    std::vector<double> all;
    for (std::size_t launch = 0; launch + 1 < begins_.size(); ++launch)
      for (const double ratio : log_ratios(column, base, rounds, launch)) all.push_back(ratio);
    return all;
  }

  /// Launches of the measurement, those without a complete round too.
  std::size_t launches() const { return begins_.size() - 1; }

 private:
  struct Cell {
    double sum = 0;
    std::size_t turns = 0;
  };

  std::size_t columns_;
  std::size_t rows_ = 0;
  std::vector<std::size_t> begins_;
  std::vector<Cell> cells_;
};

/// The baseline's place among strategies, its first; none where it was not measured, or failed.
inline std::optional<std::size_t> baseline_of(const Observations& observed) {
  const auto found = ranges::find_if(observed.strategies, [](const MeasuredStrategy& one) { return one.ok() && one.name == baseline; });
  if (found == observed.strategies.end()) return std::nullopt;
  return static_cast<std::size_t>(found - observed.strategies.begin());
}

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

inline std::optional<Contrast> contrast(const Measurement& measurement, const RoundTable& table, std::size_t column, std::size_t base,
                                        Rounds rounds, Estimator estimator, double confidence, double base_pass_us) {
  const std::vector<double> ratios = table.log_ratios(column, base, rounds);
  if (ratios.empty()) return std::nullopt;
  Contrast contrast{.log_ratio = locate(ratios, estimator, confidence),
                    .base_pass_us = base_pass_us,
                    .links = static_cast<double>(std::max<std::size_t>(1, measurement.links()))};
  if (table.launches() > 1) respect_launches(contrast, table, column, base, rounds, estimator);
  return contrast;
}

/// The difference of two medians whose rounds are independent: half-widths add in squares.
inline std::optional<CarryOver> carry_over(const statistics::Location& own, const std::vector<double>& others, Estimator estimator) {
  if (others.empty()) return std::nullopt;
  const statistics::Location equal = locate(others, estimator, own.confidence);
  const double difference = own.value - equal.value;
  CarryOver carry_over{std::expm1(difference)};
  if (own.interval && equal.interval) {
    const double reach = std::hypot(own.interval->half_width(), equal.interval->half_width());
    carry_over.interval = statistics::Interval{std::expm1(difference - reach), std::expm1(difference + reach)};
  }
  return carry_over;
}

}  // namespace detail

/// What a measurement in palindromes says. A round in which one of two compared strategies has not had all its turns, or
/// took no time that the clock shows, is left out of their comparison.
inline Estimates estimate(const Measurement& measurement, const Protocol& protocol = {}) {
  const std::size_t strategies = measurement.strategies.size();
  std::vector<std::vector<double>> passes(strategies);
  for (const Sample& sample : measurement.samples)
    if (!sample.control && measurement.counts(sample)) passes[sample.strategy].push_back(measurement.pass_us(sample));
  const RoundTable table{measurement};
  const std::optional<std::size_t> base = baseline_of(measurement);
  const bool has_base = base && !passes[*base].empty();
  const double base_pass_us = has_base ? statistics::median(passes[*base]) : 0;
  const double confidence = family_confidence(measurement, protocol.confidence);
  const auto links = static_cast<double>(measurement.links());

  Estimates estimates{.strategies = std::vector<std::optional<StrategyEstimate>>(strategies), .control = {}};
  if (has_base)
    estimates.control =
        detail::contrast(measurement, table, table.control(), *base, protocol.history == History::both ? Rounds::odd : Rounds::all,
                         protocol.estimator, control_confidence, base_pass_us);
  for (std::size_t s = 0; s < strategies; ++s) {
    const MeasuredStrategy& strategy = measurement.strategies[s];
    if (!strategy.ok() || passes[s].empty()) continue;
    StrategyEstimate& estimate = estimates.strategies[s].emplace();
    estimate.pass_us = statistics::summarize(passes[s]);
    const auto failed = ranges::count(measurement.failures, s, &FailedRound::strategy);
    estimate.failed_share = static_cast<double>(failed) / static_cast<double>(measurement.rounds());
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
    if (!has_base || s == *base) continue;
    // With both histories the odd rounds are those in which every pass followed one of its own strategy.
    const bool both = protocol.history == History::both;
    const Rounds rounds = both ? Rounds::odd : Rounds::all;
    estimate.contrast = detail::contrast(measurement, table, s, *base, rounds, protocol.estimator, confidence, base_pass_us);
    if (both && estimate.contrast)
      estimate.carry_over = detail::carry_over(estimate.contrast->log_ratio, table.log_ratios(s, *base, Rounds::even), protocol.estimator);
  }
  const double base_failed = has_base ? estimates.strategies[*base]->failed_share : 0;
  for (std::optional<StrategyEstimate>& estimate : estimates.strategies) {
    if (!estimate || !estimate->contrast) continue;
    const Contrast& contrast = *estimate->contrast;
    const statistics::Location& ratio = contrast.log_ratio;
    estimate->judgement = judge({.effect = contrast.relative(),
                                 .interval = contrast.relative_interval(),
                                 .epsilon = protocol.epsilon,
                                 .minimum_detectable = ratio.minimum_detectable(),
                                 .effective_rounds = ratio.effective_count(),
                                 .tied_share = static_cast<double>(ratio.ties) / static_cast<double>(ratio.count),
                                 .failed_share = std::max(estimate->failed_share, base_failed),
                                 .control_is_quiet = estimates.control_is_quiet(),
                                 .launches_disagree = contrast.launch_share.value_or(0) > 0.5});
  }
  return estimates;
}

}  // namespace anechain
