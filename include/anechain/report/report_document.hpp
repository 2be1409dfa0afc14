// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>

#include <anechain/analysis/analysis.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/report/document.hpp>
#include <anechain/separate_compilation.hpp>

/// The document of a report.
namespace anechain::report {

/// Everything that a report and its analysis say.
Document document(const Report& report, const Analysis& analysis);

/// The same, analysed here.
Document document(const Report& report);

/// A whole report on a terminal.
void print(std::ostream& to, const Report& report);

}  // namespace anechain::report

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/report/report_document.ipp>
#endif
