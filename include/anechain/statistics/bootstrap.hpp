// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/median_polish.hpp>
#include <anechain/support/random.hpp>

namespace anechain::statistics {

/// A table of as many rows, drawn with replacement in blocks of neighbours, which keep what makes neighbours alike
/// (Kuensch, Annals of Statistics 17, 1989).
Table resampled_rows(const Table& table, std::size_t block, Random& random);

/// The interval between the outer quantiles of a statistic's replicates.
Interval percentile_interval(std::span<const double> replicates, double confidence);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/bootstrap.ipp>
#endif
