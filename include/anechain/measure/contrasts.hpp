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
#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>

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
  std::optional<statistics::Interval> per_link_interval_us() const;

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
std::vector<std::size_t> compared_across(const Measurement& measurement);

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
std::vector<Comparison> comparisons(const Measurement& measurement, double confidence);

/// Fewer independent rounds tell nothing: the autocorrelation time is then a guess.
inline constexpr double least_effective_rounds = 30;

/// The location of log-ratios, by the estimator asked for.
statistics::Location locate(std::span<const double> log_ratios, Estimator estimator, double confidence);

namespace detail {

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
  std::optional<Contrast> operator()(std::size_t column, std::size_t base, double confidence) const;

  /// A baseline against itself.
  std::optional<Contrast> control(std::size_t base) const { return (*this)(table_.control(base), base, control_confidence); }

  /// The difference of two medians whose rounds are independent: half-widths add in squares.
  std::optional<CarryOver> carry_over(std::size_t contender, std::size_t base, const statistics::Location& own) const;

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
Demand demand_of(const Measurement& measurement);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/contrasts.ipp>
#endif
