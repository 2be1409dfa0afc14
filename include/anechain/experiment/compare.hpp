// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <range/v3/algorithm/find_if.hpp>

#include <anechain/experiment/report.hpp>
#include <anechain/experiment/statistics/median_interval.hpp>
#include <anechain/experiment/statistics/two_samples.hpp>
#include <anechain/support/words.hpp>

namespace anechain {

/// How a strategy's time in one report stands to that in another.
enum class Change {
  regression,    ///< slower, the whole interval by more than epsilon
  improvement,   ///< faster, in the same way
  none,          ///< the interval lies within epsilon
  inconclusive,  ///< neither: more launches would tell
  ambiguous,     ///< fewer than three launches of either: what differs between launches cannot be told from what changed
};

template <>
inline constexpr auto words_of<Change> =
    std::to_array<std::string_view>({"regression", "improvement", "no change", "inconclusive", "ambiguous"});

/// One strategy of one configuration, in both reports. Shares: 0.01 is one per cent slower.
struct ComparedStrategy {
  std::string configuration;                                 ///< Measurement::name
  std::string strategy;                                      ///< MeasuredStrategy::name
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

/// Two reports side by side.
struct ReportComparison {
  std::vector<ComparedStrategy> rows;  ///< in the first report's order
  std::vector<std::string> warnings;   ///< what else differs between them
  std::vector<std::string> missing;    ///< what only one of them has, or what failed in one
  double geometric_mean = 0;           ///< change over all rows; without an interval, since rows share their launches
  bool lost = false;                   ///< whether a strategy that the first measured has no samples in the second

  /// Whether any row came to this.
  bool has(Change change) const {
    return ranges::find_if(rows, [change](const ComparedStrategy& row) { return row.verdict == change; }) != rows.end();
  }
};

namespace detail {

/// Passes of one strategy, once the device was steady, by launch; logarithms.
inline std::vector<std::vector<double>> log_passes(const Measurement& measurement, std::size_t strategy) {
  std::vector<std::vector<double>> launches(measurement.launches.size());
  for (const Sample& sample : measurement.samples)
    if (const double pass = measurement.pass_us(sample);
        sample.strategy == strategy && !sample.control && measurement.counts(sample) && pass > 0)
      launches[sample.launch].push_back(std::log(pass));
  std::erase_if(launches, [](const std::vector<double>& passes) { return passes.empty(); });
  return launches;
}

/// The measurement of the same configuration in another report, by the same schedule; nullptr where there is none.
inline const Measurement* counterpart(const Measurement& one, const Report& other) {
  const auto found = ranges::find_if(other.measurements, [&](const Measurement& its) { return its.is_of_the_same_configuration(one); });
  return found == other.measurements.end() ? nullptr : &*found;
}

/// Where a strategy stands in a measurement.
inline std::optional<std::size_t> place_of(std::string_view strategy, const Measurement& measurement) {
  const auto found = ranges::find_if(measurement.strategies, [&](const MeasuredStrategy& one) { return one.name == strategy; });
  if (found == measurement.strategies.end()) return std::nullopt;
  return static_cast<std::size_t>(found - measurement.strategies.begin());
}

/// Configurations and strategies of a report that another lacks.
inline std::vector<std::string> missing_in(const Report& other, const Report& report) {
  std::vector<std::string> missing;
  for (const Measurement& measurement : report.measurements) {
    const Measurement* const its = counterpart(measurement, other);
    if (its == nullptr) {
      missing.push_back(measurement.name);
      continue;
    }
    for (const MeasuredStrategy& strategy : measurement.strategies)
      if (!place_of(strategy.name, *its)) missing.push_back(measurement.name + ", " + strategy.name);
  }
  return missing;
}

inline std::vector<double> medians(const std::vector<std::vector<double>>& launches) {
  std::vector<double> all;
  for (const std::vector<double>& passes : launches) all.push_back(statistics::median(passes));
  return all;
}

/// Of the passes of one launch; what several launches say is in their difference.
inline std::optional<statistics::Interval> pass_interval_us(const std::vector<std::vector<double>>& launches, double confidence) {
  if (launches.size() != 1) return std::nullopt;
  const std::optional<statistics::Interval> interval = statistics::estimate_median(launches.front(), confidence).interval;
  if (!interval) return std::nullopt;
  return statistics::Interval{std::exp(interval->low), std::exp(interval->high)};
}

/// A strategy's passes in the two reports, side by side; the p-value, where there is one, is not adjusted.
inline ComparedStrategy compared(const std::vector<std::vector<double>>& first, const std::vector<std::vector<double>>& second,
                                 double confidence, double epsilon) {
  constexpr std::size_t least_launches = 3;
  const std::vector<double> a = medians(first);
  const std::vector<double> b = medians(second);
  ComparedStrategy row;
  row.first_us = std::exp(statistics::median(a));
  row.second_us = std::exp(statistics::median(b));
  row.first_interval_us = pass_interval_us(first, confidence);
  row.second_interval_us = pass_interval_us(second, confidence);
  row.change = row.second_us / row.first_us - 1;
  const std::optional<statistics::Difference> difference = statistics::welch(a, b);
  if (!difference || a.size() < least_launches || b.size() < least_launches) return row;
  const statistics::Interval interval = difference->interval(confidence);
  row.interval = statistics::Interval{std::expm1(interval.low), std::expm1(interval.high)};
  row.change = std::expm1(difference->value);
  row.p_regression = difference->p_value_above(std::log1p(epsilon));
  row.verdict = row.interval->high < -epsilon                                  ? Change::improvement
                : row.interval->low > -epsilon && row.interval->high < epsilon ? Change::none
                                                                               : Change::inconclusive;
  return row;
}

/// Regressions are found among many rows: what calls one so is adjusted for all that were tested.
inline void find_regressions(std::vector<ComparedStrategy>& rows, double confidence, double epsilon) {
  std::vector<double> p_values;
  for (const ComparedStrategy& row : rows)
    if (row.interval) p_values.push_back(row.p_regression);
  const std::vector<double> adjusted = statistics::holm(p_values);
  auto p = adjusted.begin();
  for (ComparedStrategy& row : rows) {
    if (!row.interval) continue;
    row.p_regression = *p++;
    if (row.interval->low > epsilon && row.p_regression < 1 - confidence) row.verdict = Change::regression;
  }
}

inline double geometric_mean(const std::vector<ComparedStrategy>& rows) {
  if (rows.empty()) return 0;
  double sum = 0;
  for (const ComparedStrategy& row : rows) sum += std::log1p(row.change);
  return std::expm1(sum / static_cast<double>(rows.size()));
}

/// Differences of the conditions: a change may be theirs.
inline std::vector<std::string> differing_conditions(const Report& first, const Report& second) {
  std::vector<std::string> warnings;
  const auto differ = [&](std::string_view what, const std::string& a, const std::string& b) {
    if (a != b) warnings.push_back(std::string{what} + " differs: " + a + " | " + b);
  };
  const Environment& a = first.environment;
  const Environment& b = second.environment;
  differ("the device", a.device, b.device);
  differ("the processor", a.processor, b.processor);
  differ("the system", a.system, b.system);
  differ("the compiler", a.compiler, b.compiler);
  differ("the number of cores", std::to_string(a.cores), std::to_string(b.cores));
  const Protocol& p = first.protocol;
  const Protocol& q = second.protocol;
  differ("the history", std::string{name_of(p.history)}, std::string{name_of(q.history)});
  differ("the gaps", p.gaps ? "on" : "off", q.gaps ? "on" : "off");
  differ("the schedule", std::string{name_of(p.order)}, std::string{name_of(q.order)});
  differ("the number of launches", std::to_string(p.launches), std::to_string(q.launches));
  if (!first.complete() || !second.complete()) warnings.emplace_back("a run was interrupted");
  return warnings;
}

}  // namespace detail

/// Compares the strategies that both reports measured. Two files are unpaired: with three launches of each or more, Welch's
/// interval over launches' medians decides; with fewer, nothing does.
inline ReportComparison compare(const Report& first, const Report& second, double confidence = 0.95, double epsilon = 0.005) {
  ReportComparison comparison{.rows = {}, .warnings = detail::differing_conditions(first, second), .missing = {}};
  for (const std::string& what : detail::missing_in(second, first)) comparison.missing.push_back(what + " is only in the first");
  comparison.lost = !comparison.missing.empty();
  for (const Measurement& before : first.measurements) {
    const Measurement* const after = detail::counterpart(before, second);
    for (std::size_t s = 0; after != nullptr && s < before.strategies.size(); ++s) {
      const std::string& strategy = before.strategies[s].name;
      const std::optional<std::size_t> twin = detail::place_of(strategy, *after);
      if (!twin) continue;
      const auto first_passes = detail::log_passes(before, s);
      const auto second_passes = detail::log_passes(*after, *twin);
      if (first_passes.empty() || second_passes.empty()) {
        comparison.lost = comparison.lost || second_passes.empty();
        comparison.missing.push_back(before.name + ", " + strategy + " has no samples in the " +
                                     (first_passes.empty() ? "first" : "second"));
        continue;
      }
      ComparedStrategy row = detail::compared(first_passes, second_passes, confidence, epsilon);
      row.configuration = before.name;
      row.strategy = strategy;
      comparison.rows.push_back(std::move(row));
    }
  }
  for (const std::string& what : detail::missing_in(first, second)) comparison.missing.push_back(what + " is only in the second");
  detail::find_regressions(comparison.rows, confidence, epsilon);
  comparison.geometric_mean = detail::geometric_mean(comparison.rows);
  return comparison;
}

}  // namespace anechain
