// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <anechain/analysis/analysis.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/report/cell.hpp>
#include <anechain/report/document.hpp>
#include <anechain/report/sections/names.hpp>
#include <anechain/report/sections/plots.hpp>
#include <anechain/report/sections/remarks.hpp>

/// What contenders took, group by group, and how they compare.
namespace anechain::report::detail {

/// What sections of one measurement are made from.
struct Place {
  const Report& report;
  const Measurement& measurement;
  const MeasurementAnalysis& analysis;
  std::size_t at;  ///< position in Report::measurements

  const Estimates& estimates() const { return *analysis.estimates; }
};

/// What all groups of a measurement are drawn from, found in the samples once.
struct DrawnSamples {
  explicit DrawnSamples(const Measurement& measurement) : passes(sorted_passes(measurement)), timeline(measurement) {}

  std::vector<std::vector<double>> passes;  ///< sorted_passes()
  Timeline timeline;
};

/// "719 rounds, 2 of them warm-up, ended by the budget".
inline std::string rounds_line(const Measurement& measurement, std::size_t baseline) {
  if (measurement.protocol.order == Order::other) return "by a protocol of its own";
  std::string line = std::to_string(measurement.rounds()) + " rounds";
  if (measurement.launches.size() > 1) line += " in " + std::to_string(measurement.launches.size()) + " launches";
  std::size_t repeats = 1;
  std::size_t warm_up = 0;
  bool steady = true;
  bool spent = false;
  for (const Launch& launch : measurement.launches) {
    repeats = std::max(repeats, launch.repeats[baseline]);
    warm_up += launch.warm_up;
    steady = steady && launch.steady.value_or(true);
    spent = spent || launch.end == End::budget;
  }
  if (repeats > 1) line += ", each turn " + std::to_string(repeats) + " passes";
  if (warm_up > 0) line += ", " + std::to_string(warm_up) + " of them warm-up";
  if (!steady) line += ", never steady";
  if (spent) line += ", ended by the budget";
  if (!measurement.complete()) line += ", INTERRUPTED";
  return line;
}

/// The element type of a flow's first input.
inline std::string_view dtype_of(const MeasuredFlow& flow) {
  const std::vector<mil::TensorType>& inputs = flow.programs.front().inputs;
  return inputs.empty() ? "without inputs" : facts(inputs.front().dtype).name;
}

/// "768x256 fp16: 12 kernels of 302 MFLOP, 11 links of 393 kB; 719 rounds".
inline std::string group_heading(const Measurement& measurement, std::size_t baseline) {
  const MeasuredFlow& flow = measurement.contenders[baseline].flow;
  const auto per = [](std::int64_t sum, std::size_t count) { return static_cast<double>(sum) / static_cast<double>(count); };
  std::string line = flow.name + " " + std::string{dtype_of(flow)} + ": " + std::to_string(flow.parts.size()) +
                     (flow.parts.size() == 1 ? " kernel of " : " kernels of ") + scaled(per(flow.flops(), flow.parts.size()), "FLOP");
  if (flow.links() > 0)
    line += ", " + std::to_string(flow.links()) + (flow.links() == 1 ? " link of " : " links of ") +
            scaled(per(flow.link_bytes(), flow.links()), "B");
  return line + "; " + rounds_line(measurement, baseline);
}

/// The share of the speed of light that a contender reaches.
inline Cell light_share(const Report& report, const MeasuredFlow& flow, const ContenderEstimate& estimate) {
  const auto bytes = static_cast<double>(flow.bytes().total());
  return report.environment.speed_of_light->least_us(static_cast<double>(flow.flops()), bytes) / estimate.pass_us.median;
}

/// Whether the A/A control of a comparison was quiet.
inline Cell control_word(const std::optional<Contrast>& control) {
  const std::optional<bool> quiet = is_quiet(control);
  return Word{!quiet ? "none" : *quiet ? "quiet" : "not quiet"};
}

inline std::vector<Column> group_columns(const Report& report, const std::string& baseline) {
  std::vector<Column> columns{
      {"contender", "contender"},
      {"pass_us", "pass", Unit::microseconds, false, "the median"},
      {"kernel_us", "kernel", Unit::microseconds, false, "the median pass by its kernels, fused or not"},
      {"relative", "vs " + baseline, Unit::share, true, "more than a pass of the baseline, from one ratio a round"},
      {"relative_interval", "interval", Unit::share, true, "holds for all comparisons of the table together"},
      {"link_us", "link", Unit::microseconds, true, "the same for each link of the chain"},
      {"link_interval", "interval", Unit::microseconds, true, "of the link"},
      {"kernels_per_s", "kernels/s", Unit::none, false, "at the median"},
      {"gflops", "GFLOP/s", Unit::none, false, "at the median"},
  };
  if (report.environment.speed_of_light)
    columns.push_back({"light_share", "of light", Unit::share, false, "the least time that the device could take, by the median pass"});
  columns.push_back({"verdict", "verdict", Unit::none, false, "what may be said of the difference"});
  columns.push_back({"control", "A/A", Unit::none, false, "whether the baseline against itself shows no difference"});
  return columns;
}

/// Why a contender has no numbers.
inline Cell missing_word(const MeasuredContender& contender) { return Word{contender.ok() ? "no samples" : "FAILED"}; }

/// An interval, or why there is none.
inline Cell interval_cell(const std::optional<statistics::Interval>& of) { return of ? Cell{*of} : Cell{std::string{"too few rounds"}}; }

/// One contender's cells.
inline Row group_row(const Place& place, std::size_t contender, std::size_t columns) {
  const MeasuredContender& one = place.measurement.contenders[contender];
  const std::optional<ContenderEstimate>& found = place.estimates().contenders[contender];
  Row row{{short_name(place.measurement, contender)}};
  if (!found) {
    row.cells.resize(columns);
    row.cells[columns - 2] = missing_word(one);
    return row;
  }
  const ContenderEstimate& estimate = *found;
  const bool computes = one.strategy.work == Work::all;
  const bool links = tells_link_cost(place.measurement, contender);
  row.cells.emplace_back(estimate.pass_us.median);
  row.cells.push_back(computes ? Cell{estimate.kernel_us} : Cell{});
  if (estimate.contrast) {
    const Contrast& contrast = *estimate.contrast;
    row.mark = mark_of(place.at, contender);
    row.cells.emplace_back(contrast.relative());
    row.cells.push_back(interval_cell(contrast.relative_interval()));
    row.cells.push_back(links ? Cell{contrast.per_link_us()} : Cell{});
    row.cells.push_back(links ? cell(contrast.per_link_interval_us()) : Cell{});
  } else {
    row.cells.push_back(one.baseline == contender ? Cell{std::string{"baseline"}} : Cell{});
    row.cells.resize(row.cells.size() + 3);
  }
  row.cells.push_back(computes ? Cell{estimate.kernels_per_s} : Cell{});
  row.cells.push_back(computes ? Cell{estimate.gflops} : Cell{});
  if (place.report.environment.speed_of_light) row.cells.push_back(computes ? light_share(place.report, one.flow, estimate) : Cell{});
  row.cells.push_back(estimate.judgement ? word(estimate.judgement->verdict) : Cell{Word{"verified"}});
  row.cells.push_back(estimate.judgement ? control_word(place.estimates().control_of(one)) : Cell{});
  return row;
}

/// An effect that can be drawn.
inline std::optional<Effect> effect_of(std::string mark, std::string name, std::string series, const Contrast& contrast,
                                       std::string_view verdict) {
  if (!std::isfinite(contrast.relative())) return std::nullopt;
  return Effect{std::move(mark),     std::move(name), std::move(series), contrast.relative(), contrast.relative_interval(),
                std::string{verdict}};
}

/// The contenders of a group against its baseline, and the baseline against itself.
inline EffectsPlot effects_plot(const Place& place, const DrawnGroup& group) {
  const std::size_t base = group.contenders.front();
  EffectsPlot plot{.title = group.title, .baseline = group.name(base), .epsilon = place.measurement.protocol.epsilon};
  std::vector<std::size_t> in_order = group.contenders;
  std::ranges::sort(in_order);
  for (const std::size_t c : in_order) {
    const std::optional<ContenderEstimate>& estimate = place.estimates().contenders[c];
    if (!estimate || !estimate->judgement) continue;
    if (auto effect =
            effect_of(mark_of(place.at, c), group.name(c), group.name(c), *estimate->contrast, name_of(estimate->judgement->verdict)))
      plot.effects.push_back(std::move(*effect));
  }
  if (const std::optional<Contrast>& control = place.estimates().control_of(place.measurement.contenders[base]))
    if (auto effect = effect_of(mark_of(place.at, base, "control"), "A/A: " + group.name(base) + " against itself", group.name(base),
                                *control, text_of(control_word(control), Unit::none)))
      plot.effects.push_back(std::move(*effect));
  return plot;
}

inline void add_sample_plots(Section& section, const DrawnSamples& samples, const DrawnGroup& group) {
  const std::vector<DrawnPasses> passes = drawn_passes(group, samples.passes);
  if (PassesPlot plot = passes_plot(group, passes, samples.timeline); !plot.lines.empty()) section.plots.emplace_back(std::move(plot));
  append(section.plots, distribution_plots(group, passes));
}

inline constexpr const char* about_plots =
    "Effects: the shaded band is too small to be of interest; an arrow points at an effect beyond the axis. Passes over time: the warm-up "
    "is "
    "shaded and does not count. Distributions: the share of passes that took no longer than a time. Dependence: autocorrelation of each "
    "comparison's log-ratios, by their signs about the median, from which the number of independent rounds comes.";

/// One group: a row for each contender.
inline Section group_section(const Place& place, const DrawnSamples& samples, const RoundTable& rounds, std::size_t baseline) {
  const Measurement& measurement = place.measurement;
  std::vector<std::size_t> members = measurement.group(baseline);
  const std::string name = short_name(measurement, baseline);
  Section section{.id = "group-" + mark_of(place.at, baseline), .heading = group_heading(measurement, baseline), .about = about_plots};
  Table table{.id = "group", .caption = group_name(measurement, baseline), .columns = group_columns(place.report, name)};
  section.remarks = failure_remarks(measurement, members);
  if (const std::optional<Contrast>& control = place.estimates().control_of(measurement.contenders[baseline])) {
    const bool quiet = is_quiet(control).value_or(true);
    section.remarks.push_back({quiet ? "control" : "control_not_quiet",
                               {{"baseline", name},
                                {"difference", control->relative(), Unit::share, true},
                                {"interval", interval_cell(control->relative_interval()), Unit::share, true}},
                               std::string{"A/A, {baseline} against itself: {difference} {interval}"} +
                                   (quiet ? "" : ": NOT QUIET, nothing here can be relied on")});
  }
  for (const std::size_t c : members) {
    table.rows.push_back(group_row(place, c, table.columns.size()));
    if (const std::optional<ContenderEstimate>& estimate = place.estimates().contenders[c])
      append(section.remarks, contender_remarks(measurement, c, *estimate));
  }
  section.tables.push_back(std::move(table));

  std::erase(members, baseline);
  members.insert(members.begin(), baseline);
  const DrawnGroup group{&measurement, group_name(measurement, baseline), std::move(members)};
  if (group.contenders.size() > 1) section.plots.emplace_back(effects_plot(place, group));
  add_sample_plots(section, samples, group);
  if (CorrelationsPlot plot = correlations_plot(group, place.estimates(), rounds); !plot.correlograms.empty())
    section.plots.emplace_back(std::move(plot));
  return section;
}

/// Contenders that have a group to themselves, in one table.
inline std::optional<Section> lone_section(const Place& place, const DrawnSamples& samples) {
  const Measurement& measurement = place.measurement;
  std::vector<std::size_t> lone;
  for (const std::size_t base : place.estimates().baselines)
    if (measurement.group(base).size() == 1) lone.push_back(base);
  if (lone.empty() || place.estimates().baselines.size() == 1) return std::nullopt;
  Section section{.id = "lone-" + mark_of(place.at, lone.front()),
                  .heading = "contenders that are alone in their group: " + rounds_line(measurement, lone.front()),
                  .about = about_plots};
  Table table{.id = "lone",
              .caption = "contenders that are alone in their group",
              .columns = {{"contender", "contender"},
                          {"kernels", "kernels", Unit::count},
                          {"pass_us", "pass", Unit::microseconds, false, "the median"},
                          {"kernel_us", "kernel", Unit::microseconds, false, "the median pass by its kernels"},
                          {"kernels_per_s", "kernels/s", Unit::none, false, "at the median"},
                          {"gflops", "GFLOP/s", Unit::none, false, "at the median"}}};
  if (place.report.environment.speed_of_light) table.columns.push_back({"light_share", "of light", Unit::share});
  table.columns.push_back({"status", ""});
  for (const std::size_t c : lone) {
    const MeasuredContender& one = measurement.contenders[c];
    Row row{{one.name, count(one.flow.parts.size())}};
    if (const std::optional<ContenderEstimate>& estimate = place.estimates().contenders[c]) {
      append(row.cells, {estimate->pass_us.median, estimate->kernel_us, estimate->kernels_per_s, estimate->gflops});
      if (place.report.environment.speed_of_light) row.cells.push_back(light_share(place.report, one.flow, *estimate));
      row.cells.emplace_back(Word{"verified"});
    } else {
      row.cells.resize(table.columns.size());
      row.cells.back() = missing_word(one);
    }
    table.rows.push_back(std::move(row));
  }
  section.tables.push_back(std::move(table));
  section.remarks = failure_remarks(measurement, lone);
  add_sample_plots(section, samples, {&measurement, "alone in their group", lone});
  return section;
}

/// Contenders of other groups against the first baseline.
inline std::optional<Section> across_section(const Place& place) {
  const Estimates& estimates = place.estimates();
  if (estimates.across.empty()) return std::nullopt;
  const Measurement& measurement = place.measurement;
  const std::string baseline = measurement.contenders[estimates.baselines.front()].name;
  Section section{.id = "across-" + std::to_string(place.at + 1), .heading = "across groups, against " + baseline};
  Table table{.id = "across",
              .caption = "across groups",
              .columns = {{"contender", "contender"},
                          {"pass_us", "pass", Unit::microseconds, false, "the median"},
                          {"relative", "vs " + baseline, Unit::share, true, "more than a pass of that baseline, from one ratio a round"},
                          {"relative_interval", "interval", Unit::share, true, "holds for all comparisons of the table together"},
                          {"verdict", "verdict"},
                          {"control", "A/A", Unit::none, false, "whether the baseline against itself shows no difference"}}};
  EffectsPlot plot{.title = "across groups", .baseline = baseline, .epsilon = measurement.protocol.epsilon};
  for (const AcrossEstimate& across : estimates.across) {
    const std::string& name = measurement.contenders[across.contender].name;
    const std::string mark = mark_of(place.at, across.contender, "across");
    table.rows.push_back(
        {{name, estimates.contenders[across.contender]->pass_us.median, across.contrast.relative(),
          interval_cell(across.contrast.relative_interval()), word(across.judgement.verdict), control_word(estimates.controls.front())},
         mark});
    append(section.remarks, contrast_remarks(measurement, name, baseline, across.contrast, across.judgement));
    if (auto effect = effect_of(mark, name, short_name(measurement, across.contender), across.contrast, name_of(across.judgement.verdict)))
      plot.effects.push_back(std::move(*effect));
  }
  section.tables.push_back(std::move(table));
  if (!plot.effects.empty()) section.plots.emplace_back(std::move(plot));
  return section;
}

/// How the measured time is divided among contenders, if there are more than a few.
inline std::optional<Section> time_section(const Place& place) {
  constexpr std::size_t few = 9;
  if (place.measurement.contenders.size() <= few) return std::nullopt;
  double total = 0;
  for (const std::optional<ContenderEstimate>& one : place.estimates().contenders)
    if (one) total += one->measured_s;
  if (total <= 0) return std::nullopt;
  Section section{.id = "time-" + std::to_string(place.at + 1),
                  .heading = "what each contender took of the measured " + digits(total) + " s"};
  Table table{.id = "time",
              .caption = "measured time",
              .columns = {{"contender", "contender"}, {"measured_s", "measured", Unit::seconds}, {"share", "share", Unit::share}}};
  for (std::size_t c = 0; c < place.measurement.contenders.size(); ++c)
    if (const std::optional<ContenderEstimate>& one = place.estimates().contenders[c])
      table.rows.push_back({{place.measurement.contenders[c].name, one->measured_s, one->measured_s / total}});
  section.tables.push_back(std::move(table));
  return section;
}

/// A group that was measured by a protocol of the user's own: what its passes were, without any comparison.
inline Section samples_section(const Place& place, const DrawnSamples& samples, std::size_t baseline) {
  const Measurement& measurement = place.measurement;
  std::vector<std::size_t> members = measurement.group(baseline);
  Section section{.id = "samples-" + mark_of(place.at, baseline), .heading = group_heading(measurement, baseline)};
  section.remarks = failure_remarks(measurement, members);
  Table table{.id = "samples",
              .caption = group_name(measurement, baseline),
              .columns = {{"contender", "contender"},
                          {"passes", "passes", Unit::count},
                          {"pass_us", "pass", Unit::microseconds, false, "the median"},
                          {"quartiles_us", "quartiles", Unit::microseconds}}};
  for (const std::size_t c : members) {
    const std::vector<double>& passes = samples.passes[c];
    Row row{{short_name(measurement, c), count(passes.size())}};
    if (passes.empty()) {
      row.cells.resize(table.columns.size());
    } else {
      const statistics::Summary summary = statistics::summarize(passes);
      append(row.cells, {summary.median, statistics::Interval{summary.q1, summary.q3}});
    }
    table.rows.push_back(std::move(row));
  }
  section.tables.push_back(std::move(table));
  std::erase(members, baseline);
  members.insert(members.begin(), baseline);
  add_sample_plots(section, samples, {&measurement, group_name(measurement, baseline), std::move(members)});
  return section;
}

/// The result of a group in one line: the first contender that copies on the calling thread, else the first that was compared.
inline std::optional<Remark> answer(const Place& place, std::size_t baseline) {
  const Measurement& measurement = place.measurement;
  const std::vector<std::size_t> group = measurement.group(baseline);
  if (group.size() < 2) return std::nullopt;
  std::optional<std::size_t> found;
  for (const std::size_t c : group) {
    const std::optional<ContenderEstimate>& estimate = place.estimates().contenders[c];
    const MeasuredStrategy& strategy = measurement.contenders[c].strategy;
    const bool is_the_copy = strategy.copies && strategy.hops == executor::Hops::none;
    if (estimate && estimate->judgement && (!found || is_the_copy)) found = c;
    if (found == c && is_the_copy) break;
  }
  const std::string base = short_name(measurement, baseline);
  if (!found)
    return Remark{"no_answer",
                  {{"group", group_name(measurement, baseline)}, {"baseline", base}},
                  "{group}: nothing could be compared with {baseline}"};
  const ContenderEstimate& estimate = *place.estimates().contenders[*found];
  return Remark{"answer",
                {{"group", group_name(measurement, baseline)},
                 {"contender", short_name(measurement, *found)},
                 {"baseline", base},
                 {"difference", estimate.contrast->relative(), Unit::share, true},
                 {"interval", interval_cell(estimate.contrast->relative_interval()), Unit::share, true},
                 {"verdict", word(estimate.judgement->verdict)}},
                "{group}: {contender} {difference} {interval} against {baseline}: {verdict}"};
}

}  // namespace anechain::report::detail
