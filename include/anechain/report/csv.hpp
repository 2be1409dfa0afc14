// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>

#include <anechain/measure/report.hpp>
#include <anechain/report/document.hpp>
#include <anechain/separate_compilation.hpp>

/// A document, and samples, as comma-separated values, RFC 4180: for spreadsheets and data frames.
namespace anechain::report {

/// One value a line, so that all tables and remarks have the same columns: the section, the table, the row (the first cell's text, or a
/// remark's code), the column (or the field of a remark; empty for its text), the unit, and the value: as text, or as a number, or as both
/// ends of an interval.
void csv(std::ostream& to, const Document& document);

/// Every sample, one a line.
void csv_samples(std::ostream& to, const Report& report);

}  // namespace anechain::report

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/report/csv.ipp>
#endif
