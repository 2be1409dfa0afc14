// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/report/cell.hpp>
#include <anechain/report/markdown.hpp>

namespace anechain::report::detail {

/// Plain text that Markdown and the HTML behind it take as it is.
inline std::string markdown_text(std::string_view plain) {
  std::string escaped;
  for (const char c : plain) {
    if (std::string_view{"|\\*_`[]#~!"}.find(c) != std::string_view::npos) escaped += '\\';
    if (c == '<')
      escaped += "&lt;";
    else if (c == '&')
      escaped += "&amp;";
    else
      escaped += c;
  }
  return escaped;
}

inline void markdown_line(std::ostream& to, const std::vector<std::string>& cells) {
  to << '|';
  for (const std::string& cell : cells) to << ' ' << markdown_text(cell) << " |";
  to << '\n';
}

ANECHAIN_INLINE void markdown(std::ostream& to, const Table& table) {
  const std::vector<std::vector<std::string>> rows = rows_of(table);
  markdown_line(to, rows.front());
  to << '|';
  for (std::size_t i = 0; i < table.columns.size(); ++i) to << (i == 0 ? "---|" : "---:|");
  to << '\n';
  for (std::size_t i = 1; i < rows.size(); ++i) markdown_line(to, rows[i]);
}

ANECHAIN_INLINE void markdown(std::ostream& to, const std::vector<Remark>& remarks) {
  for (const Remark& remark : remarks) to << "- " << markdown_text(text_of(remark)) << '\n';
}

}  // namespace anechain::report::detail

namespace anechain::report {

ANECHAIN_INLINE void markdown(std::ostream& to, const Document& document) {
  detail::markdown(to, document.summary);
  for (const Section& section : document.sections) {
    if (section.is_background || (section.tables.empty() && section.remarks.empty())) continue;
    if (!section.heading.empty()) to << "\n### " << detail::markdown_text(plain_text(section.heading)) << '\n';
    for (const Table& table : section.tables) {
      to << '\n';
      detail::markdown(to, table);
    }
    if (!section.remarks.empty()) to << '\n';
    detail::markdown(to, section.remarks);
  }
}

}  // namespace anechain::report
