// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/distributions.hpp>

/// A median with an interval that assumes nothing of the samples' distribution, and little of their independence.
namespace anechain::statistics {

/// From one number to another, both within it; in the unit of what it is an interval of.
struct Interval {
  double low = 0;   ///< NaN, as `high` is, where there was nothing to make it from
  double high = 0;  ///< never below `low`

  /// Whether a number lies between the bounds, or on one.
  bool contains(double number) const { return low <= number && number <= high; }

  /// Half the distance of the bounds.
  double half_width() const { return (high - low) / 2; }
};

/// How far samples depend on those before them.
struct Dependence {
  double ljung_box_q = 0;  ///< over five lags of the signs
  double tau = 1;          ///< so many samples say as much as one independent one
};

/// Whether each sample lies above (1) or below (-1) the median; 0 where it equals it.
std::vector<double> signs_about_median(std::span<const double> samples);

namespace detail {

/// Autocorrelations of a series.
class Correlogram {
 public:
  explicit Correlogram(std::span<const double> series);

  /// At one lag, with n below.
  double operator[](std::size_t lag) const;

 private:
  std::vector<double> centred_;
  double variance_ = 0;
};

}  // namespace detail

/// Ljung and Box's statistic over `lags` lags (Biometrika 65, 1978): n (n + 2) sum_k r_k^2 / (n - k).
double ljung_box(std::span<const double> series, std::size_t lags);

/// The autocorrelation time: twice the sum of Geyer's initial positive pairs (Statistical Science 7, 1992) less one,
/// corrected for the mean that was taken from the same short series; between 1 and n / 4.
double autocorrelation_time(std::span<const double> series);

/// Looks for dependence in the signs about the median: Ljung-Box over five lags at 10 % decides whether there is any;
/// only then the autocorrelation time differs from 1.
Dependence dependence(std::span<const double> samples);

/// The order-statistic interval of the median, interpolated after Hettmansperger and Sheather (Statistics & Probability
/// Letters 4, 1986) and widened for an autocorrelation time above 1: the half-width in ranks times
/// sqrt(tau) t(n / tau - 1) / z. None where there are too few samples for the confidence (six for 95 %).
std::optional<Interval> median_interval(std::span<const double> sorted, double confidence, double tau = 1);

/// Where a set of samples has its middle, by whichever estimator.
struct Location {
  double value = 0;                  ///< in the samples' unit; NaN where there are none
  std::optional<Interval> interval;  ///< none for too few samples
  double confidence = 0;             ///< of the interval
  std::size_t count = 0;             ///< of samples
  Dependence dependence;             ///< of the samples, in the order in which they were taken
  std::size_t ties = 0;              ///< samples equal to another one
  double sigma = 0;                  ///< spread of the samples: 1.4826 times the median absolute deviation, a normal's standard deviation
  double standard_error = 0;         ///< of the value

  /// Independent samples that would say as much.
  double effective_count() const { return static_cast<double>(count) / dependence.tau; }

  /// The smallest difference from zero that such a measurement would find, at its confidence, with 80 % probability.
  double minimum_detectable() const { return (normal_quantile((1 + confidence) / 2) + normal_quantile(0.8)) * standard_error; }
};

namespace detail {

/// All of a Location but the estimate itself.
Location described(std::span<const double> samples, std::span<const double> ordered, double confidence);

}  // namespace detail

/// The standard error of a median is so many times that of a mean, for nearly normal samples: sqrt(pi / 2).
inline constexpr double median_inefficiency = 1.2533;

/// The median of samples in the order in which they were taken, with its interval; its standard error is that of nearly
/// normal samples, sqrt(pi / 2) sigma sqrt(tau / n).
Location estimate_median(std::span<const double> samples, double confidence);

/// How many samples like these a median's interval of so small a half-width needs: tau (1.2533 z sigma / h)^2.
double samples_for_half_width(const Location& pilot, double half_width);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/median_interval.ipp>
#endif
