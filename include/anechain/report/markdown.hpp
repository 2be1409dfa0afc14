// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/report/cell.hpp>
#include <anechain/report/document.hpp>

/// A document as Markdown: the console's tables, ready for a README or an issue.
namespace anechain::report {

namespace detail {

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

inline void markdown(std::ostream& to, const Table& table) {
  std::vector<std::string> line;
  for (const Column& column : table.columns) line.push_back(text_of(column));
  markdown_line(to, line);
  to << '|';
  for (std::size_t i = 0; i < table.columns.size(); ++i) to << (i == 0 ? "---|" : "---:|");
  to << '\n';
  for (const Row& row : table.rows) {
    line.clear();
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      line.push_back(text_of(row.cells[i], table.columns[i].unit, table.columns[i].has_sign));
    markdown_line(to, line);
  }
}

inline void markdown(std::ostream& to, const std::vector<Remark>& remarks) {
  for (const Remark& remark : remarks) to << "- " << markdown_text(text_of(remark)) << '\n';
}

}  // namespace detail

/// All that is to be read: background is left out.
inline void markdown(std::ostream& to, const Document& document) {
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
