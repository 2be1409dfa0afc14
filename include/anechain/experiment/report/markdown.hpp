// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/rows.hpp>

/// A report as Markdown: the console's tables, ready for a README or an issue.
namespace anechain::report {

namespace detail {

/// Text that Markdown and the HTML behind it take as it is.
inline std::string markdown_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '`' || c == '[' || c == ']') escaped += '\\';
    if (c == '<')
      escaped += "&lt;";
    else if (c == '&')
      escaped += "&amp;";
    else
      escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

inline void markdown_table(std::ostream& to, const std::vector<Row>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    to << '|';
    for (const std::string& cell : rows[i]) to << ' ' << markdown_text(cell) << " |";
    to << '\n';
    if (i > 0) continue;
    to << '|';
    for (std::size_t column = 0; column < rows[i].size(); ++column) to << (column == 0 ? "---|" : "---:|");
    to << '\n';
  }
}

inline void markdown_list(std::ostream& to, const std::vector<std::string>& lines) {
  if (!lines.empty()) to << '\n';
  for (const std::string& line : lines) to << "- " << markdown_text(line) << '\n';
}

}  // namespace detail

/// A whole report.
inline void markdown(std::ostream& to, const Report& report, const Analysis& analysis) {
  const auto write = [&](const Block& block) {
    to << "\n### " << detail::markdown_text(block.heading) << "\n\n";
    detail::markdown_table(to, block.table);
    detail::markdown_list(to, block.remarks);
  };
  to << detail::markdown_text(headline(report)) << '\n';
  if (!report.complete()) to << "\n**Incomplete: the run was interrupted.**\n";
  for (std::size_t i = 0; i < report.measurements.size(); ++i)
    for (const Block& block : blocks(report, report.measurements[i], analysis.measurements[i])) write(block);
  if (const std::optional<Block> published = published_block(report, analysis)) write(*published);
  detail::markdown_list(to, notes(report));
}

}  // namespace anechain::report
