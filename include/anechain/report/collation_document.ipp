// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <utility>

#include <anechain/analysis/collation.hpp>
#include <anechain/report/collation_document.hpp>
#include <anechain/report/document.hpp>
#include <anechain/report/sections/names.hpp>

namespace anechain::report::detail {

/// "slower", where all reports say so; else "slower 2, equivalent 1".
inline Cell verdicts_of(const CollatedContender& row) {
  if (row.verdicts.size() == 1) return word(row.verdicts.front().first);
  std::string text;
  for (const auto& [verdict, count] : row.verdicts)
    text += (text.empty() ? "" : ", ") + std::string{name_of(verdict)} + " " + std::to_string(count);
  return text;
}

}  // namespace anechain::report::detail

namespace anechain::report {

ANECHAIN_INLINE Document document(std::span<const CollatedContender> collated) {
  Document document{.title = "anechain: chips side by side"};
  Section section{.id = "chips", .heading = "Chips side by side"};
  Table table{.id = "chips",
              .caption = "chips side by side",
              .columns = {{"chip", "chip"},
                          {"contender", "contender"},
                          {"reports", "reports", Unit::count, false, "that have it"},
                          {"baseline", "baseline"},
                          {"baseline_kernel_us", "its kernel", Unit::microseconds},
                          {"relative", "vs baseline", Unit::share, true, "the median of the reports"},
                          {"relative_interval", "interval", Unit::share, true, "from the lowest bound to the highest of the reports' own"},
                          {"link_us", "link", Unit::microseconds, true, "the median of the reports"},
                          {"verdict", "verdict"}}};
  for (const CollatedContender& row : collated) {
    const std::string difference = row.differs == Difference::none
                                       ? std::string{}
                                       : " (another one: it differs in " + std::string{detail::words_of_difference(row.differs)} +
                                             (row.baseline_differs ? " of its baseline" : "") + ")";
    table.rows.push_back({{row.chip, row.name + difference, detail::count(row.reports), row.baseline, row.baseline_kernel_us, row.relative,
                           detail::cell(row.interval), detail::cell(row.link_us), detail::verdicts_of(row)}});
  }
  section.tables.push_back(std::move(table));
  section.remarks.push_back(
      {"collated",
       {},
       "vs baseline and link: the median of the reports. Interval: from the lowest bound to the highest of the reports' own."});
  document.sections.push_back(std::move(section));
  return document;
}

}  // namespace anechain::report
