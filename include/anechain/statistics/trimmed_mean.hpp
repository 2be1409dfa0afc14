// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <span>

#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>

namespace anechain::statistics {

/// The mean without the given share of the samples at either end, with Yuen's interval (Biometrika 61, 1974): the
/// winsorised standard deviation over (1 - 2 share) sqrt(n), and Student's distribution with the degrees of freedom of
/// what is left; widened by sqrt(tau) where the samples depend on each other. A share of 0 is the mean itself.
Location estimate_trimmed_mean(std::span<const double> samples, double share, double confidence);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/trimmed_mean.ipp>
#endif
