// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include <anechain/analysis/estimate.hpp>
#include <anechain/analysis/scaling.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/separate_compilation.hpp>

/// Everything that a report's samples say. Made from the report alone, so that it can be made again from a file, with another
/// estimator if need be.
namespace anechain {

/// One measurement's numbers.
struct MeasurementAnalysis {
  std::optional<Estimates> estimates;  ///< none if it was measured by a protocol of the user's own
  std::optional<Scaling> scaling;      ///< none if no kernel is repeated in several lengths
};

/// What a report says: see analyse().
struct Analysis {
  std::vector<MeasurementAnalysis> measurements;  ///< in the order of Report::measurements
};

/// Every number that a report's samples give.
Analysis analyse(const Report& report);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/analysis/analysis.ipp>
#endif
