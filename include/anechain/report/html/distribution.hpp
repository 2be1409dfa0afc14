// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <anechain/report/html/series.hpp>
#include <anechain/report/plot.hpp>

/// Distributions of passes.
namespace anechain::report::page {

/// The share of passes that took no longer than a time, as steps.
inline std::string steps(const DistributionPlot::Curve& curve, const Scale& x, const Scale& y) {
  std::string data;
  double before = 0;
  for (const auto& [us, share] : curve.steps) {
    if (us > x.high) break;
    if (us >= x.low) {
      data += data.empty() ? std::string{"M"} + pair(x(us), y(before)) : std::string{"H"} + coordinate(x(us));
      data += std::string{"V"} + coordinate(y(share));
    }
    before = share;
  }
  return data;
}

inline std::string draw(const DistributionPlot& plot, const Series& series) {
  constexpr double top = 26;
  constexpr double bottom = 206;
  Extent times;
  times.include(plot.range.low);
  times.include(plot.range.high);
  const Scale x = spanning(times, 42, narrow_width - 20, true);
  const Scale y{0, 1, bottom, top};
  std::string marks = horizontal_axis(x, top, bottom, "pass [µs], logarithmic", 5) + vertical_axis(y, x.from, x.to, "share of passes", 5);
  std::vector<std::string> names;
  for (const DistributionPlot::Curve& curve : plot.curves) {
    names.push_back(curve.series);
    marks += group(series.css(curve.series),
                   path(steps(curve, x, y), "curve") + path(series.mark(curve.series, x(curve.median_us), y(0.5), 4.5), "mark outlined"),
                   curve.series + ": median " + digits(curve.median_us) + " µs");
  }
  return figure(plot.title + ": distribution",
                series.legend(names) + drawing(narrow_width, bottom + 40, "narrow", "distribution of passes, " + plot.title, marks));
}

}  // namespace anechain::report::page
