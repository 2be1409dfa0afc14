// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include <anechain/report/html/series.hpp>
#include <anechain/report/plot.hpp>

/// Whether rounds depend on those before them.
namespace anechain::report::page {

inline std::string bars(const CorrelationsPlot::Correlogram& of, const Scale& x, const Scale& y, const Series& series) {
  std::string marks = box(x.from, y(-of.band), x.to, y(of.band), "band") + line(x.from, y(0), x.to, y(0), "zero");
  std::string all;
  double largest = 0;
  for (std::size_t i = 0; i < of.by_lag.size(); ++i) {
    const double place = x(real(i + 1));
    if (std::abs(of.by_lag[i]) > std::abs(largest)) largest = of.by_lag[i];
    all += box(place - 4, y(0), place + 4, y(of.by_lag[i]), "mark",
               of.series + ", lag " + std::to_string(i + 1) + ": " + fixed(of.by_lag[i], 3));
  }
  return marks + group(series.css(of.series), all,
                       of.series + ": the largest autocorrelation is " + fixed(largest, 3) + "; independent rounds stay within " +
                           fixed(of.band, 3) + " at 19 of 20 lags");
}

inline std::string draw(const CorrelationsPlot& plot, const Series& series) {
  constexpr double row = 68;
  double reach = 0.1;
  for (const CorrelationsPlot::Correlogram& one : plot.correlograms) {
    reach = std::max(reach, 1.1 * one.band);
    for (const double r : one.by_lag) reach = std::max(reach, std::abs(r));
  }
  const Scale x{0.2, 20.8, 48, narrow_width - 8};
  const double bottom = row * real(plot.correlograms.size());
  std::string marks = horizontal_axis(x, bottom - 4, bottom, "lag [rounds]", 5);
  for (std::size_t i = 0; i < plot.correlograms.size(); ++i) {
    const CorrelationsPlot::Correlogram& one = plot.correlograms[i];
    const Scale y{-reach, reach, row * real(i) + row - 2, row * real(i) + 20};
    marks += group(series.css(one.series), path(series.mark(one.series, 14, y.to - 9, 4.5), "mark", one.series));
    marks += words(24, y.to - 5, shortened(one.series, 18), "strong");
    marks += words(x.to, y.to - 5, "independent: " + fixed(one.effective_rounds, 0) + " of " + std::to_string(one.rounds), "end");
    marks += box(x.from, y.to, x.to, y.from, "lane");
    for (const double edge : {-reach, reach}) marks += words(x.from - 6, y(edge) + (edge > 0 ? 10 : -1), fixed(edge, 2), "end small");
    marks += bars(one, x, y, series);
  }
  return figure(plot.title + ": dependence of rounds",
                drawing(narrow_width, bottom + 38, "narrow", "autocorrelations, " + plot.title, marks));
}

}  // namespace anechain::report::page
