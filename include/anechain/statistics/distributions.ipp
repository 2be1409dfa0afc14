// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>

#include <anechain/statistics/distributions.hpp>

namespace anechain::statistics::detail {

/// x with cdf(x) = p, for an increasing cdf, by bisection between bounds that hold it: to the last bits of a double.
template <class Cdf>
double inverted(Cdf cdf, double p, double low, double high) {
  for (int i = 0; i < 200; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    (cdf(middle) < p ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz's method; DLMF 8.17.22).
inline double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incomplete_beta(b, a, 1 - x);
  constexpr double tiny = 1e-300;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x)) / a;
  double fraction = 1;
  double c = 1;
  double d = 0;
  for (int i = 0; i <= 500; ++i) {
    const int m = i / 2;
    const double numerator = i == 0       ? 1
                             : i % 2 == 0 ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                                          : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + numerator * d;
    d = 1 / (std::abs(d) < tiny ? tiny : d);
    c = 1 + numerator / c;
    if (std::abs(c) < tiny) c = tiny;
    fraction *= c * d;
    if (std::abs(1 - c * d) < 1e-15) break;
  }
  return front * (fraction - 1);
}

}  // namespace anechain::statistics::detail

namespace anechain::statistics {

ANECHAIN_INLINE double normal_cdf(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

ANECHAIN_INLINE double normal_quantile(double p) { return detail::inverted(normal_cdf, p, -40, 40); }

ANECHAIN_INLINE double student_cdf(double t, double degrees) {
  const double tail = detail::incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2;
  return t < 0 ? tail : 1 - tail;
}

ANECHAIN_INLINE double student_quantile(double p, double degrees) {
  return detail::inverted([degrees](double t) { return student_cdf(t, degrees); }, p, -1e9, 1e9);
}

ANECHAIN_INLINE double coin_probability(std::size_t n, std::size_t k) {
  if (k > n) return 0;
  const auto coins = static_cast<double>(n);
  const auto heads = static_cast<double>(k);
  return std::exp(std::lgamma(coins + 1) - std::lgamma(heads + 1) - std::lgamma(coins - heads + 1) - coins * std::log(2.0));
}

}  // namespace anechain::statistics
