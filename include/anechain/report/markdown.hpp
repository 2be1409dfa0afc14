// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/report/document.hpp>
#include <anechain/separate_compilation.hpp>

/// A document as Markdown: the console's tables, ready for a README or an issue.
namespace anechain::report {

namespace detail {

void markdown(std::ostream& to, const Table& table);

void markdown(std::ostream& to, const std::vector<Remark>& remarks);

}  // namespace detail

/// All that is to be read: background is left out.
void markdown(std::ostream& to, const Document& document);

}  // namespace anechain::report

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/report/markdown.ipp>
#endif
