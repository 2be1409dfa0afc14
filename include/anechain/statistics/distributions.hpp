// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>

#include <anechain/separate_compilation.hpp>

/// The few distributions that intervals need.
namespace anechain::statistics {

/// P(Z <= z) of the standard normal distribution.
double normal_cdf(double z);

/// z with P(Z <= z) = p, for 0 < p < 1.
double normal_quantile(double p);

/// P(T <= t) of Student's distribution; the degrees of freedom need not be whole.
double student_cdf(double t, double degrees);

/// t with P(T <= t) = p, for 0 < p < 1.
double student_quantile(double p, double degrees);

/// P(B = k) where B counts the heads of n fair coins.
double coin_probability(std::size_t n, std::size_t k);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/distributions.ipp>
#endif
