// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/html/series.hpp>
#include <anechain/experiment/report/rows.hpp>

/// Effects with their intervals, one below the other.
namespace anechain::report::page {

/// One row of a forest plot; shares of the baseline's pass.
struct Effect {
  std::string label;
  std::string series;  ///< the contender whose colour and shape it has
  double value = 0;
  std::optional<statistics::Interval> interval{};
  std::string verdict;

  double reach() const {
    return interval ? std::max({std::abs(value), std::abs(interval->low), std::abs(interval->high)}) : std::abs(value);
  }
};

/// What the axis holds: the small effects, for one of -90 % would make all others a point.
inline Extent effects_extent(std::span<const Effect> effects, double epsilon) {
  std::vector<double> half_widths;
  for (const Effect& effect : effects)
    if (effect.interval) half_widths.push_back(effect.interval->half_width());
  const double unit = half_widths.empty() ? epsilon : std::max(epsilon, statistics::median(half_widths));
  const auto is_small = [unit](const Effect& effect) { return effect.reach() <= 20 * unit; };
  const bool any_small = std::ranges::any_of(effects, is_small);
  Extent extent;
  for (const double edge : {-2 * epsilon, 2 * epsilon}) extent.include(edge);
  for (const Effect& effect : effects) {
    if (any_small && !is_small(effect)) continue;
    extent.include(effect.value);
    if (!effect.interval) continue;
    extent.include(effect.interval->low);
    extent.include(effect.interval->high);
  }
  return padded(extent, 0.05);
}

/// An arrow at the left or the right edge of a lane, with the number that lies beyond.
inline std::string beyond(const Effect& effect, const Scale& x, double y) {
  const bool left = effect.value < x.low;
  const double tip = left ? x.from + 2 : x.to - 2;
  const double inward = left ? 1 : -1;
  return path(std::string{"M"} + pair(tip, y) + "l" + pair(inward * 9, -6) + "v12z", "mark") +
         line(tip, y, tip + inward * 24, y, "whisker") + words(tip + inward * 30, y + 4, percent(effect.value, true), left ? "" : "end");
}

/// The interval and the estimate; where the interval goes on beyond the edge, it has no end mark.
inline std::string whiskers(const Effect& effect, const Scale& x, double y, const Series& series) {
  std::string marks;
  if (effect.interval) {
    marks += line(x(effect.interval->low), y, x(effect.interval->high), y, "whisker");
    for (const double end : {effect.interval->low, effect.interval->high})
      if (x.holds(end)) marks += line(x(end), y - 5, x(end), y + 5, "whisker");
  }
  return marks + path(series.mark(effect.series, x(effect.value), y, 5), "mark outlined");
}

inline std::string forest(std::string_view label, std::string_view baseline, std::span<const Effect> effects, double epsilon,
                          const Series& series) {
  constexpr double row = 66;
  constexpr double left = 8;
  constexpr double right = narrow_width - 8;
  const Scale x = spanning(effects_extent(effects, epsilon), left, right);
  const double bottom = row * real(effects.size());
  std::string marks;
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const Effect& effect = effects[i];
    const double top = row * real(i) + 37;
    const double middle = top + 11;
    const std::string said = percent(effect.value, true) + " " + shares(effect.interval);
    marks += words(left, top - 22, shortened(effect.label, 24), "strong");
    marks += words(right, top - 22, effect.verdict, "end strong");
    marks += words(left, top - 6, said);
    marks += box(left, top, right, top + 22, "lane");
    marks += box(x(-epsilon), top, x(epsilon), top + 22, "band",
                 std::string{"too small to be of interest: "} + percent(epsilon) + " on either side of zero");
    marks += line(x(0), top, x(0), top + 22, "zero");
    marks += group(series.css(effect.series), x.holds(effect.value) ? whiskers(effect, x, middle, series) : beyond(effect, x, middle),
                   effect.label + ": " + said + ", " + effect.verdict);
  }
  Scale per_cent = x;
  per_cent.low *= 100;
  per_cent.high *= 100;
  const std::string axis =
      horizontal_axis(per_cent, bottom - 4, bottom, std::string{"difference from "} + std::string{baseline} + " [% of its pass]", 6);
  return drawing(narrow_width, bottom + 40, "narrow", label, axis + marks);
}

/// A group's contenders against its baseline.
inline std::string contrasts(const Group& group, const Estimates& estimates, const Series& series) {
  std::vector<Effect> effects;
  std::vector<std::size_t> in_order = group.contenders;
  std::ranges::sort(in_order);
  for (const std::size_t c : in_order) {
    const std::optional<ContenderEstimate>& estimate = estimates.contenders[c];
    if (!estimate || !estimate->contrast || !estimate->judgement || !std::isfinite(estimate->contrast->relative())) continue;
    effects.push_back({group.name(c), group.name(c), estimate->contrast->relative(), estimate->contrast->relative_interval(),
                       std::string{name_of(estimate->judgement->verdict)}});
  }
  const std::string baseline = group.name(group.contenders.front());
  if (effects.empty()) return element("p", "nothing could be compared with " + escaped(baseline), "missing");
  return forest("differences from the baseline, " + group.title, baseline, effects, group.measurement->protocol.epsilon, series);
}

/// Contenders of other groups against the first baseline.
inline std::string across_groups(const Measurement& measurement, const Estimates& estimates, const Series& series) {
  std::vector<Effect> effects;
  for (const AcrossEstimate& one : estimates.across)
    if (std::isfinite(one.contrast.relative()))
      effects.push_back({measurement.contenders[one.contender].name, short_name(measurement, one.contender), one.contrast.relative(),
                         one.contrast.relative_interval(), std::string{name_of(one.judgement.verdict)}});
  if (effects.empty()) return {};
  const std::string& baseline = measurement.contenders[estimates.baselines.front()].name;
  return figure("across groups", forest("differences across groups", baseline, effects, measurement.protocol.epsilon, series));
}

/// The controls of all groups.
inline std::string controls(const Report& report, const Analysis& analysis, const Series& series) {
  std::vector<Effect> effects;
  double epsilon = 0;
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    const std::optional<Estimates>& estimates = analysis.measurements[i].estimates;
    for (std::size_t g = 0; estimates && g < estimates->baselines.size(); ++g) {
      const std::optional<Contrast>& control = estimates->controls[g];
      if (!control) continue;
      const std::optional<bool> quiet = is_quiet(control);
      epsilon = measurement.protocol.epsilon;
      effects.push_back({group_name(measurement, estimates->baselines[g]), short_name(measurement, estimates->baselines[g]),
                         control->relative(), control->relative_interval(),
                         !quiet   ? "unknown"
                         : *quiet ? "quiet"
                                  : "NOT QUIET"});
    }
  }
  return effects.empty() ? "" : figure("each baseline against itself", forest("A/A controls", "itself", effects, epsilon, series));
}

}  // namespace anechain::report::page
