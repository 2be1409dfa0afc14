// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <anechain/report/html/series.hpp>
#include <anechain/report/plot.hpp>

/// Passes against the chain's length, and how far they are from straight lines.
namespace anechain::report::page {

inline double residual(const LengthsPlot::Line& line, const LengthsPlot::Level& level) {
  return level.us / (line.fixed_us + level.length * line.slope_us) - 1;
}

/// A chart of one kernel: levels and lines above, residuals below; without residuals where every line goes through two points.
class LengthChart {
 public:
  LengthChart(const LengthsPlot& plot, const Series& series) : plot_(plot), series_(series) {
    Extent lengths;
    Extent times;
    Extent residuals;
    for (Extent* extent : {&lengths, &times}) extent->include(0);
    for (const double least : {-0.001, 0.001}) residuals.include(least);
    for (const LengthsPlot::Line& one : plot.lines) {
      has_residuals_ = has_residuals_ || one.levels.size() > 2;
      for (const LengthsPlot::Level& level : one.levels) {
        lengths.include(level.length);
        times.include(level.us);
        for (const double sign : {-1.0, 1.0}) residuals.include(sign * residual(one, level));
      }
    }
    x_ = spanning(padded(lengths, 0.04), 52, narrow_width - 18);
    y_ = spanning(padded(times, 0.04), 210, 26);
    residual_ = spanning(padded(residuals, 0.1), 330, 262);
  }

  std::string draw() const {
    std::string marks =
        horizontal_axis(x_, y_.to, y_.from, has_residuals_ ? "" : axis, 7) + vertical_axis(y_, x_.from, x_.to, "pass [µs]", 5);
    if (has_residuals_) {
      Scale per_cent = residual_;
      per_cent.low *= 100;
      per_cent.high *= 100;
      marks += horizontal_axis(x_, residual_.to, residual_.from, axis, 7) +
               vertical_axis(per_cent, x_.from, x_.to, "measured less fitted [%]", 5) +
               line(x_.from, residual_(0), x_.to, residual_(0), "zero");
    }
    std::vector<std::string> names;
    for (const LengthsPlot::Line& one : plot_.lines) {
      marks += drawn(one);
      names.push_back(one.series);
    }
    return figure(plot_.title + ": chain lengths", series_.legend(names) + drawing(narrow_width, has_residuals_ ? 370 : 250, "narrow",
                                                                                   "passes by chain length, " + plot_.title, marks));
  }

 private:
  static constexpr const char* axis = "kernels in the chain";

  std::string drawn(const LengthsPlot::Line& of) const {
    if (of.levels.empty()) return {};
    const double end = of.levels.back().length;
    const std::string what =
        of.series + ": " + digits(of.fixed_us) + " µs + " + digits(of.slope_us) + " µs/kernel" + (of.is_linear ? "" : ", NOT linear");
    std::string marks = line(x_(0), y_(of.fixed_us), x_(end), y_(of.fixed_us + end * of.slope_us), of.is_linear ? "curve" : "curve dashed");
    for (const LengthsPlot::Level& level : of.levels) {
      const double off = residual(of, level);
      const std::string said = of.series + ", " + std::to_string(std::llround(level.length)) + " kernels: " + digits(level.us) + " µs, " +
                               percent(off, true) + " from the line";
      marks += path(series_.mark(of.series, x_(level.length), y_(level.us), 4), "mark outlined", said);
      if (has_residuals_) marks += path(series_.mark(of.series, x_(level.length), residual_(off), 3.5), "mark outlined", said);
    }
    return group(series_.css(of.series), marks, what);
  }

  const LengthsPlot& plot_;
  const Series& series_;
  bool has_residuals_ = false;
  Scale x_;
  Scale y_;
  Scale residual_;
};

inline std::string draw(const LengthsPlot& plot, const Series& series) { return LengthChart{plot, series}.draw(); }

}  // namespace anechain::report::page
