// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include <anechain/report/cell.hpp>
#include <anechain/report/console.hpp>

namespace anechain::report {

ANECHAIN_INLINE void print_aligned(std::ostream& to, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const std::vector<std::string>& row : rows) {
    std::string text = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string filling(widths[i] - width_of(row[i]), ' ');
      text += i == 0 ? ' ' + row[i] + filling : "  " + filling + row[i];
    }
    to << text.substr(0, text.find_last_not_of(' ') + 1) << '\n';
  }
}

ANECHAIN_INLINE void print(std::ostream& to, const Table& table) { print_aligned(to, rows_of(table)); }

ANECHAIN_INLINE void print(std::ostream& to, const Section& section) {
  if (!section.heading.empty()) to << plain_text(section.heading) << '\n';
  for (const Table& table : section.tables) print(to, table);
  for (const Remark& remark : section.remarks) to << (section.heading.empty() ? "" : "  ") << text_of(remark) << '\n';
}

ANECHAIN_INLINE void print(std::ostream& to, const Document& document) {
  for (const Remark& remark : document.summary) to << text_of(remark) << '\n';
  for (const Section& section : document.sections) {
    if (section.is_background || (section.tables.empty() && section.remarks.empty())) continue;
    to << '\n';
    print(to, section);
  }
}

}  // namespace anechain::report
