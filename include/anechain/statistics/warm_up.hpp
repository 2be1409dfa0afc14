// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include <anechain/separate_compilation.hpp>

/// Where a series that starts cold has become steady.
namespace anechain::statistics {

/// How much of a series to leave out.
struct WarmUp {
  std::size_t cut = 0;  ///< so many samples at the start are not steady
  bool steady = true;   ///< false: no steady part was found; more samples are needed
};

/// White's MSER rule (Simulation 69, 1997) over medians of batches of five, which stalls do not move: the cut d that makes
/// sum over i >= d of (b_i - mean)^2 / (N - d)^2 smallest, d up to N / 2; half as much again is cut for the tail that is
/// left. A smallest value at the limit means that the series was still changing.
WarmUp warm_up(std::span<const double> series);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/warm_up.ipp>
#endif
