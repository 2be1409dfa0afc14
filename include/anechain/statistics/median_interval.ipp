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
#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/summary.hpp>

namespace anechain::statistics {

ANECHAIN_INLINE std::vector<double> signs_about_median(std::span<const double> samples) {
  const double middle = median(samples);
  std::vector<double> signs(samples.size());
  std::ranges::transform(samples, signs.begin(), [middle](double sample) { return sample > middle ? 1.0 : sample < middle ? -1.0 : 0.0; });
  return signs;
}

}  // namespace anechain::statistics

namespace anechain::statistics::detail {

ANECHAIN_INLINE Correlogram::Correlogram(std::span<const double> series) : centred_(series.begin(), series.end()) {
  const double mean = std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
  for (double& value : centred_) value -= mean;
  variance_ = std::inner_product(centred_.begin(), centred_.end(), centred_.begin(), 0.0);
}

ANECHAIN_INLINE double Correlogram::operator[](std::size_t lag) const {
  double covariance = 0;
  for (std::size_t i = 0; i + lag < centred_.size(); ++i) covariance += centred_[i] * centred_[i + lag];
  return variance_ > 0 ? covariance / variance_ : 0;
}

/// The number at a rank between 1 and n that need not be whole, interpolated.
inline double at_rank(std::span<const double> sorted, double rank) {
  return quantile_of_sorted(
      sorted, (std::clamp(rank, 1.0, static_cast<double>(sorted.size())) - 1) / std::max(1.0, static_cast<double>(sorted.size() - 1)));
}

}  // namespace anechain::statistics::detail

namespace anechain::statistics {

ANECHAIN_INLINE double ljung_box(std::span<const double> series, std::size_t lags) {
  const auto n = static_cast<double>(series.size());
  const detail::Correlogram correlations{series};
  double sum = 0;
  for (std::size_t lag = 1; lag <= lags && lag < series.size(); ++lag) {
    const double r = correlations[lag];
    sum += r * r / (n - static_cast<double>(lag));
  }
  return n * (n + 2) * sum;
}

ANECHAIN_INLINE double autocorrelation_time(std::span<const double> series) {
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

ANECHAIN_INLINE Dependence dependence(std::span<const double> samples) {
  constexpr double chi_square_5_at_90_percent = 9.236;
  const std::vector<double> signs = signs_about_median(samples);
  Dependence found{ljung_box(signs, 5), 1};
  if (found.ljung_box_q > chi_square_5_at_90_percent) found.tau = autocorrelation_time(signs);
  return found;
}

ANECHAIN_INLINE std::optional<Interval> median_interval(std::span<const double> sorted, double confidence, double tau) {
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

}  // namespace anechain::statistics

namespace anechain::statistics::detail {

ANECHAIN_INLINE Location described(std::span<const double> samples, std::span<const double> ordered, double confidence) {
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

}  // namespace anechain::statistics::detail

namespace anechain::statistics {

ANECHAIN_INLINE Location estimate_median(std::span<const double> samples, double confidence) {
  const std::vector<double> ordered = sorted(samples);
  Location location = detail::described(samples, ordered, confidence);
  location.value = quantile_of_sorted(ordered, 0.5);
  location.interval = median_interval(ordered, confidence, location.dependence.tau);
  location.standard_error = median_inefficiency * location.sigma * std::sqrt(location.dependence.tau / static_cast<double>(location.count));
  return location;
}

ANECHAIN_INLINE double samples_for_half_width(const Location& pilot, double half_width) {
  const double root = median_inefficiency * normal_quantile((1 + pilot.confidence) / 2) * pilot.sigma / half_width;
  return pilot.dependence.tau * root * root;
}

}  // namespace anechain::statistics
