// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include <anechain/analysis/compare.hpp>
#include <anechain/report/document.hpp>
#include <anechain/separate_compilation.hpp>

/// The document of a comparison of two reports.
namespace anechain::report {

/// Contenders side by side; `epsilon` is that of the comparison.
Document document(const ReportComparison& comparison, double epsilon = 0.005);

}  // namespace anechain::report

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/report/comparison_document.ipp>
#endif
