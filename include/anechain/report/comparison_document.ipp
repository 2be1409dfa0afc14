// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include <anechain/analysis/compare.hpp>
#include <anechain/report/comparison_document.hpp>
#include <anechain/report/document.hpp>
#include <anechain/report/sections/names.hpp>

namespace anechain::report::detail {

constexpr std::string_view words_of_absence(Absence absence) {
  switch (absence) {
    case Absence::only_in_first: return "not compared: {contender} is only in the first";
    case Absence::only_in_second: return "not compared: {contender} is only in the second";
    case Absence::not_the_same: return "not compared: {contender} is not the same in both: they differ in {difference}";
    case Absence::no_samples_in_first: return "not compared: {contender} has no samples in the first";
    case Absence::no_samples_in_second: return "not compared: {contender} has no samples in the second";
  }
  return {};
}

inline Remark remark_of(const MissingContender& missing) {
  return {"not_compared",
          {{"contender", missing.name},
           {"absence", word(missing.absence)},
           {"difference", std::string{words_of_difference(missing.difference)}}},
          std::string{words_of_absence(missing.absence)}};
}

}  // namespace anechain::report::detail

namespace anechain::report {

ANECHAIN_INLINE Document document(const ReportComparison& comparison, double epsilon) {
  Document document{.title = "anechain: two reports side by side"};
  for (const DifferingCondition& one : comparison.conditions)
    document.summary.push_back({"condition_differs",
                                {{"condition", Word{std::string{name_of(one.condition)}}}, {"first", one.first}, {"second", one.second}},
                                "beware: {condition} differs: {first} | {second}"});
  Section section{.id = "comparison", .heading = "the second report against the first"};
  Table table{.id = "comparison",
              .caption = "the second report against the first",
              .columns = {{"contender", "contender"},
                          {"first_us", "first", Unit::microseconds, false, "the median pass, of launches' medians"},
                          {"first_interval", "interval", Unit::microseconds, false, "of the passes of one launch"},
                          {"second_us", "second", Unit::microseconds},
                          {"second_interval", "interval", Unit::microseconds},
                          {"change", "change", Unit::share, true, "the second against the first"},
                          {"change_interval", "interval", Unit::share, true, "over launches; three of each or more are needed"},
                          {"verdict", "verdict"}}};
  EffectsPlot plot{.title = "changes", .baseline = "the first report", .epsilon = epsilon};
  for (const ComparedContender& row : comparison.rows) {
    const std::string mark = "compared-" + std::to_string(table.rows.size() + 1);
    table.rows.push_back({{row.name, row.first_us, detail::cell(row.first_interval_us), row.second_us, detail::cell(row.second_interval_us),
                           row.change, detail::cell(row.interval), detail::word(row.verdict)},
                          mark});
    if (std::isfinite(row.change))
      plot.effects.push_back({mark, row.name, row.name, row.change, row.interval, std::string{name_of(row.verdict)}});
    document.series.push_back(row.name);
  }
  section.tables.push_back(std::move(table));
  if (!plot.effects.empty()) section.plots.emplace_back(std::move(plot));
  for (const MissingContender& missing : comparison.missing) section.remarks.push_back(detail::remark_of(missing));
  if (!comparison.rows.empty())
    section.remarks.push_back({"geometric_mean", {{"change", comparison.geometric_mean, Unit::share, true}}, "geometric mean: {change}"});
  if (comparison.has(Change::ambiguous))
    section.remarks.push_back(
        {"ambiguous",
         {},
         "Two runs are unpaired, and within one launch memory and programs stay where they are: a difference between single "
         "launches may be the launches' own. Measure both with three launches or more to have a verdict."});
  document.sections.push_back(std::move(section));
  return document;
}

}  // namespace anechain::report
