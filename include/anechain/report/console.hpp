// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include <anechain/report/document.hpp>
#include <anechain/separate_compilation.hpp>

/// A document as text for a terminal.
namespace anechain::report {

/// Rows of plain text, each column as wide as its widest cell: the first flush left, the others flush right.
void print_aligned(std::ostream& to, const std::vector<std::vector<std::string>>& rows);

/// A table under its header.
void print(std::ostream& to, const Table& table);

/// A section: its heading, its tables and its remarks.
void print(std::ostream& to, const Section& section);

/// All that is to be read: background is left out.
void print(std::ostream& to, const Document& document);

}  // namespace anechain::report

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/report/console.ipp>
#endif
