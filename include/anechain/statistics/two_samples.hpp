// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>

namespace anechain::statistics {

/// The difference of two means, unpaired.
struct Difference {
  double value = 0;           ///< of the second less the first
  double standard_error = 0;  ///< of the value
  double degrees = 1;         ///< of freedom; they need not be whole

  /// Two-sided, by Student's distribution.
  Interval interval(double confidence) const;

  /// The probability of so large a difference, on the side of the second, where the true one is `hypothesis`.
  double p_value_above(double hypothesis) const;
};

/// Welch's comparison (Biometrika 34, 1947), with Satterthwaite's degrees of freedom. None for fewer than two of either.
std::optional<Difference> welch(std::span<const double> first, std::span<const double> second);

/// Holm's step-down adjustment (Scandinavian Journal of Statistics 6, 1979): the p-values, in their order, as they may be
/// compared with the level of the whole family.
std::vector<double> holm(std::span<const double> p_values);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/two_samples.ipp>
#endif
