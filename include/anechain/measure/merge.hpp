// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <anechain/measure/report.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain {

/// Reports that are not of one and the same experiment.
struct MergeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

/// Appends launches. A contender that failed in one launch has failed: which samples to believe cannot be told. If a
/// process number is taken already, the appended launches get the next free numbers, unless they resume that process.
void merge(Measurement& into, Measurement&& launch);

}  // namespace detail

/// Adds another launch of the same experiments to a report. Experiments are the same if their contenders are: the same names, labels,
/// strategies, texts, types and weight layouts. If the report lacks one of
/// the experiments, it is added if the report was interrupted; otherwise MergeError is thrown, which says what differs, and the report is
/// unchanged.
void merge(Report& into, Report&& launch);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/merge.ipp>
#endif
