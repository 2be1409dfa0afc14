// SPDX-License-Identifier: MIT
#pragma once

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

inline std::string quartiles(const statistics::Summary& summary, bool sign = false) { return digits(summary.q1, sign) + " .. " + digits(summary.q3, sign); }

/// One sentence that answers the experiment's question, as far as these samples do.
inline std::string answer(const MeasuredStrategy& strategy, const statistics::Summary& link, std::size_t links, double base_pass_us) {
  const double share = 100 * link.median * static_cast<double>(links) / base_pass_us;
  std::string text = "  " + strategy.name + ": " + digits(link.median, true) + " us a link against " + std::string{baseline} + ", " + digits(share, true) + " % of its pass";
  const bool told_apart = link.q1 > 0 || link.q3 < 0;
  return told_apart ? text : text + "; the quartiles hold zero, so this run does not tell it from zero";
}

}  // namespace detail

/// One configuration: a header line, a table, what the transfers cost, and what failed.
inline void print(std::ostream& to, const Measurement& measurement) {
  const auto per_kernel = static_cast<double>(measurement.flops) / static_cast<double>(measurement.length);
  const auto per_link = static_cast<double>(measurement.link_bytes) / static_cast<double>(measurement.links());
  to << measurement.name << ' ' << facts(measurement.input.dtype).name << ": " << measurement.length << " kernels of " << scaled(per_kernel, "FLOP") << ", "
     << measurement.links() << " links of " << scaled(per_link, "B") << "; " << measurement.rounds << " rounds";
  if (measurement.repeats > 1) to << " of " << measurement.repeats << " passes";
  to << '\n';

  const std::vector<std::optional<StrategyEstimate>> estimates = estimate(measurement);
  std::vector<std::vector<std::string>> rows{{"strategy", "pass [us]", "quartiles", "kernel [us]", "kernels/s", "GFLOP/s", "link [us]", "quartiles", "result"}};
  std::vector<std::string> remarks;
  std::optional<double> base_pass_us;
  for (const auto& [strategy, estimate] : ranges::views::zip(measurement.strategies, estimates))
    if (estimate && strategy.name == baseline) base_pass_us = estimate->pass_us.median;
  for (const auto& [strategy, estimate] : ranges::views::zip(measurement.strategies, estimates)) {
    if (!estimate) {
      rows.push_back({strategy.name, "-", "", "", "", "", "", "", "FAILED"});
      remarks.push_back("  " + strategy.name + " failed: " + (strategy.ok() ? "it was never measured" : strategy.failure));
      continue;
    }
    const bool computes = strategy.work == Work::all;
    const bool has_link = estimate->link_us.has_value();
    rows.push_back({strategy.name, digits(estimate->pass_us.median), detail::quartiles(estimate->pass_us), computes ? digits(estimate->kernel_us) : "",
                    computes ? digits(estimate->kernels_per_s) : "", computes ? digits(estimate->gflops) : "",
                    has_link ? digits(estimate->link_us->median, true) : strategy.name == baseline ? "baseline" : "",
                    has_link ? detail::quartiles(*estimate->link_us, true) : "", "verified"});
    if (estimate->copy_us)
      remarks.push_back("  " + strategy.name + ": " + digits(*estimate->copy_us) + " us a copy, " + digits(*estimate->copy_gb_per_s) + " GB/s");
    if (has_link && strategy.copies && base_pass_us) remarks.push_back(detail::answer(strategy, *estimate->link_us, measurement.links(), *base_pass_us));
  }
  print_aligned(to, rows);
  for (const std::string& remark : remarks) to << remark << '\n';
}

/// A whole report.
inline void print(std::ostream& to, const Report& report) {
  const Environment& environment = report.environment;
  to << "anechain " << environment.version << " | " << environment.device << " | " << environment.system << ", " << environment.cores << " cores | seed "
     << report.seed << '\n';
  for (const Measurement& measurement : report.measurements) {
    to << '\n';
    print(to, measurement);
  }
  to << "\npass: median of all rounds; link: median over rounds of (pass - " << baseline << " of the same round) / links.\n";
  std::vector<std::string> told;
  for (const Measurement& measurement : report.measurements)
    for (const MeasuredStrategy& strategy : measurement.strategies)
      if (strategy.executor != executor::Inline::description && ranges::find(told, strategy.name) == told.end()) {
        to << strategy.name << ": " << strategy.executor << ".\n";
        told.push_back(strategy.name);
      }
}

}  // namespace anechain::report
