// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/analysis/cost_model.hpp>
#include <anechain/report/sections/groups.hpp>

/// What chains of several lengths cost, and what their passes are made of.
namespace anechain::report::detail {

/// How a term of the cost model is written.
struct TermWords {
  std::string_view unit;        ///< of its cost
  std::string_view more_of_it;  ///< the contenders that would tell it from others
};
constexpr TermWords words_of_term(Term term) {
  switch (term) {
    case Term::fixed: return {"µs/pass", "chains of another length"};
    case Term::dispatch: return {"µs/dispatch", "chains of another length, and the fused form of one"};
    case Term::compute: return {"µs/GFLOP", "kernels of another size, or the fused form of a chain"};
    case Term::copy: return {"µs/copy", "copies of another size"};
    case Term::bandwidth: return {"µs/MB", "copies of another size"};
    case Term::hop: return {"µs/hop", "the same chains without a queue"};
  }
  return {};
}

/// One plot for each kernel: measured levels, and the lines through them.
inline std::vector<Plot> lengths_plots(const Scaling& scaling) {
  std::vector<LengthsPlot> plots;
  for (const LengthFit& fit : scaling.fits) {
    auto plot = std::ranges::find(plots, fit.kernel, &LengthsPlot::title);
    if (plot == plots.end()) plot = plots.insert(plots.end(), LengthsPlot{.title = fit.kernel});
    LengthsPlot::Line& line = plot->lines.emplace_back();
    line = {.series = fit.contender, .fixed_us = fit.fixed_us.value, .slope_us = fit.slope_us.value, .is_linear = fit.linear()};
    for (std::size_t i = 0; i < fit.contenders.size(); ++i)
      if (const double us = scaling.pass_us[fit.contenders[i]]; std::isfinite(us))
        line.levels.push_back({static_cast<double>(fit.lengths[i]), us});
  }
  return {plots.begin(), plots.end()};
}

/// Slopes and fixed costs, and what a link costs by the slopes.
inline Section lengths_section(const Place& place) {
  const Measurement& measurement = place.measurement;
  const Scaling& scaling = *place.analysis.scaling;
  const auto fitted = std::ranges::count_if(measurement.contenders, is_fitted);
  Section section{.id = "lengths-" + std::to_string(place.at + 1),
                  .heading = "chain lengths: " + std::to_string(scaling.rounds) + " rounds of " + std::to_string(fitted) +
                             " contenders; the machine's state went from " + digits(scaling.state.low) + " to " +
                             digits(scaling.state.high) + " of its median",
                  .about =
                      "A pass against the number of its kernels: the slope is a kernel, the height at zero what a pass costs without any. "
                      "Dashed: not a line."};
  Table table{.id = "lengths",
              .caption = "chain lengths",
              .columns = {{"kernel", "kernel"},
                          {"contender", "contender"},
                          {"slope_us", "kernel", Unit::microseconds, false, "that each further kernel takes"},
                          {"slope_interval", "interval", Unit::microseconds},
                          {"fixed_us", "fixed", Unit::microseconds, false, "what is left of a pass without kernels"},
                          {"fixed_interval", "interval", Unit::microseconds},
                          {"linear", "linear", Unit::none, false, "whether the curvature may be zero, or is too small to matter"}}};
  for (const LengthFit& fit : scaling.fits)
    table.rows.push_back({{fit.kernel, fit.contender, fit.slope_us.value, fit.slope_us.interval, fit.fixed_us.value, fit.fixed_us.interval,
                           Word{!fit.curvature_us ? "two lengths"
                                : fit.linear()    ? "yes"
                                                  : "NO"}}});
  section.tables.push_back(std::move(table));
  if (!scaling.links.empty()) {
    Table links{.id = "links",
                .caption = "links, by the slopes",
                .columns = {{"kernel", "kernel"},
                            {"contender", "contender"},
                            {"baseline", "baseline"},
                            {"link_us", "link", Unit::microseconds, true, "that each further kernel takes more than with the baseline"},
                            {"link_interval", "interval", Unit::microseconds, true}}};
    for (const SlopeDifference& link : scaling.links)
      links.rows.push_back({{link.kernel, link.contender, link.baseline, link.us.value, link.us.interval}});
    section.tables.push_back(std::move(links));
  }
  section.remarks.push_back(
      {"bootstrap",
       {{"confidence", scaling.confidence, Unit::share},
        {"block", count(Scaling::block), Unit::count},
        {"replicates", count(scaling.replicates), Unit::count},
        {"state", scaling.state}},
       "intervals: {confidence} each for itself, by {replicates} replicates of a bootstrap of blocks of {block} rounds"});
  std::vector<std::size_t> all(measurement.contenders.size());
  for (std::size_t c = 0; c < all.size(); ++c) all[c] = c;
  if (measurement.protocol.order == Order::shuffles) append(section.remarks, failure_remarks(measurement, all));
  section.plots = lengths_plots(scaling);
  return section;
}

/// What the cost model implies.
inline std::vector<Remark> cost_remarks(const Place& place, const Decomposition& decomposition) {
  std::vector<Remark> remarks;
  const auto derived = [&](const char* code, const std::optional<Bounded>& number, Unit unit, const char* words) {
    if (number) remarks.push_back({code, {{"value", number->value, unit}, {"interval", number->interval, unit}}, words});
  };
  derived("compute_rate", decomposition.tflops, Unit::tflops, "compute of a large kernel: {value}, {interval}");
  derived("copy_rate", decomposition.gb_per_s, Unit::gigabytes_per_s, "copies: {value}, {interval}");
  derived("break_even", decomposition.break_even_gflop, Unit::gflop, "a dispatch takes as long as the compute of {value}, {interval}");
  const auto& light = place.report.environment.speed_of_light;
  for (const Implied& implied : decomposition.implied) {
    Remark remark{
        "implied",
        {{"kernel", implied.kernel},
         {"kernels", count(implied.length), Unit::count},
         {"dispatch_share", implied.dispatch_share.value, Unit::share},
         {"dispatch_share_interval", implied.dispatch_share.interval, Unit::share},
         {"fused_pass", implied.fused_pass_us.value, Unit::microseconds},
         {"fused_pass_interval", implied.fused_pass_us.interval, Unit::microseconds}},
        "{kernel}, {kernels} kernels: dispatch is {dispatch_share} {dispatch_share_interval} of a pass; as one program it would take "
        "{fused_pass}, {fused_pass_interval}"};
    if (light) {
      remark.fields.push_back({"speed_of_light", light->least_us(implied.gflop * 1e9, 0), Unit::microseconds});
      remark.words += "; the speed of light is {speed_of_light}";
    }
    remarks.push_back(std::move(remark));
  }
  remarks.push_back({"worst_fit",
                     {{"contender", place.measurement.contenders[decomposition.worst_contender].name},
                      {"residual", decomposition.worst_residual, Unit::share, true},
                      {"condition", decomposition.condition}},
                     "the model fits worst for {contender}: {residual}"});
  return remarks;
}

inline Remark refusal_remark(const Refusal& refusal) {
  if (!refusal.terms)
    return {"no_cost_model_too_few_rounds",
            {{"rounds", count(refusal.rounds), Unit::count}, {"least", count(Refusal::least_rounds), Unit::count}},
            "no cost model: too few complete rounds: {rounds}, {least} are the least"};
  const auto [first, second] = *refusal.terms;
  return {"no_cost_model_terms_alike",
          {{"first", word(first)}, {"second", word(second)}, {"add", std::string{words_of_term(second).more_of_it}}},
          "no cost model: the design cannot tell {first} from {second}: add {add}"};
}

/// What the passes of a kernel's longest chain are made of.
inline CompositionPlot composition_plot(const Place& place, const Implied& of) {
  const Scaling& scaling = *place.analysis.scaling;
  const std::vector<FittedTerm>& terms = scaling.decomposition->terms;
  CompositionPlot plot{.title = of.kernel, .axis = "pass of " + std::to_string(of.length) + " kernels"};
  for (const FittedTerm& fitted : terms) plot.parts.emplace_back(name_of(fitted.term));
  for (const std::size_t c : place.measurement.group(of.contender)) {
    if (!std::isfinite(scaling.pass_us[c])) continue;
    const auto amounts = cost_amounts(place.measurement.contenders[c]);
    CompositionPlot::Bar bar{.name = short_name(place.measurement, c), .measured_us = scaling.pass_us[c]};
    for (const FittedTerm& fitted : terms) {
      const double us = fitted.cost.value * amounts[static_cast<std::size_t>(fitted.term)];
      bar.parts_us.push_back(std::isfinite(us) ? std::max(0.0, us) : 0);
    }
    plot.bars.push_back(std::move(bar));
  }
  if (const auto& light = place.report.environment.speed_of_light) plot.limit_us = light->least_us(of.gflop * 1e9, 0);
  return plot;
}

/// One row for each term of the cost model.
inline Section cost_section(const Place& place) {
  const Scaling& scaling = *place.analysis.scaling;
  Section section{.id = "cost-" + std::to_string(place.at + 1),
                  .heading = "cost model",
                  .about = "What the passes of each kernel's longest chain are made of."};
  if (!scaling.decomposition) {
    section.remarks.push_back(refusal_remark(*scaling.refusal));
    return section;
  }
  Table table{.id = "cost",
              .caption = "cost model",
              .columns = {{"term", "cost of"},
                          {"unit", "unit"},
                          {"estimate", "estimate"},
                          {"interval", "interval"},
                          {"held_at_zero", "", Unit::none, false, "a term that would have come out negative is held at zero"}}};
  for (const FittedTerm& fitted : scaling.decomposition->terms)
    table.rows.push_back({{word(fitted.term), std::string{words_of_term(fitted.term).unit}, fitted.cost.value, fitted.cost.interval,
                           fitted.held_at_zero ? Cell{std::string{"held at zero: it would have come out negative"}} : Cell{}}});
  section.tables.push_back(std::move(table));
  section.remarks = cost_remarks(place, *scaling.decomposition);
  for (const Implied& implied : scaling.decomposition->implied) section.plots.emplace_back(composition_plot(place, implied));
  return section;
}

/// The quadratic terms, by which a line is judged to be one.
inline Table curvatures_table(const Scaling& scaling) {
  Table table{.id = "curvatures",
              .caption = "curvatures of the lines of chain lengths",
              .columns = {{"kernel", "kernel"},
                          {"contender", "contender"},
                          {"curvature_us", "curvature", Unit::microseconds, false, "of a term that grows with the square of the length"},
                          {"curvature_interval", "interval", Unit::microseconds},
                          {"bend", "bend", Unit::share, true, "what that term makes of the longest pass"}}};
  for (const LengthFit& fit : scaling.fits)
    if (fit.curvature_us)
      table.rows.push_back({{fit.kernel, fit.contender, fit.curvature_us->value, fit.curvature_us->interval, fit.bend}});
  return table;
}

/// The level of each contender that is fitted.
inline Table levels_table(const Place& place) {
  Table table{.id = "levels",
              .caption = "levels at the median state of the machine",
              .columns = {{"contender", "contender"}, {"level_us", "level", Unit::microseconds}}};
  for (std::size_t c = 0; c < place.measurement.contenders.size(); ++c)
    if (const double level = place.analysis.scaling->pass_us[c]; std::isfinite(level))
      table.rows.push_back({{place.measurement.contenders[c].name, level}});
  return table;
}

}  // namespace anechain::report::detail
