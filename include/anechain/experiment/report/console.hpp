// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <range/v3/algorithm/find.hpp>
#include <range/v3/view/zip.hpp>

#include <anechain/experiment/estimate.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/format.hpp>

/// A report as text for a terminal.
namespace anechain::report {

namespace detail {

inline std::string quartiles(const statistics::Summary& summary) { return digits(summary.q1) + " .. " + digits(summary.q3); }

inline std::string interval(const std::optional<statistics::Interval>& of) {
  return of ? digits(of->low, true) + " .. " + digits(of->high, true) : "too few rounds";
}

/// One sentence that answers the experiment's question for a strategy, as far as these samples do.
inline std::string answer(const MeasuredStrategy& strategy, const Contrast& contrast) {
  const std::optional<statistics::Interval> interval = contrast.per_link_interval_us();
  std::string text = "  " + strategy.name + ": " + digits(contrast.per_link_us(), true) + " us a link, " +
                     digits(100 * contrast.relative(), true) + " % of a " + std::string{baseline} + " pass";
  if (!interval) return text + "; six rounds are the least for an interval";
  if (!interval->contains(0)) return text;
  return text + "; not distinguishable from zero: at most " + digits(std::max(-interval->low, interval->high)) +
         " us (this run could have seen " + digits(contrast.minimum_detectable_us()) + ")";
}

}  // namespace detail

/// One configuration: a header line, a table, what the transfers cost, and what failed.
inline void print(std::ostream& to, const Measurement& measurement) {
  const auto per_kernel = static_cast<double>(measurement.flops) / static_cast<double>(measurement.length);
  const auto per_link = static_cast<double>(measurement.link_bytes) / static_cast<double>(measurement.links());
  to << measurement.name << ' ' << facts(measurement.input.dtype).name << ": " << measurement.length << " kernels of "
     << scaled(per_kernel, "FLOP") << ", " << measurement.links() << " links of " << scaled(per_link, "B") << "; " << measurement.rounds
     << " rounds";
  if (measurement.repeats > 1) to << ", each turn " << measurement.repeats << " passes";
  to << '\n';

  const std::vector<std::optional<StrategyEstimate>> estimates = estimate(measurement);
  std::vector<std::vector<std::string>> rows{
      {"strategy", "pass [us]", "quartiles", "kernel [us]", "kernels/s", "GFLOP/s", "link [us]", "95 % interval", "result"}};
  std::vector<std::string> remarks;
  for (const auto& [strategy, estimate] : ranges::views::zip(measurement.strategies, estimates)) {
    if (!estimate) {
      rows.push_back({strategy.name, "-", "", "", "", "", "", "", "FAILED"});
      remarks.push_back("  " + strategy.name + " failed: " + strategy.failure.value_or("it was never measured"));
      continue;
    }
    const bool computes = strategy.work == Work::all;
    const bool has_link = estimate->contrast.has_value();
    rows.push_back({strategy.name, digits(estimate->pass_us.median), detail::quartiles(estimate->pass_us),
                    computes ? digits(estimate->kernel_us) : "", computes ? digits(estimate->kernels_per_s) : "",
                    computes ? digits(estimate->gflops) : "",
                    has_link                    ? digits(estimate->contrast->per_link_us(), true)
                    : strategy.name == baseline ? "baseline"
                                                : "",
                    has_link ? detail::interval(estimate->contrast->per_link_interval_us()) : "", "verified"});
    if (estimate->copy_us)
      remarks.push_back("  " + strategy.name + ": " + digits(*estimate->copy_us) + " us a copy, " + digits(*estimate->copy_gb_per_s) +
                        " GB/s");
    if (has_link && !strategy.fuses && strategy.lanes == 1) remarks.push_back(detail::answer(strategy, *estimate->contrast));
  }
  print_aligned(to, rows);
  for (const std::string& remark : remarks) to << remark << '\n';
}

/// A whole report.
inline void print(std::ostream& to, const Report& report) {
  const Environment& environment = report.environment;
  to << "anechain " << environment.version << " | " << environment.device << " | " << environment.system << ", " << environment.cores
     << " cores | seed " << report.seed << '\n';
  for (const Measurement& measurement : report.measurements) {
    to << '\n';
    print(to, measurement);
  }
  to << "\npass: median of all rounds; link: what it costs more than under " << baseline
     << ", the median of one ratio a round, with its 95 % interval.\n";
  std::vector<std::string> told;
  for (const Measurement& measurement : report.measurements)
    for (const MeasuredStrategy& strategy : measurement.strategies)
      if (strategy.executor != executor::Inline::description && ranges::find(told, strategy.name) == told.end()) {
        to << strategy.name << ": " << strategy.executor << ".\n";
        told.push_back(strategy.name);
      }
}

}  // namespace anechain::report
