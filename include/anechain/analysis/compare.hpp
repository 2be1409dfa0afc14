// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/measure/report.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/support/words.hpp>

namespace anechain {

/// How a contender's time in one report stands to that in another.
enum class Change {
  regression,    ///< slower, the whole interval by more than epsilon
  improvement,   ///< faster, in the same way
  none,          ///< the interval lies within epsilon
  inconclusive,  ///< neither: more launches would tell
  ambiguous,     ///< fewer than three launches of either: what differs between launches cannot be told from what changed
};

template <>
inline constexpr auto words_of<Change> =
    std::to_array<std::string_view>({"regression", "improvement", "no_change", "inconclusive", "ambiguous"});

/// One contender, in both reports. Shares: 0.01 is one per cent slower.
struct ComparedContender {
  std::string name;                                          ///< MeasuredContender::name in the first report
  double first_us = 0;                                       ///< the median pass, of launches' medians
  double second_us = 0;                                      ///< the same in the second report
  std::optional<statistics::Interval> first_interval_us{};   ///< of the pooled passes of one launch
  std::optional<statistics::Interval> second_interval_us{};  ///< the same in the second report

  /// The second against the first. With three launches of both or more: of the means of launches' log medians; else of the medians above.
  double change = 0;
  std::optional<statistics::Interval> interval{};  ///< of the change; none with fewer than three launches
  double p_regression = 1;                         ///< adjusted for all rows (Holm)
  Change verdict = Change::ambiguous;              ///< by the interval; a regression needs a small `p_regression` too
};

/// A condition of a measurement.
enum class Condition { device, processor, system, compiler, cores, history, gaps, order, launches, interrupted };
template <>
inline constexpr auto words_of<Condition> = std::to_array<std::string_view>(
    {"device", "processor", "system", "compiler", "cores", "history", "gaps", "order", "launches", "interrupted"});

/// A condition in which two reports differ, so that a change may be its effect.
struct DifferingCondition {
  Condition condition = Condition::device;  ///< which
  std::string first;                        ///< what it was in the first report
  std::string second;                       ///< the same in the second
};

/// Why a contender is not compared.
enum class Absence {
  only_in_first,         ///< the second report has nothing of its kind
  only_in_second,        ///< the first has not
  not_the_same,          ///< one of its name is in both, and differs
  no_samples_in_first,   ///< it failed there, or was never visited
  no_samples_in_second,  ///< the same
};
template <>
inline constexpr auto words_of<Absence> =
    std::to_array<std::string_view>({"only_in_first", "only_in_second", "not_the_same", "no_samples_in_first", "no_samples_in_second"});

/// A contender that is not compared.
struct MissingContender {
  std::string name;                          ///< as its report has it
  Absence absence = Absence::only_in_first;  ///< why
  Difference difference = Difference::none;  ///< in what it differs from its namesake, if they are not the same
};

/// Two reports side by side.
struct ReportComparison {
  std::vector<ComparedContender> rows;         ///< in the first report's order
  std::vector<DifferingCondition> conditions;  ///< what else differs between them
  std::vector<MissingContender> missing;       ///< what cannot be compared
  double geometric_mean = 0;                   ///< change over all rows; without an interval, since rows share their launches
  bool lost = false;                           ///< whether a contender that the first measured has no samples in the second

  /// Whether any row came to this.
  bool has(Change change) const { return std::ranges::find(rows, change, &ComparedContender::verdict) != rows.end(); }
};

/// Compares the contenders that both reports measured: those of the same label, strategy, texts, types and weight layouts, whatever they
/// are called. Two files are unpaired: with three launches of each or more, Welch's interval over launches' medians decides; with fewer,
/// nothing does.
ReportComparison compare(const Report& first, const Report& second, double confidence = 0.95, double epsilon = 0.005);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/analysis/compare.ipp>
#endif
