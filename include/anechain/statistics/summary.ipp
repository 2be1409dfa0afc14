// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <anechain/statistics/summary.hpp>

namespace anechain::statistics {

ANECHAIN_INLINE double quantile_of_sorted(std::span<const double> sorted, double q) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

ANECHAIN_INLINE std::vector<double> sorted(std::span<const double> samples) {
  std::vector<double> copy(samples.begin(), samples.end());
  std::ranges::sort(copy);
  return copy;
}

ANECHAIN_INLINE double median_of(std::span<double> samples) {
  if (samples.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::ranges::nth_element(samples, middle);
  if (samples.size() % 2 == 1) return *middle;
  return (*std::ranges::max_element(samples.begin(), middle) + *middle) / 2;
}

ANECHAIN_INLINE Summary summarize(std::span<const double> samples) {
  const std::vector<double> ordered = sorted(samples);
  const auto count = static_cast<double>(ordered.size());
  Summary summary{ordered.size(),
                  quantile_of_sorted(ordered, 0),
                  quantile_of_sorted(ordered, 0.25),
                  quantile_of_sorted(ordered, 0.5),
                  quantile_of_sorted(ordered, 0.75),
                  quantile_of_sorted(ordered, 0.99),
                  std::accumulate(ordered.begin(), ordered.end(), 0.0) / count,
                  0};
  const double squares = std::accumulate(ordered.begin(), ordered.end(), 0.0, [mean = summary.mean](double sum, double sample) {
    return sum + (sample - mean) * (sample - mean);
  });
  summary.sd = ordered.size() < 2 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(squares / (count - 1));
  return summary;
}

}  // namespace anechain::statistics
