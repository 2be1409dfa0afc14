// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/protocol.hpp>
#include <anechain/experiment/schedule.hpp>
#include <anechain/experiment/statistics/median_interval.hpp>
#include <anechain/experiment/statistics/summary.hpp>
#include <anechain/experiment/statistics/trimmed_mean.hpp>
#include <anechain/experiment/verdict.hpp>

/// From samples to numbers.
namespace anechain {

/// What a contender costs against a baseline, from one observation a round: the difference of the mean logarithms of its
/// passes and the baseline's. A ratio, because the state of a machine, its clock and its temperature, multiplies all times.
struct Contrast {
  statistics::Location log_ratio;           ///< natural logarithm of its pass over the baseline's
  double base_pass_us = 0;                  ///< the baseline's median pass
  double links = 1;                         ///< of the baseline's pass, at least 1
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

/// What a pass costs more after one of its own contender than after any, as a share of the baseline's.
struct CarryOver {
  double value = 0;                                ///< 0.01 is one per cent of a pass
  std::optional<statistics::Interval> interval{};  ///< none if either history has too few rounds
};

/// What one contender's samples say. Times in microseconds.
struct ContenderEstimate {
  statistics::Summary pass_us;            ///< of one pass
  double kernel_us = 0;                   ///< median pass by kernels, fused or not
  double kernels_per_s = 0;               ///< at the median
  double gflops = 0;                      ///< 10^9 floating-point operations a second, at the median
  double failed_share = 0;                ///< rounds that its failures spoilt
  double measured_s = 0;                  ///< device time that its samples took, the control's among them
  std::optional<Contrast> contrast{};     ///< against its baseline; none for a baseline itself, and for transfers alone
  std::optional<Judgement> judgement{};   ///< of the contrast
  std::optional<CarryOver> carry_over{};  ///< if both histories were measured
  std::optional<double> copy_us{};        ///< one transfer, for strategies that do nothing else
  std::optional<double> copy_gb_per_s{};  ///< 10^9 bytes copied a second (read once and written once, counted once)
};

/// A contender against the first baseline, from another group.
struct AcrossEstimate {
  std::size_t contender = 0;  ///< position in Measurement::contenders
  std::size_t baseline = 0;   ///< of the first group
  Contrast contrast{};        ///< its confidence is that of all such comparisons together
  Judgement judgement{};      ///< of the contrast
};

/// What a measurement says.
struct Estimates {
  std::vector<std::optional<ContenderEstimate>> contenders;  ///< in the measurement's order; none for one that failed
  std::vector<std::size_t> baselines;                        ///< one for each group
  std::vector<std::optional<Contrast>> controls;             ///< for each of them the A/A control: the baseline against itself
  std::vector<AcrossEstimate> across;                        ///< empty unless comparisons across groups were asked for

  /// The A/A control of a contender's group; none if there is none.
  const std::optional<Contrast>& control_of(const MeasuredContender& contender) const {
    return controls[static_cast<std::size_t>(std::ranges::find(baselines, contender.baseline) - baselines.begin())];
  }
};

/// Whether a control's interval holds zero; none if there was no control, or too little of it.
inline std::optional<bool> is_quiet(const std::optional<Contrast>& control) {
  if (!control || !control->log_ratio.interval) return std::nullopt;
  return control->log_ratio.interval->contains(0);
}

/// The A/A control's interval. A sound experiment fails it once in a hundred groups.
inline constexpr double control_confidence = 0.99;

/// Whether a contender is compared with its baseline.
inline bool is_compared(const Measurement& measurement, std::size_t contender) {
  const MeasuredContender& one = measurement.contenders[contender];
  return one.ok() && one.strategy.work == Work::all && one.baseline != contender;
}

/// Whether the contrast of a contender is that of its links: those of its baseline, used in another way.
inline bool tells_link_cost(const Measurement& measurement, std::size_t contender) {
  const MeasuredContender& one = measurement.contenders[contender];
  return one.has_links() && one.flow.links() == measurement.contenders[one.baseline].flow.links();
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

/// Which rounds a series of log-ratios takes.
enum class Rounds { all, even, odd };

/// The mean logarithm of each contender's passes in each round: what log-ratios are taken from. A turn that took no time
/// that the clock shows counts as missing. The rounds before the device was steady are left out.
class RoundTable {
 public:
  /// Takes what it needs: the measurement need not outlive it.
  explicit RoundTable(const Measurement& measurement)
      : contenders_(measurement.contenders.size()), baselines_(measurement.baselines()), columns_(contenders_ + baselines_.size()) {
    for (const Launch& launch : measurement.launches) {
      begins_.push_back(rows_);
      rows_ += launch.rounds;
    }
    begins_.push_back(rows_);
    cells_.resize(rows_ * columns_);
    for (const Sample& sample : measurement.samples) {
      const double pass = measurement.pass_us(sample);
      if (!measurement.counts(sample) || pass <= 0) continue;
      const std::size_t column = sample.control ? control(sample.contender) : sample.contender;
      Cell& cell = cells_[(begins_[sample.launch] + sample.round) * columns_ + column];
      cell.sum += std::log(pass);
      ++cell.turns;
    }
  }

  /// The column of a baseline's A/A control; the first columns are the contenders.
  std::size_t control(std::size_t baseline) const {
    return contenders_ + static_cast<std::size_t>(std::ranges::find(baselines_, baseline) - baselines_.begin());
  }

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

  /// Rounds of all launches.
  std::size_t rounds() const { return rows_; }

  /// The mean logarithm of a contender's passes in a round of all launches; none if it had no turn that counts.
  std::optional<double> mean_log(std::size_t round, std::size_t contender) const {
    const Cell& cell = cells_[round * columns_ + contender];
    if (cell.turns == 0) return std::nullopt;
    return cell.sum / static_cast<double>(cell.turns);
  }

 private:
  struct Cell {
    double sum = 0;
    std::size_t turns = 0;
  };

  std::size_t contenders_;
  std::vector<std::size_t> baselines_;
  std::size_t columns_;
  std::size_t rows_ = 0;
  std::vector<std::size_t> begins_;
  std::vector<Cell> cells_;
};

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
    for (std::size_t c = 0; c < measurement.contenders.size(); ++c) passes_.push_back(measurement.passes(c));
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

/// What a contender's own samples say, without any comparison.
inline ContenderEstimate own_estimate(const Measurement& measurement, std::size_t contender, const std::vector<double>& passes) {
  const MeasuredContender& one = measurement.contenders[contender];
  ContenderEstimate estimate{.pass_us = statistics::summarize(passes)};
  const auto failed = std::ranges::count(measurement.failures, contender, &FailedRound::contender);
  estimate.failed_share = static_cast<double>(failed) / static_cast<double>(measurement.rounds());
  for (const Sample& sample : measurement.samples)
    if (sample.contender == contender) estimate.measured_s += std::chrono::duration<double>{sample.duration}.count();
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

}  // namespace detail

/// What a measurement in palindromes says, judged as `protocol` asks for (its confidence, epsilon and estimator). A round in which one of
/// two compared contenders has not had all its turns, or took no time that the clock shows, is left out of their comparison.
inline Estimates estimate(const Measurement& measurement, const Protocol& protocol) {
  const std::size_t contenders = measurement.contenders.size();
  const detail::Contrasts contrast{measurement, protocol};
  Estimates estimates{.contenders = std::vector<std::optional<ContenderEstimate>>(contenders),
                      .baselines = measurement.baselines(),
                      .controls = {},
                      .across = {}};
  for (const std::size_t base : estimates.baselines)
    estimates.controls.push_back(contrast.can_be_base(base) ? contrast.control(base) : std::nullopt);
  for (std::size_t c = 0; c < contenders; ++c)
    if (measurement.contenders[c].ok() && !contrast.passes(c).empty())
      estimates.contenders[c] = detail::own_estimate(measurement, c, contrast.passes(c));

  const auto failed_share = [&](std::size_t contender, std::size_t base) {
    return std::max(estimates.contenders[contender]->failed_share, estimates.contenders[base]->failed_share);
  };
  for (std::size_t g = 0; g < estimates.baselines.size(); ++g) {
    const std::size_t base = estimates.baselines[g];
    if (!contrast.can_be_base(base)) continue;
    const std::vector<std::size_t> group = measurement.group(base);
    const auto comparisons = std::ranges::count_if(group, [&](std::size_t c) { return is_compared(measurement, c); });
    const double confidence = family_confidence(static_cast<std::size_t>(comparisons), protocol.confidence);
    for (const std::size_t c : group) {
      if (!is_compared(measurement, c) || !estimates.contenders[c]) continue;
      ContenderEstimate& estimate = *estimates.contenders[c];
      estimate.contrast = contrast(c, base, confidence);
      if (!estimate.contrast) continue;
      estimate.carry_over = contrast.carry_over(c, base, estimate.contrast->log_ratio);
      estimate.judgement = detail::judged(*estimate.contrast, protocol.epsilon, failed_share(c, base), is_quiet(estimates.controls[g]));
    }
  }

  const std::vector<std::size_t> others = compared_across(measurement);
  const double confidence = family_confidence(others.size(), protocol.confidence);
  for (const std::size_t c : others) {
    const std::size_t base = estimates.baselines.front();
    if (!contrast.can_be_base(base) || !estimates.contenders[c]) continue;
    if (const std::optional<Contrast> found = contrast(c, base, confidence))
      estimates.across.push_back(
          {c, base, *found, detail::judged(*found, protocol.epsilon, failed_share(c, base), is_quiet(estimates.controls.front()))});
  }
  return estimates;
}

/// The same, judged as its own protocol says.
inline Estimates estimate(const Measurement& measurement) { return estimate(measurement, measurement.protocol); }

}  // namespace anechain
