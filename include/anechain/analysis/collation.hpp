// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <anechain/analysis/verdict.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>

/// Reports of several machines in one table.
namespace anechain {

/// What the reports of one chip say of one contender.
struct CollatedContender {
  std::string chip;                                         ///< see chip_of()
  std::string name;                                         ///< MeasuredContender::name of the first report that has it
  Difference differs = Difference::none;                    ///< in what it differs from an earlier row of this chip and name
  bool baseline_differs = false;                            ///< whether that is said of its baseline
  std::string baseline{};                                   ///< the name of what it is compared with
  std::size_t reports = 0;                                  ///< that have it, compared with its baseline
  double baseline_kernel_us = 0;                            ///< of the baseline: the median of the reports
  double relative = 0;                                      ///< more than the baseline's pass, as a share of it: the median
  std::optional<statistics::Interval> interval{};           ///< from the lowest bound to the highest of the reports' intervals
  std::optional<double> link_us{};                          ///< the same for each link: the median; none for a chain of other links
  std::vector<std::pair<Verdict, std::size_t>> verdicts{};  ///< how many reports came to which
};

/// What runs the kernels in a report: the processor and the kind of device; a simulated engine by its own name.
std::string chip_of(const Environment& environment);

/// Sorted by chip, then in the order in which contenders first came. What was measured by a protocol of the user's own, what failed and
/// baselines have no row. Only what is the same is pooled (see difference(); its baseline must be the same too); what has the name of
/// another row and is not the same has a row of its own that says in what it differs.
std::vector<CollatedContender> collate(std::span<const Report> reports);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/analysis/collation.ipp>
#endif
