// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>

#include <anechain/report/html/series.hpp>
#include <anechain/report/plot.hpp>

/// What passes are made of.
namespace anechain::report::page {

inline std::string part_css(std::size_t part) { return std::string{"t"} + std::to_string(part % 6); }

inline double total_us(const CompositionPlot::Bar& of) { return std::accumulate(of.parts_us.begin(), of.parts_us.end(), 0.0); }

inline std::string bar(const CompositionPlot& plot, const CompositionPlot::Bar& of, const Scale& x, double top) {
  constexpr double height = 20;
  constexpr double room_for_label = 48;
  const double total = total_us(of);
  std::string marks;
  std::string said = of.name + ": measured " + digits(of.measured_us) + " µs";
  double begin = 0;
  for (std::size_t i = 0; i < of.parts_us.size(); ++i) {
    if (of.parts_us[i] <= 0) continue;
    const double end = begin + of.parts_us[i];
    const std::string share = percent(of.parts_us[i] / total);
    said += ", " + plot.parts[i] + " " + digits(of.parts_us[i]) + " µs";
    marks += box(x(begin), top, x(end), top + height, "part " + part_css(i),
                 of.name + ", " + plot.parts[i] + ": " + digits(of.parts_us[i]) + " µs, " + share + " of a pass");
    const double middle = (x(begin) + x(end)) / 2;
    const auto is_crossed_at = [&](double us) { return us > 0 && std::abs(x(us) - middle) < room_for_label / 2; };
    if (x(end) - x(begin) > room_for_label && !is_crossed_at(plot.limit_us) && !is_crossed_at(of.measured_us))
      marks += words(middle, top + 14, share, "middle inside");
    begin = end;
  }
  const auto upright = [&](double us) { return "M" + pair(x(us), top - 3) + "v" + coordinate(height + 6); };
  if (plot.limit_us > 0 && x.holds(plot.limit_us))
    marks +=
        path(upright(plot.limit_us), "halo") + path(upright(plot.limit_us), "light", "speed of light: " + digits(plot.limit_us) + " µs");
  marks += path(upright(of.measured_us), "measured", of.name + ", measured: " + digits(of.measured_us) + " µs");
  return group("", marks, said);
}

inline std::string part_legend(const CompositionPlot& plot) {
  const auto item = [](std::string_view css, std::string_view inside, std::string_view text) {
    return element("li", "<svg viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">" + path(inside, css) + "</svg>" + escaped(text));
  };
  std::string items;
  for (std::size_t i = 0; i < plot.parts.size(); ++i) items += item("part " + part_css(i), "M-7-7h14v14h-14z", plot.parts[i]);
  items += item("measured", "M0-8v16", "measured");
  if (plot.limit_us > 0) items += item("light", "M0-8v16", "speed of light, by operations");
  return element("ul", items, "legend");
}

inline std::string draw(const CompositionPlot& plot, const Series&) {
  constexpr double row = 46;
  Extent times;
  times.include(0);
  for (const CompositionPlot::Bar& one : plot.bars) {
    times.include(1.03 * total_us(one));
    times.include(1.03 * one.measured_us);
  }
  const Scale x = spanning(times, 8, narrow_width - 14);
  const double bottom = row * real(plot.bars.size()) + 4;
  std::string marks = horizontal_axis(x, bottom, bottom + 4, plot.axis + " [µs]", 6);
  for (std::size_t i = 0; i < plot.bars.size(); ++i) {
    const CompositionPlot::Bar& one = plot.bars[i];
    const double top = row * real(i) + 20;
    marks += words(8, top - 7, shortened(one.name, 18), "strong");
    marks +=
        words(narrow_width - 14, top - 7, "model " + digits(total_us(one)) + " µs; measured " + digits(one.measured_us), "end soft tight");
    marks += bar(plot, one, x, top);
  }
  return figure(plot.title + ": what a pass is made of",
                part_legend(plot) + drawing(narrow_width, bottom + 42, "narrow", "what a pass is made of, " + plot.title, marks));
}

}  // namespace anechain::report::page
