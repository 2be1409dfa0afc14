// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <anechain/report/sections/groups.hpp>

/// All numbers of a measurement: too many to read, there to be looked up.
namespace anechain::report::detail {

/// A row for each contender that has samples.
inline Table contenders_table(const Place& place) {
  Table table{.id = "contenders",
              .caption = "contenders",
              .columns = {{"contender", "contender"},
                          {"median_us", "median pass", Unit::microseconds},
                          {"q1_us", "first quartile", Unit::microseconds},
                          {"q3_us", "third quartile", Unit::microseconds},
                          {"min_us", "least", Unit::microseconds},
                          {"p99_us", "99th percentile", Unit::microseconds},
                          {"mean_us", "mean", Unit::microseconds},
                          {"sd_us", "standard deviation", Unit::microseconds},
                          {"passes", "passes", Unit::count, false, "of which these are numbers: once the device was steady"},
                          {"failed_share", "failed", Unit::share, false, "rounds that its failures spoilt"},
                          {"measured_s", "measured", Unit::seconds, false, "device time of its samples"},
                          {"kernels_per_s", "kernels/s", Unit::none, false, "at the median"},
                          {"gflops", "GFLOP/s", Unit::none, false, "at the median"},
                          {"copy_us", "copy", Unit::microseconds, false, "of contenders that do nothing else"},
                          {"copy_gb_per_s", "copies", Unit::gigabytes_per_s, false, "each byte counted once"}}};
  for (std::size_t c = 0; c < place.measurement.contenders.size(); ++c) {
    const std::optional<ContenderEstimate>& found = place.estimates().contenders[c];
    if (!found) continue;
    const statistics::Summary& pass = found->pass_us;
    const bool computes = place.measurement.contenders[c].strategy.work == Work::all;
    table.rows.push_back({{place.measurement.contenders[c].name, pass.median, pass.q1, pass.q3, pass.min, pass.p99, pass.mean, pass.sd,
                           count(pass.count), found->failed_share, found->measured_s, computes ? Cell{found->kernels_per_s} : Cell{},
                           computes ? Cell{found->gflops} : Cell{}, cell(found->copy_us), cell(found->copy_gb_per_s)}});
  }
  return table;
}

/// A row for each comparison: within groups, across them, and of baselines against themselves.
inline Table comparisons_table(const Place& place) {
  const Measurement& measurement = place.measurement;
  Table table{.id = "comparisons",
              .caption = "comparisons",
              .columns = {{"contender", "contender"},
                          {"baseline", "baseline"},
                          {"kind", "kind", Unit::none, false, "within a group, across groups, or the A/A control"},
                          {"relative", "difference", Unit::share, true},
                          {"relative_interval", "interval", Unit::share, true},
                          {"confidence", "confidence", Unit::share, false, "of this interval alone"},
                          {"family", "comparisons", Unit::count, false, "whose intervals together have the protocol's confidence"},
                          {"link_us", "link", Unit::microseconds, true},
                          {"link_interval", "interval", Unit::microseconds, true},
                          {"detectable", "detectable", Unit::share, false, "what such a run finds in four of five cases"},
                          {"rounds", "rounds", Unit::count, false, "that were compared"},
                          {"effective_rounds", "independent rounds", Unit::none, false, "that would say as much"},
                          {"tau", "tau", Unit::none, false, "so many rounds say as much as one independent one"},
                          {"ljung_box_q", "Ljung-Box Q", Unit::none, false, "over five lags of the signs"},
                          {"ties", "ties", Unit::count, false, "rounds that gave the very number of another one"},
                          {"launch_share", "between launches", Unit::share, false, "of a round's variance"},
                          {"carry_over", "carry-over", Unit::share, true, "what it leaves behind for itself"},
                          {"carry_over_interval", "interval", Unit::share, true},
                          {"verdict", "verdict"},
                          {"reason", "reason", Unit::none, false, "why it is unreliable"}}};
  const auto enter = [&](std::size_t contender, std::size_t baseline, const char* kind, const Contrast& contrast, bool has_links,
                         const std::optional<CarryOver>& carry_over, Cell verdict, Cell reason) {
    const statistics::Location& ratio = contrast.log_ratio;
    table.rows.push_back({{measurement.contenders[contender].name,
                           measurement.contenders[baseline].name,
                           Word{kind},
                           contrast.relative(),
                           cell(contrast.relative_interval()),
                           ratio.confidence,
                           count(contrast.family),
                           has_links ? Cell{contrast.per_link_us()} : Cell{},
                           has_links ? cell(contrast.per_link_interval_us()) : Cell{},
                           ratio.minimum_detectable(),
                           count(ratio.count),
                           ratio.effective_count(),
                           ratio.dependence.tau,
                           ratio.dependence.ljung_box_q,
                           count(ratio.ties),
                           cell(contrast.launch_share),
                           carry_over ? Cell{carry_over->value} : Cell{},
                           carry_over ? cell(carry_over->interval) : Cell{},
                           std::move(verdict),
                           std::move(reason)}});
  };
  const auto reason = [](const Judgement& judgement) { return judgement.reason == Reason::none ? Cell{} : word(judgement.reason); };
  const Estimates& estimates = place.estimates();
  for (std::size_t c = 0; c < measurement.contenders.size(); ++c)
    if (const auto& found = estimates.contenders[c]; found && found->judgement)
      enter(c, measurement.contenders[c].baseline, "group", *found->contrast, tells_link_cost(measurement, c), found->carry_over,
            word(found->judgement->verdict), reason(*found->judgement));
  for (const AcrossEstimate& across : estimates.across)
    enter(across.contender, across.baseline, "across", across.contrast, false, {}, word(across.judgement.verdict),
          reason(across.judgement));
  for (std::size_t g = 0; g < estimates.baselines.size(); ++g)
    if (const std::optional<Contrast>& control = estimates.controls[g])
      enter(estimates.baselines[g], estimates.baselines[g], "control", *control, false, {}, control_word(control), Cell{});
  return table;
}

/// Both tables of one measurement.
inline Section numbers_section(const Place& place) {
  return {
      .id = "numbers-" + std::to_string(place.at + 1),
      .heading = "All numbers" + (place.report.measurements.size() > 1 ? " of experiment " + std::to_string(place.at + 1) : std::string{}),
      .tables = {contenders_table(place), comparisons_table(place)},
      .is_background = true};
}

}  // namespace anechain::report::detail
