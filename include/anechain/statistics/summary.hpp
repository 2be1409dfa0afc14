// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

/// Pure functions over samples.
namespace anechain::statistics {

/// The value at position q of sorted samples, 0 <= q <= 1, interpolated linearly between the two nearest (definition 7 of
/// Hyndman and Fan, 1996; R's and NumPy's default). NaN where there is none.
inline double quantile_of_sorted(std::span<const double> sorted, double q) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// The samples in ascending order.
inline std::vector<double> sorted(std::span<const double> samples) {
  std::vector<double> copy(samples.begin(), samples.end());
  std::ranges::sort(copy);
  return copy;
}

/// The middle sample, or the mean of the two middle ones. NaN where there is none.
inline double median(std::span<const double> samples) { return quantile_of_sorted(sorted(samples), 0.5); }

/// The median of samples that may be reordered: without sorting all of them.
inline double median_of(std::span<double> samples) {
  if (samples.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::ranges::nth_element(samples, middle);
  if (samples.size() % 2 == 1) return *middle;
  return (*std::ranges::max_element(samples.begin(), middle) + *middle) / 2;
}

/// What is told of a set of samples.
struct Summary {
  std::size_t count = 0;  ///< of samples

  /// In the samples' unit; NaN where there are none. Quartiles, and p99, which 99 of 100 do not exceed, are quantile_of_sorted()'s.
  ///@{
  double min = 0, q1 = 0, median = 0, q3 = 0, p99 = 0, mean = 0;
  ///@}

  double sd = 0;  ///< with count - 1 below; NaN for fewer than two
};

/// All of a Summary; NaN throughout where there are no samples.
inline Summary summarize(std::span<const double> samples) {
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
