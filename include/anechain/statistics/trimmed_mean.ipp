// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/trimmed_mean.hpp>

namespace anechain::statistics {

ANECHAIN_INLINE Location estimate_trimmed_mean(std::span<const double> samples, double share, double confidence) {
  std::vector<double> ordered = sorted(samples);
  Location location = detail::described(samples, ordered, confidence);
  const std::size_t n = ordered.size();
  const auto cut = static_cast<std::size_t>(share * static_cast<double>(n));
  const std::size_t kept = n - 2 * cut;
  if (kept < 2) {
    location.value = quantile_of_sorted(ordered, 0.5);
    return location;
  }
  const auto inner = std::span{ordered}.subspan(cut, kept);
  location.value = std::accumulate(inner.begin(), inner.end(), 0.0) / static_cast<double>(kept);

  for (double& sample : ordered) sample = std::clamp(sample, ordered[cut], ordered[n - 1 - cut]);
  const double mean = std::accumulate(ordered.begin(), ordered.end(), 0.0) / static_cast<double>(n);
  const double squares = std::accumulate(ordered.begin(), ordered.end(), 0.0,
                                         [mean](double sum, double sample) { return sum + (sample - mean) * (sample - mean); });
  const double winsorised = std::sqrt(squares / static_cast<double>(n - 1));
  const double tau = location.dependence.tau;
  location.standard_error = winsorised / ((1 - 2 * share) * std::sqrt(static_cast<double>(n))) * std::sqrt(tau);
  const double degrees = std::max(1.0, static_cast<double>(kept) / tau - 1);
  const double reach = student_quantile((1 + confidence) / 2, degrees) * location.standard_error;
  location.interval = Interval{location.value - reach, location.value + reach};
  return location;
}

}  // namespace anechain::statistics
