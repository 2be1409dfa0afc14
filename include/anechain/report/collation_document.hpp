// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include <anechain/analysis/collation.hpp>
#include <anechain/report/document.hpp>
#include <anechain/separate_compilation.hpp>

/// The document of several machines' reports.
namespace anechain::report {

/// One row for each chip and contender.
Document document(std::span<const CollatedContender> collated);

}  // namespace anechain::report

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/report/collation_document.ipp>
#endif
