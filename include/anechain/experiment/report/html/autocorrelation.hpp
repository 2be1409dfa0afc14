// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <anechain/experiment/estimate.hpp>
#include <anechain/experiment/report/format.hpp>
#include <anechain/experiment/report/html/series.hpp>

/// Whether rounds depend on those before them.
namespace anechain::report::page {

/// A contrast's rounds: above or below their median, against those some rounds earlier.
struct Correlations {
  std::string contender;
  std::vector<double> by_lag;  ///< from lag 1 on
  double band = 1;             ///< independent rounds stay within it at 19 of 20 lags
  double rounds = 0;
  double effective_rounds = 0;
};

inline std::vector<Correlations> correlations(const Group& group, const Estimates& estimates) {
  constexpr std::size_t most_lags = 20;
  const RoundTable table{*group.measurement};
  std::vector<Correlations> all;
  std::vector<std::size_t> in_order = group.contenders;
  std::ranges::sort(in_order);
  for (const std::size_t c : in_order) {
    if (!estimates.contenders[c] || !estimates.contenders[c]->contrast) continue;
    const std::vector<double> signs = statistics::signs_about_median(table.log_ratios(c, group.measurement->contenders[c].baseline));
    if (signs.size() < 2) continue;
    const statistics::detail::Correlogram correlogram{signs};
    Correlations found{.contender = group.name(c), .by_lag = {}};
    for (std::size_t lag = 1; lag <= std::min(most_lags, signs.size() - 1); ++lag) found.by_lag.push_back(correlogram[lag]);
    found.rounds = real(signs.size());
    found.band = std::min(1.0, 1.96 / std::sqrt(found.rounds));
    found.effective_rounds = estimates.contenders[c]->contrast->log_ratio.effective_count();
    all.push_back(std::move(found));
  }
  return all;
}

inline std::string correlogram(const Correlations& of, const Scale& x, const Scale& y, const Series& series) {
  std::string marks = box(x.from, y(-of.band), x.to, y(of.band), "band",
                          std::string{"independent rounds: within "} + fixed(of.band, 3) + " at 19 of 20 lags") +
                      line(x.from, y(0), x.to, y(0), "zero");
  std::string bars;
  for (std::size_t i = 0; i < of.by_lag.size(); ++i) {
    const double place = x(real(i + 1));
    bars += box(place - 4, y(0), place + 4, y(of.by_lag[i]), "mark",
                of.contender + ", lag " + std::to_string(i + 1) + ": " + fixed(of.by_lag[i], 3));
  }
  return marks + group(series.css(of.contender), bars);
}

inline std::string correlograms(const Group& of, const Estimates& estimates, const Series& series) {
  constexpr double row = 68;
  const std::vector<Correlations> all = correlations(of, estimates);
  if (all.empty()) return element("p", "too few rounds", "missing");
  double reach = 0.1;
  for (const Correlations& one : all) {
    reach = std::max(reach, 1.1 * one.band);
    for (const double r : one.by_lag) reach = std::max(reach, std::abs(r));
  }
  const Scale x{0.2, 20.8, 48, narrow_width - 8};
  const double bottom = row * real(all.size());
  std::string marks = horizontal_axis(x, bottom - 4, bottom, "lag [rounds]", 5);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Scale y{-reach, reach, row * real(i) + row - 2, row * real(i) + 20};
    marks += path(series.mark(all[i].contender, 14, y.to - 9, 4.5), series.css(all[i].contender) + " mark");
    marks += words(24, y.to - 5, shortened(all[i].contender, 22), "strong");
    marks += words(x.to, y.to - 5, std::string{"n_eff "} + fixed(all[i].effective_rounds, 0) + " of " + fixed(all[i].rounds, 0), "end");
    marks += box(x.from, y.to, x.to, y.from, "lane");
    for (const double edge : {-reach, reach}) marks += words(x.from - 6, y(edge) + (edge > 0 ? 10 : -1), fixed(edge, 2), "end small");
    marks += correlogram(all[i], x, y, series);
  }
  return drawing(narrow_width, bottom + 38, "narrow", std::string{"autocorrelations, "} + of.title, marks);
}

}  // namespace anechain::report::page
