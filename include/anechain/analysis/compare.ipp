// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/analysis/compare.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/two_samples.hpp>
#include <anechain/support/words.hpp>

namespace anechain::detail {

/// Passes of one contender, once the device was steady, by launch; logarithms.
inline std::vector<std::vector<double>> log_passes(const Measurement& measurement, std::size_t contender) {
  std::vector<std::vector<double>> launches(measurement.launches.size());
  for (const Sample& sample : measurement.samples)
    if (const double pass = measurement.pass_us(sample);
        sample.contender == contender && !sample.control && measurement.counts(sample) && pass > 0)
      launches[sample.launch].push_back(std::log(pass));
  std::erase_if(launches, [](const std::vector<double>& passes) { return passes.empty(); });
  return launches;
}

/// A contender of a report.
struct Place {
  const Measurement* measurement = nullptr;
  std::size_t contender = 0;

  const MeasuredContender& operator*() const { return measurement->contenders[contender]; }
  bool operator==(const Place&) const = default;
};

/// Every contender that was measured in rounds of one kind.
inline std::vector<Place> places(const Report& report) {
  std::vector<Place> all;
  for (const Measurement& measurement : report.measurements)
    for (std::size_t c = 0; c < measurement.contenders.size(); ++c) all.push_back({&measurement, c});
  return all;
}

/// The same contender in another report, by the same kind of schedule: of several the one of the same name. What is in `taken` is left out.
inline std::optional<Place> counterpart(const Place& one, const std::vector<Place>& others, const std::vector<Place>& taken) {
  std::optional<Place> found;
  for (const Place& other : others) {
    if (one.measurement->protocol.order != other.measurement->protocol.order || difference(*one, *other) != Difference::none) continue;
    if (std::ranges::find(taken, other) != taken.end()) continue;
    if ((*one).name == (*other).name) return other;
    if (!found) found = other;
  }
  return found;
}

/// Why a contender is in one report only: something of its name may be in the other, and differ.
inline MissingContender missing(const Place& one, const std::vector<Place>& others, Absence otherwise) {
  for (const Place& other : others)
    if ((*one).name == (*other).name && one.measurement->protocol.order == other.measurement->protocol.order)
      if (const Difference what = difference(*one, *other); what != Difference::none) return {(*one).name, Absence::not_the_same, what};
  return {(*one).name, otherwise};
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

/// A contender's passes in the two reports, side by side; the p-value, where there is one, is not adjusted.
inline ComparedContender compared(const std::vector<std::vector<double>>& first, const std::vector<std::vector<double>>& second,
                                  double confidence, double epsilon) {
  constexpr std::size_t least_launches = 3;
  const std::vector<double> a = medians(first);
  const std::vector<double> b = medians(second);
  ComparedContender row;
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
inline void find_regressions(std::vector<ComparedContender>& rows, double confidence, double epsilon) {
  std::vector<double> p_values;
  for (const ComparedContender& row : rows)
    if (row.interval) p_values.push_back(row.p_regression);
  const std::vector<double> adjusted = statistics::holm(p_values);
  auto p = adjusted.begin();
  for (ComparedContender& row : rows) {
    if (!row.interval) continue;
    row.p_regression = *p++;
    if (row.interval->low > epsilon && row.p_regression < 1 - confidence) row.verdict = Change::regression;
  }
}

inline double geometric_mean(const std::vector<ComparedContender>& rows) {
  if (rows.empty()) return 0;
  double sum = 0;
  for (const ComparedContender& row : rows) sum += std::log1p(row.change);
  return std::expm1(sum / static_cast<double>(rows.size()));
}

/// Differences of the conditions: a change may be theirs.
inline std::vector<DifferingCondition> differing_conditions(const Report& first, const Report& second) {
  std::vector<DifferingCondition> all;
  const auto differ = [&](Condition condition, std::string_view a, std::string_view b) {
    if (a != b) all.push_back({condition, std::string{a}, std::string{b}});
  };
  const auto yes_or_no = [](bool yes) { return yes ? "yes" : "no"; };
  const Environment& a = first.environment;
  const Environment& b = second.environment;
  differ(Condition::device, a.device, b.device);
  differ(Condition::processor, a.processor, b.processor);
  differ(Condition::system, a.system, b.system);
  differ(Condition::compiler, a.compiler, b.compiler);
  differ(Condition::cores, std::to_string(a.cores), std::to_string(b.cores));
  if (first.measurements.empty() || second.measurements.empty()) return all;
  const Protocol& p = first.measurements.front().protocol;
  const Protocol& q = second.measurements.front().protocol;
  differ(Condition::history, name_of(p.history), name_of(q.history));
  differ(Condition::gaps, yes_or_no(p.gaps), yes_or_no(q.gaps));
  differ(Condition::order, name_of(p.order), name_of(q.order));
  differ(Condition::launches, std::to_string(p.launches), std::to_string(q.launches));
  if (!first.complete() || !second.complete())
    all.push_back({Condition::interrupted, yes_or_no(!first.complete()), yes_or_no(!second.complete())});
  return all;
}

}  // namespace anechain::detail

namespace anechain {

ANECHAIN_INLINE ReportComparison compare(const Report& first, const Report& second, double confidence, double epsilon) {
  ReportComparison comparison{.rows = {}, .conditions = detail::differing_conditions(first, second), .missing = {}};
  const std::vector<detail::Place> before = detail::places(first);
  const std::vector<detail::Place> after = detail::places(second);
  std::vector<detail::Place> taken;
  for (const detail::Place& one : before) {
    const std::optional<detail::Place> twin = detail::counterpart(one, after, taken);
    if (!twin) {
      comparison.lost = true;
      comparison.missing.push_back(detail::missing(one, after, Absence::only_in_first));
      continue;
    }
    taken.push_back(*twin);
    const auto first_passes = detail::log_passes(*one.measurement, one.contender);
    const auto second_passes = detail::log_passes(*twin->measurement, twin->contender);
    if (first_passes.empty() || second_passes.empty()) {
      comparison.lost = comparison.lost || second_passes.empty();
      comparison.missing.push_back({(*one).name, first_passes.empty() ? Absence::no_samples_in_first : Absence::no_samples_in_second});
      continue;
    }
    ComparedContender row = detail::compared(first_passes, second_passes, confidence, epsilon);
    row.name = (*one).name;
    comparison.rows.push_back(std::move(row));
  }
  for (const detail::Place& one : after)
    if (std::ranges::find(taken, one) == taken.end()) comparison.missing.push_back(detail::missing(one, before, Absence::only_in_second));
  detail::find_regressions(comparison.rows, confidence, epsilon);
  comparison.geometric_mean = detail::geometric_mean(comparison.rows);
  return comparison;
}

}  // namespace anechain
