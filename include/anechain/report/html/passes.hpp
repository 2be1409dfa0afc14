// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <anechain/report/html/series.hpp>
#include <anechain/report/plot.hpp>

/// Every pass where it happened: drift, warm-up and stalls.
namespace anechain::report::page {

/// A drawing of passes over time: contenders near the first on one panel, the others on another, both on a logarithmic scale.
class PassesChart {
 public:
  PassesChart(const PassesPlot& plot, const Series& series) : plot_(plot), series_(series) {
    Extent seconds;
    for (const PassesPlot::Stretch& stretch : plot_.stretches) {
      seconds.include(stretch.begin_s);
      seconds.include(stretch.end_s);
    }
    x_ = spanning(seconds, 62, wide_width - 20);
  }

  std::string draw() const {
    std::string marks;
    double bottom = 0;
    std::vector<std::string> names;
    std::size_t drawn = 0;
    for (const bool near : {true, false}) {
      std::vector<const PassesPlot::Line*> lines;
      for (const PassesPlot::Line& one : plot_.lines)
        if (one.is_near == near && !one.points.empty()) lines.push_back(&one);
      if (lines.empty()) continue;
      for (const PassesPlot::Line* one : lines) {
        names.push_back(one->series);
        drawn += one->points.size();
      }
      const double top = bottom + 30;
      bottom = top + (near ? 200 : 110);
      marks += panel(lines, top, bottom);
    }
    const std::string title = plot_.stretches.size() > 1 ? "time, launches one after the other [s]" : "time [s]";
    const std::string selection = drawn < plot_.passes ? element("p",
                                                                 "Drawn: " + std::to_string(drawn) + " of " + std::to_string(plot_.passes) +
                                                                     " passes, taken evenly, and all that are farthest from their median.",
                                                                 "about")
                                                       : std::string{};
    return figure(plot_.title + ": passes over time", series_.legend(names) +
                                                          drawing(wide_width, bottom + 40, "wide", "times of passes, " + plot_.title,
                                                                  marks + horizontal_axis(x_, bottom, bottom, title, 10)) +
                                                          selection);
  }

 private:
  std::string panel(const std::vector<const PassesPlot::Line*>& lines, double top, double bottom) const {
    Extent times;
    for (const PassesPlot::Line* one : lines)
      for (const PassesPlot::Point& point : one->points) times.include(point.us);
    const Scale y = spanning(times, bottom, top, true);
    std::string marks = background(top, bottom);
    marks += vertical_axis(y, x_.from, x_.to, "pass [µs], logarithmic", times.high() > 4 * times.low() ? 6 : 4);
    for (const PassesPlot::Line* one : lines) marks += points(*one, y);
    return marks;
  }

  /// Where the device was warming up, and where another launch begins.
  std::string background(double top, double bottom) const {
    std::string marks;
    for (const PassesPlot::Stretch& stretch : plot_.stretches) {
      const double begin = x_(stretch.begin_s);
      const double steady = x_(stretch.steady_s);
      if (stretch.warm_up > 0)
        marks += box(begin, top, steady, bottom, "warm_up", "warm-up: " + std::to_string(stretch.warm_up) + " rounds that do not count") +
                 line(steady, top, steady, bottom, "cut");
      if (stretch.launch > 0) marks += line(begin, top, begin, bottom, "launch", "launch " + std::to_string(stretch.launch + 1));
    }
    return marks;
  }

  /// The usual passes are one path; outliers have a title each.
  std::string points(const PassesPlot::Line& one, const Scale& y) const {
    std::string usual;
    std::string outliers;
    for (const PassesPlot::Point& point : one.points) {
      const std::string mark = series_.mark(one.series, x_(point.at_s), y(point.us), 2);
      if (point.is_outlier)
        outliers += path(mark, "mark faint",
                         one.series + (point.is_control ? " (control)" : "") + ", round " + std::to_string(point.round + 1) + ": " +
                             digits(point.us) + " µs");
      else
        usual += mark;
    }
    return group(series_.css(one.series), (usual.empty() ? "" : path(usual, "mark faint")) + outliers, one.series + ": passes over time");
  }

  const PassesPlot& plot_;
  const Series& series_;
  Scale x_;
};

inline std::string draw(const PassesPlot& plot, const Series& series) { return PassesChart{plot, series}.draw(); }

}  // namespace anechain::report::page
