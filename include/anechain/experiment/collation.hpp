// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/paired.hpp>
#include <anechain/experiment/report.hpp>

/// Reports of several machines in one table.
namespace anechain {

/// What the reports of one chip say of one strategy in one configuration.
struct CollatedStrategy {
  std::string chip;                                       ///< see chip_of()
  std::string configuration;                              ///< Measurement::name
  std::string strategy;                                   ///< MeasuredStrategy::name
  std::size_t reports = 0;                                ///< that have this strategy, compared with the baseline
  double baseline_kernel_us = 0;                          ///< of the baseline: the median of the reports
  double relative = 0;                                    ///< more than the baseline's pass, as a share of it: the median
  std::optional<statistics::Interval> interval{};         ///< from the lowest bound to the highest of the reports' intervals
  double link_us = 0;                                     ///< the same for each link: the median
  std::vector<std::pair<Verdict, std::size_t>> verdicts;  ///< how many reports came to which
};

/// What runs the kernels in a report: "Apple M4 Max, ane"; a simulated engine by its own name.
inline std::string chip_of(const Environment& environment) {
  const std::size_t colon = environment.device.find(':');
  return colon == std::string::npos ? environment.device : environment.processor + ", " + environment.device.substr(0, colon);
}

/// Sorted by chip, then in the order in which configurations and strategies first came. What was measured by the original's protocol, what
/// failed and the baseline itself have no row.
inline std::vector<CollatedStrategy> collate(std::span<const Report> reports) {
  struct Found {
    CollatedStrategy row;
    std::vector<double> baseline, relative, link;
  };
  std::vector<Found> all;
  for (const Report& report : reports) {
    const Analysis analysis = analyse(report);
    for (const auto& [measurement, configuration] : Paired{report.measurements, analysis.configurations}) {
      if (!configuration.estimates) continue;
      for (const auto& [strategy, estimate] : Paired{measurement.strategies, configuration.estimates->strategies}) {
        if (!estimate || !estimate->contrast || !estimate->judgement) continue;
        const auto same = [&, chip = chip_of(report.environment), &name = measurement.name, &called = strategy.name](const Found& one) {
          return std::tie(one.row.chip, one.row.configuration, one.row.strategy) == std::tie(chip, name, called);
        };
        auto found = std::ranges::find_if(all, same);
        if (found == all.end())
          found = all.insert(
              all.end(),
              {{.chip = chip_of(report.environment), .configuration = measurement.name, .strategy = strategy.name, .verdicts = {}},
               {},
               {},
               {}});
        const Contrast& contrast = *estimate->contrast;
        CollatedStrategy& row = found->row;
        ++row.reports;
        found->baseline.push_back(contrast.base_pass_us / static_cast<double>(measurement.length));
        found->relative.push_back(contrast.relative());
        found->link.push_back(contrast.per_link_us());
        if (const std::optional<statistics::Interval> interval = contrast.relative_interval())
          row.interval =
              row.interval ? statistics::Interval{std::min(row.interval->low, interval->low), std::max(row.interval->high, interval->high)}
                           : *interval;
        const auto counted = std::ranges::find(row.verdicts, estimate->judgement->verdict, &std::pair<Verdict, std::size_t>::first);
        if (counted == row.verdicts.end())
          row.verdicts.emplace_back(estimate->judgement->verdict, 1);
        else
          ++counted->second;
      }
    }
  }
  std::vector<CollatedStrategy> rows;
  for (Found& found : all) {
    found.row.baseline_kernel_us = statistics::median(found.baseline);
    found.row.relative = statistics::median(found.relative);
    found.row.link_us = statistics::median(found.link);
    rows.push_back(std::move(found.row));
  }
  std::ranges::stable_sort(rows, {}, &CollatedStrategy::chip);
  return rows;
}

}  // namespace anechain
