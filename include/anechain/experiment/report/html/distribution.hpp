// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/report/format.hpp>
#include <anechain/experiment/report/html/series.hpp>

/// Distributions of passes.
namespace anechain::report::page {

/// The share of passes that took no longer than a time, as steps, at most some hundred.
inline std::string steps(const std::vector<double>& ordered, const Scale& x, const Scale& y) {
  constexpr std::size_t most = 300;
  const std::size_t count = std::min(most, ordered.size());
  std::string data;
  for (std::size_t step = 0; step < count; ++step) {
    const std::size_t at = (step + 1) * ordered.size() / count - 1;
    if (ordered[at] > x.high) break;
    if (ordered[at] < x.low) continue;
    data += data.empty() ? std::string{"M"} + pair(x(ordered[at]), y(real(at) / real(ordered.size())))
                         : std::string{"H"} + coordinate(x(ordered[at]));
    data += std::string{"V"} + coordinate(y(real(at + 1) / real(ordered.size())));
  }
  return data;
}

inline std::string distribution(const Group& group, const std::vector<std::size_t>& contenders, const Series& series) {
  constexpr double top = 26;
  constexpr double bottom = 206;
  std::vector<std::vector<double>> passes = passes_of(*group.measurement, false);
  Extent times;
  for (const std::size_t contender : contenders) {
    std::ranges::sort(passes[contender]);
    if (passes[contender].empty()) continue;
    const std::size_t beyond = passes[contender].size() / 200;
    times.include(passes[contender][beyond]);
    times.include(passes[contender][passes[contender].size() - 1 - beyond]);
  }
  if (times.empty()) return {};
  const Scale x = spanning(times, 42, narrow_width - 20, true);
  const Scale y{0, 1, bottom, top};
  std::string marks = horizontal_axis(x, top, bottom, "pass [us], logarithmic", 5) + vertical_axis(y, x.from, x.to, "share of passes", 5);
  for (const std::size_t contender : contenders) {
    if (passes[contender].empty()) continue;
    const std::string name = group.name(contender);
    const double middle = statistics::quantile_of_sorted(passes[contender], 0.5);
    marks += page::group(series.css(name),
                         path(steps(passes[contender], x, y), "curve") + path(series.mark(name, x(middle), y(0.5), 4.5), "mark outlined"),
                         name + ": median " + digits(middle) + " us");
  }
  return series.legend(names_of(group, contenders)) +
         drawing(narrow_width, bottom + 40, "narrow", std::string{"distribution of passes, "} + group.title, marks);
}

/// Those near the baseline, whose per cents can be seen, and the others.
inline std::string distributions(const Group& group, const Series& series) {
  const Panels all = panels(group);
  const std::string near = distribution(group, all.near, series);
  const std::string far = distribution(group, all.far, series);
  if (near.empty() && far.empty()) return figure(group.title, element("p", "no passes", "missing"));
  return (near.empty() ? "" : figure(group.title, near)) +
         (far.empty() ? "" : figure(group.title + (near.empty() ? "" : ": far from the others"), far));
}

}  // namespace anechain::report::page
