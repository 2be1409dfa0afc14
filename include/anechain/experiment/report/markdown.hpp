// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/paired.hpp>
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
  to << detail::markdown_text(headline(report)) << '\n';
  if (!report.complete()) to << "\n**Incomplete: the run was interrupted.**\n";
  for (const auto& [measurement, configuration] : Paired{report.measurements, analysis.configurations}) {
    to << "\n### " << detail::markdown_text(headline(measurement)) << "\n\n";
    detail::markdown_table(to, table(report, measurement, configuration));
    detail::markdown_list(to, remarks(report, measurement, configuration));
  }
  if (analysis.scaling) {
    to << "\n### Chain lengths\n\n";
    detail::markdown_table(to, length_table(*analysis.scaling));
    to << "\n### Cost model\n\n";
    if (analysis.scaling->decomposition) {
      detail::markdown_table(to, cost_table(*analysis.scaling->decomposition));
      detail::markdown_list(to, remarks(report, *analysis.scaling->decomposition));
    } else {
      to << detail::markdown_text(analysis.scaling->refusal) << '\n';
    }
  }
  const std::vector<Row> published = published_rows(report, analysis);
  if (published.size() > 1) {
    to << "\n### Beside the published table\n\n"
       << published_chip << ", us a kernel or copy; " << detail::markdown_text(published_source) << ".\n\n";
    detail::markdown_table(to, published);
    std::vector<std::string> findings;
    for (const Finding& finding : analysis.findings)
      if (finding.standing != Standing::not_measured)
        findings.push_back(std::string{"\""} + std::string{finding.claim} + "\": this run " + std::string{name_of(finding.standing)} +
                           " (" + finding.evidence + ")");
    detail::markdown_list(to, findings);
  }
  detail::markdown_list(to, notes(report));
}

}  // namespace anechain::report
