// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/analysis/collation.hpp>
#include <anechain/analysis/estimate.hpp>
#include <anechain/measure/contrasts.hpp>
#include <anechain/measure/report.hpp>

namespace anechain {

ANECHAIN_INLINE std::string chip_of(const Environment& environment) {
  const std::size_t colon = environment.device.find(':');
  return colon == std::string::npos ? environment.device : environment.processor + ", " + environment.device.substr(0, colon);
}

ANECHAIN_INLINE std::vector<CollatedContender> collate(std::span<const Report> reports) {
  struct Found {
    CollatedContender row;
    const MeasuredContender* contender;
    const MeasuredContender* baseline;
    std::vector<double> base_kernel, relative, link;
  };
  std::vector<Found> all;
  for (const Report& report : reports) {
    const std::string chip = chip_of(report.environment);
    for (const Measurement& measurement : report.measurements) {
      if (measurement.protocol.order == Order::other) continue;
      const Estimates estimates = estimate(measurement);
      for (std::size_t c = 0; c < measurement.contenders.size(); ++c) {
        const std::optional<ContenderEstimate>& estimate = estimates.contenders[c];
        if (!estimate || !estimate->contrast || !estimate->judgement) continue;
        const MeasuredContender& contender = measurement.contenders[c];
        const MeasuredContender& baseline = measurement.contenders[contender.baseline];
        auto found = std::ranges::find_if(all, [&](const Found& one) {
          return one.row.chip == chip && difference(*one.contender, contender) == Difference::none &&
                 difference(*one.baseline, baseline) == Difference::none;
        });
        if (found == all.end()) {
          const auto namesake =
              std::ranges::find_if(all, [&](const Found& one) { return one.row.chip == chip && one.row.name == contender.name; });
          CollatedContender row{.chip = chip, .name = contender.name, .baseline = baseline.name};
          if (namesake != all.end()) {
            row.differs = difference(*namesake->contender, contender);
            row.baseline_differs = row.differs == Difference::none;
            if (row.baseline_differs) row.differs = difference(*namesake->baseline, baseline);
          }
          found = all.insert(all.end(), {std::move(row), &contender, &baseline, {}, {}, {}});
        }
        const Contrast& contrast = *estimate->contrast;
        CollatedContender& row = found->row;
        ++row.reports;
        found->base_kernel.push_back(contrast.base_pass_us / static_cast<double>(baseline.flow.parts.size()));
        found->relative.push_back(contrast.relative());
        if (tells_link_cost(measurement, c)) found->link.push_back(contrast.per_link_us());
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
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair{std::string_view{all[i].row.chip}, i}; });
  std::vector<CollatedContender> rows;
  for (const std::size_t i : order) {
    Found& found = all[i];
    found.row.baseline_kernel_us = statistics::median(found.base_kernel);
    found.row.relative = statistics::median(found.relative);
    if (!found.link.empty()) found.row.link_us = statistics::median(found.link);
    rows.push_back(std::move(found.row));
  }
  return rows;
}

}  // namespace anechain
