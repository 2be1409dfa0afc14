// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include <anechain/analysis/verdict.hpp>
#include <anechain/measure/contrasts.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/measure/protocol.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/summary.hpp>

/// From samples to numbers.
namespace anechain {

/// What one contender's samples say. Times in microseconds.
struct ContenderEstimate {
  statistics::Summary pass_us;            ///< of one pass
  double kernel_us = 0;                   ///< median pass by kernels, fused or not
  double kernels_per_s = 0;               ///< at the median
  double gflops = 0;                      ///< 10^9 floating-point operations a second, at the median
  double failed_share = 0;                ///< rounds that its failures spoilt
  double measured_s = 0;                  ///< device time that its samples took, the control's among them
  std::optional<Contrast> contrast{};     ///< against its baseline; none for a baseline itself, and for transfers alone
  std::optional<Judgement> judgement{};   ///< of the contrast
  std::optional<CarryOver> carry_over{};  ///< if both histories were measured
  std::optional<double> copy_us{};        ///< one transfer, for strategies that do nothing else
  std::optional<double> copy_gb_per_s{};  ///< 10^9 bytes copied a second (read once and written once, counted once)
};

/// A contender against the first baseline, from another group.
struct AcrossEstimate {
  std::size_t contender = 0;  ///< position in Measurement::contenders
  std::size_t baseline = 0;   ///< of the first group
  Contrast contrast{};        ///< its confidence is that of all such comparisons together
  Judgement judgement{};      ///< of the contrast
};

/// What a measurement says.
struct Estimates {
  std::vector<std::optional<ContenderEstimate>> contenders;  ///< in the measurement's order; none for one that failed
  std::vector<std::size_t> baselines;                        ///< one for each group
  std::vector<std::optional<Contrast>> controls;             ///< for each of them the A/A control: the baseline against itself
  std::vector<AcrossEstimate> across;                        ///< empty unless comparisons across groups were asked for

  /// The A/A control of a contender's group; none if there is none.
  const std::optional<Contrast>& control_of(const MeasuredContender& contender) const {
    return controls[static_cast<std::size_t>(std::ranges::find(baselines, contender.baseline) - baselines.begin())];
  }
};

/// Whether a control's interval holds zero; none if there was no control, or too little of it.
std::optional<bool> is_quiet(const std::optional<Contrast>& control);

/// Whether the contrast of a contender is that of its links: those of its baseline, used in another way.
bool tells_link_cost(const Measurement& measurement, std::size_t contender);

/// What a measurement in palindromes says, judged as `protocol` asks for (its confidence, epsilon and estimator). A round in which one of
/// two compared contenders has not had all its turns, or took no time that the clock shows, is left out of their comparison.
Estimates estimate(const Measurement& measurement, const Protocol& protocol);

/// The same, judged as its own protocol says.
Estimates estimate(const Measurement& measurement);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/analysis/estimate.ipp>
#endif
