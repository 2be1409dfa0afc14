// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/report/html/series.hpp>
#include <anechain/report/plot.hpp>
#include <anechain/statistics/summary.hpp>

/// Effects with their intervals, one below the other.
namespace anechain::report::page {

/// What the axis holds: effects of a few times the smallest one of interest, for one of -90 % would make all others a point. If all are
/// larger than that, all of them.
inline Extent effects_extent(const EffectsPlot& plot) {
  std::vector<double> half_widths;
  for (const Effect& effect : plot.effects)
    if (effect.interval) half_widths.push_back(effect.interval->half_width());
  double unit = half_widths.empty() ? plot.epsilon : std::max(plot.epsilon, statistics::median(half_widths));
  if (plot.epsilon > 0) unit = std::min(unit, 4 * plot.epsilon);
  const auto is_small = [unit](const Effect& effect) { return std::abs(effect.value) <= 10 * unit; };
  const bool any_small = std::ranges::any_of(plot.effects, is_small);
  Extent extent;
  for (const double edge : {-2 * plot.epsilon, 2 * plot.epsilon}) extent.include(edge);
  for (const Effect& effect : plot.effects) {
    if (any_small && !is_small(effect)) continue;
    extent.include(effect.value);
    if (!effect.interval) continue;
    extent.include(any_small ? std::max(effect.interval->low, -20 * unit) : effect.interval->low);
    extent.include(any_small ? std::min(effect.interval->high, 20 * unit) : effect.interval->high);
  }
  return padded(extent, 0.05);
}

/// An arrow at the left or the right edge of a lane, with the number that lies beyond, unless that would cross the zero line.
inline std::string beyond(const Effect& effect, const Scale& x, double y) {
  const bool left = effect.value < x.low;
  const double tip = left ? x.from + 2 : x.to - 2;
  const double inward = left ? 1 : -1;
  const std::string number = percent(effect.value, true);
  const double begin = tip + inward * 30;
  const double end = begin + inward * 8 * real(number.size());
  const bool crosses = std::min(begin, end) < x(0) && x(0) < std::max(begin, end);
  return path("M" + pair(tip, y) + "l" + pair(inward * 9, -6) + "v12z", "mark") + line(tip, y, tip + inward * 24, y, "whisker") +
         (crosses ? "" : words(begin, y + 4, number, left ? "" : "end"));
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

inline std::string draw(const EffectsPlot& plot, const Series& series) {
  if (plot.effects.empty()) return figure(plot.title, element("p", "nothing could be compared with " + escaped(plot.baseline), "missing"));
  constexpr double row = 66;
  constexpr double left = 8;
  constexpr double right = narrow_width - 8;
  const Scale x = spanning(effects_extent(plot), left, right);
  const double bottom = row * real(plot.effects.size());
  std::string marks;
  for (std::size_t i = 0; i < plot.effects.size(); ++i) {
    const Effect& effect = plot.effects[i];
    const double top = row * real(i) + 37;
    const double middle = top + 11;
    const std::string said = text_of(effect.value, Unit::share, true) + " " +
                             (effect.interval ? text_of(Cell{*effect.interval}, Unit::share, true) : "too few rounds");
    marks += words(left, top - 22, shortened(effect.name, 32), "strong");
    marks += words(right, top - 22, effect.verdict, "end strong");
    marks += words(left, top - 6, said);
    marks += box(left, top, right, top + 22, "lane");
    marks += box(x(-plot.epsilon), top, x(plot.epsilon), top + 22, "band");
    marks += line(x(0), top, x(0), top + 22, "zero");
    marks += group(series.css(effect.series), x.holds(effect.value) ? whiskers(effect, x, middle, series) : beyond(effect, x, middle),
                   effect.name + ": " + said + ", " + effect.verdict, "mark-" + effect.mark);
  }
  Scale per_cent = x;
  per_cent.low *= 100;
  per_cent.high *= 100;
  const std::string axis =
      horizontal_axis(per_cent, bottom - 4, bottom, "difference from " + shortened(plot.baseline, 30) + " [% of its pass]", 6);
  return figure(plot.title + ": effects",
                drawing(narrow_width, bottom + 40, "narrow", "differences from the baseline, " + plot.title, axis + marks));
}

}  // namespace anechain::report::page
