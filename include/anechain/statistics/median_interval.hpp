// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include <anechain/statistics/distributions.hpp>
#include <anechain/statistics/summary.hpp>

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
inline std::vector<double> signs_about_median(std::span<const double> samples) {
  const double middle = median(samples);
  std::vector<double> signs(samples.size());
  std::ranges::transform(samples, signs.begin(), [middle](double sample) { return sample > middle ? 1.0 : sample < middle ? -1.0 : 0.0; });
  return signs;
}

namespace detail {

/// Autocorrelations of a series.
class Correlogram {
 public:
  explicit Correlogram(std::span<const double> series) : centred_(series.begin(), series.end()) {
    const double mean = std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
    for (double& value : centred_) value -= mean;
    variance_ = std::inner_product(centred_.begin(), centred_.end(), centred_.begin(), 0.0);
  }

  /// At one lag, with n below.
  double operator[](std::size_t lag) const {
    double covariance = 0;
    for (std::size_t i = 0; i + lag < centred_.size(); ++i) covariance += centred_[i] * centred_[i + lag];
    return variance_ > 0 ? covariance / variance_ : 0;
  }

 private:
  std::vector<double> centred_;
  double variance_ = 0;
};

/// The number at a rank between 1 and n that need not be whole, interpolated.
inline double at_rank(std::span<const double> sorted, double rank) {
  return quantile_of_sorted(
      sorted, (std::clamp(rank, 1.0, static_cast<double>(sorted.size())) - 1) / std::max(1.0, static_cast<double>(sorted.size() - 1)));
}

}  // namespace detail

/// Ljung and Box's statistic over `lags` lags (Biometrika 65, 1978): n (n + 2) sum_k r_k^2 / (n - k).
inline double ljung_box(std::span<const double> series, std::size_t lags) {
  const auto n = static_cast<double>(series.size());
  const detail::Correlogram correlations{series};
  double sum = 0;
  for (std::size_t lag = 1; lag <= lags && lag < series.size(); ++lag) {
    const double r = correlations[lag];
    sum += r * r / (n - static_cast<double>(lag));
  }
  return n * (n + 2) * sum;
}

/// The autocorrelation time: twice the sum of Geyer's initial positive pairs (Statistical Science 7, 1992) less one,
/// corrected for the mean that was taken from the same short series; between 1 and n / 4.
inline double autocorrelation_time(std::span<const double> series) {
  const auto n = static_cast<double>(series.size());
  const detail::Correlogram correlations{series};
  double sum = 0;
  for (std::size_t lag = 0; lag + 1 < series.size(); lag += 2) {
    const double pair = (lag == 0 ? 1.0 : correlations[lag]) + correlations[lag + 1];
    if (pair <= 0) break;
    sum += pair;
  }
  const double tau = 2 * sum - 1;
  return std::clamp(tau / std::max(0.2, 1 - tau / n), 1.0, std::max(1.0, n / 4));
}

/// Looks for dependence in the signs about the median: Ljung-Box over five lags at 10 % decides whether there is any;
/// only then the autocorrelation time differs from 1.
inline Dependence dependence(std::span<const double> samples) {
  constexpr double chi_square_5_at_90_percent = 9.236;
  const std::vector<double> signs = signs_about_median(samples);
  Dependence found{ljung_box(signs, 5), 1};
  if (found.ljung_box_q > chi_square_5_at_90_percent) found.tau = autocorrelation_time(signs);
  return found;
}

/// The order-statistic interval of the median, interpolated after Hettmansperger and Sheather (Statistics & Probability
/// Letters 4, 1986) and widened for an autocorrelation time above 1: the half-width in ranks times
/// sqrt(tau) t(n / tau - 1) / z. None where there are too few samples for the confidence (six for 95 %).
inline std::optional<Interval> median_interval(std::span<const double> sorted, double confidence, double tau = 1) {
  const std::size_t n = sorted.size();
  const auto count = static_cast<double>(n);
  // coverage(d) = 1 - 2 P(fewer than d heads of n coins): of the interval from the d-th smallest to the d-th largest.
  double outer = 1 - 2 * coin_probability(n, 0);
  if (n < 2 || outer < confidence) return std::nullopt;
  std::size_t d = 1;
  double inner = outer - 2 * coin_probability(n, 1);
  for (; inner >= confidence; ++d) {
    outer = inner;
    inner -= 2 * coin_probability(n, d + 1);
  }
  inner = std::max(inner, 0.0);
  const double share = (outer - confidence) / (outer - inner);
  const auto rank = static_cast<double>(d);
  const double lambda = (count - rank) * share / (rank + (count - 2 * rank) * share);

  double half_width = (count + 1) / 2 - (rank + lambda);
  if (tau > 1) {
    const double p = (1 + confidence) / 2;
    half_width *= std::sqrt(tau) * student_quantile(p, std::max(1.0, count / tau - 1)) / normal_quantile(p);
  }
  return Interval{detail::at_rank(sorted, (count + 1) / 2 - half_width), detail::at_rank(sorted, (count + 1) / 2 + half_width)};
}

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
inline Location described(std::span<const double> samples, std::span<const double> ordered, double confidence) {
  Location location;
  location.confidence = confidence;
  location.count = samples.size();
  location.dependence = dependence(samples);
  for (std::size_t i = 1; i < ordered.size(); ++i) location.ties += ordered[i] == ordered[i - 1];
  const double middle = quantile_of_sorted(ordered, 0.5);
  std::vector<double> deviations(samples.begin(), samples.end());
  for (double& deviation : deviations) deviation = std::abs(deviation - middle);
  location.sigma = 1.4826 * median(deviations);
  return location;
}

}  // namespace detail

/// The standard error of a median is so many times that of a mean, for nearly normal samples: sqrt(pi / 2).
inline constexpr double median_inefficiency = 1.2533;

/// The median of samples in the order in which they were taken, with its interval; its standard error is that of nearly
/// normal samples, sqrt(pi / 2) sigma sqrt(tau / n).
inline Location estimate_median(std::span<const double> samples, double confidence) {
  const std::vector<double> ordered = sorted(samples);
  Location location = detail::described(samples, ordered, confidence);
  location.value = quantile_of_sorted(ordered, 0.5);
  location.interval = median_interval(ordered, confidence, location.dependence.tau);
  location.standard_error = median_inefficiency * location.sigma * std::sqrt(location.dependence.tau / static_cast<double>(location.count));
  return location;
}

/// How many samples like these a median's interval of so small a half-width needs: tau (1.2533 z sigma / h)^2.
inline double samples_for_half_width(const Location& pilot, double half_width) {
  const double root = median_inefficiency * normal_quantile((1 + pilot.confidence) / 2) * pilot.sigma / half_width;
  return pilot.dependence.tau * root * root;
}

}  // namespace anechain::statistics
