// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/analysis/analysis.hpp>

namespace anechain {

ANECHAIN_INLINE Analysis analyse(const Report& report) {
  Analysis analysis;
  for (const Measurement& measurement : report.measurements) {
    MeasurementAnalysis& its = analysis.measurements.emplace_back();
    if (measurement.protocol.order == Order::other) continue;
    its.estimates = estimate(measurement);
    if (has_several_lengths(measurement)) its.scaling = scale(measurement);
  }
  return analysis;
}

}  // namespace anechain
