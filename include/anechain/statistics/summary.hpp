// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <anechain/separate_compilation.hpp>

/// Pure functions over samples.
namespace anechain::statistics {

/// The value at position q of sorted samples, 0 <= q <= 1, interpolated linearly between the two nearest (definition 7 of
/// Hyndman and Fan, 1996; R's and NumPy's default). NaN where there is none.
double quantile_of_sorted(std::span<const double> sorted, double q);

/// The samples in ascending order.
std::vector<double> sorted(std::span<const double> samples);

/// The middle sample, or the mean of the two middle ones. NaN where there is none.
inline double median(std::span<const double> samples) { return quantile_of_sorted(sorted(samples), 0.5); }

/// The median of samples that may be reordered: without sorting all of them.
double median_of(std::span<double> samples);

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
Summary summarize(std::span<const double> samples);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/summary.ipp>
#endif
