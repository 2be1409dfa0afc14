// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include <anechain/experiment/collation.hpp>
#include <anechain/experiment/report/format.hpp>
#include <anechain/experiment/report/html/page.hpp>
#include <anechain/experiment/report/markdown.hpp>

/// Several machines' reports as one table: rows for any format, Markdown, a page.
namespace anechain::report {

namespace detail {

/// "slower", where all reports say so; else "slower 2, equivalent 1".
inline std::string verdicts_of(const CollatedContender& row) {
  std::string text;
  for (const auto& [verdict, count] : row.verdicts) {
    text += (text.empty() ? "" : ", ") + std::string{name_of(verdict)};
    if (row.verdicts.size() > 1) text += std::string{" "} + std::to_string(count);
  }
  return text;
}

inline constexpr const char* how_collated =
    "vs baseline and link: the median of the reports. Interval: from the lowest bound to the highest of the reports' own.";

}  // namespace detail

/// One row for each chip and contender, under a header.
inline std::vector<Row> collated_table(std::span<const CollatedContender> collated) {
  std::vector<Row> rows{{"chip", "contender", "reports", "baseline", "its kernel [us]", "vs baseline", "interval", "link [us]", "verdict"}};
  for (const CollatedContender& row : collated)
    rows.push_back({row.chip, row.differs.empty() ? row.name : row.name + " (other: " + row.differs + " differs)",
                    std::to_string(row.reports), row.baseline, digits(row.baseline_kernel_us), percent(row.relative, true),
                    shares(row.interval), row.link_us ? digits(*row.link_us, true) : "", detail::verdicts_of(row)});
  return rows;
}

/// The table, and how it came about.
inline void collated_markdown(std::ostream& to, std::span<const CollatedContender> collated) {
  detail::markdown_table(to, collated_table(collated));
  detail::markdown_list(to, {detail::how_collated});
}

/// The same as a page that needs nothing else.
inline void collated_html(std::ostream& to, std::span<const CollatedContender> collated) {
  to << page::whole("anechain: chips side by side", "<header>\n" + page::element("h1", "Chips side by side") +
                                                        page::paragraph(detail::how_collated, "about") + "</header>\n<main>\n<section>\n" +
                                                        page::table_of(collated_table(collated)) + "</section>\n</main>\n");
}

}  // namespace anechain::report
