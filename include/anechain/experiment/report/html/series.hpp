// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <range/v3/algorithm/find.hpp>

#include <anechain/experiment/estimate.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/html/svg.hpp>

/// Each strategy's colour and shape, the same on the whole page.
namespace anechain::report::page {

/// A shape about a point, which the path has reached.
inline std::string shape(std::size_t kind, double radius) {
  const auto at = [radius](double x, double y) { return pair(x * radius, y * radius); };
  const auto h = [radius](double x) { return std::string{"h"} + coordinate(x * radius); };
  const auto v = [radius](double y) { return std::string{"v"} + coordinate(y * radius); };
  const auto arc = [&](double x) { return std::string{"a"} + at(1, 1) + " 0 1 0 " + at(x, 0); };
  switch (kind) {
    case 0: return std::string{"m"} + at(-1, 0) + arc(2) + arc(-2) + "z";                // a disc
    case 1: return std::string{"m"} + at(-0.9, -0.9) + h(1.8) + v(1.8) + h(-1.8) + "z";  // a square
    case 2: return std::string{"m"} + at(0, -1.2) + "l" + at(1.1, 2) + h(-2.2) + "z";    // upwards
    case 3: return std::string{"m"} + at(0, -1.3) + "l" + at(1.3, 1.3) + "l" + at(-1.3, 1.3) + "l" + at(-1.3, -1.3) + "z";
    case 4: return std::string{"m"} + at(0, 1.2) + "l" + at(1.1, -2) + h(-2.2) + "z";  // downwards
    case 5:
      return std::string{"m"} + at(-1.2, -0.4) + h(0.8) + v(-0.8) + h(0.8) + v(0.8) + h(0.8) + v(0.8) + h(-0.8) + v(0.8) + h(-0.8) +
             v(-0.8) + h(-0.8) + "z";  // a cross
  }
  return std::string{"m"} + at(-0.6, -1.3) + h(1.2) + v(2.6) + h(-1.2) + "z";  // a bar
}

/// The strategies of a report, by name. The baseline is neutral; the others take seven colours and six shapes in turns.
class Series {
 public:
  explicit Series(const Report& report) : names_{std::string{baseline}} {
    for (const Measurement& measurement : report.measurements) add(measurement);
    if (report.sweep) add(*report.sweep);
  }

  std::string css(std::string_view name) const { return std::string{"s"} + std::to_string(turn(name, 7)); }

  std::string mark(std::string_view name, double x, double y, double radius) const {
    return std::string{"M"} + pair(x, y) + shape(turn(name, 6), radius);
  }

  /// A list of strategies with their marks, and more to say of each where there is more.
  std::string legend(const std::vector<std::string>& names) const {
    std::string items;
    for (const std::string& name : names)
      items += element("li", std::string{"<svg viewBox=\"-8 -8 16 16\" aria-hidden=\"true\" class=\""} + css(name) + "\">" +
                                 path(mark(name, 0, 0, 5), "mark") + "</svg>" + escaped(name));
    return element("ul", items, "legend");
  }

 private:
  void add(const Observations& observed) {
    for (const MeasuredStrategy& strategy : observed.strategies)
      if (ranges::find(names_, strategy.name) == names_.end()) names_.push_back(strategy.name);
  }

  std::size_t turn(std::string_view name, std::size_t turns) const {
    const auto place = static_cast<std::size_t>(ranges::find(names_, name) - names_.begin());
    return place == 0 ? 0 : 1 + (place - 1) % turns;
  }

  std::vector<std::string> names_;
};

/// Times of each strategy's passes that the clock shows, the control's left out.
inline std::vector<std::vector<double>> passes_of(const Measurement& measurement, bool with_warm_up) {
  std::vector<std::vector<double>> passes(measurement.strategies.size());
  for (const Sample& sample : measurement.samples)
    if (const double pass = measurement.pass_us(sample); !sample.control && pass > 0 && (with_warm_up || measurement.counts(sample)))
      passes[sample.strategy].push_back(pass);
  return passes;
}

/// Strategies whose passes can share an axis with the baseline's without hiding per cents, and the others.
struct Panels {
  std::vector<std::size_t> near;
  std::vector<std::size_t> far;
};

inline Panels panels(const Measurement& measurement) {
  constexpr double factor = 1.6;
  std::vector<double> medians;
  std::vector<double> known;
  for (const std::vector<double>& passes : passes_of(measurement, true)) {
    medians.push_back(statistics::median(passes));
    if (!passes.empty()) known.push_back(medians.back());
  }
  const auto base = baseline_of(measurement);
  const double middle = base && std::isfinite(medians[*base]) ? medians[*base] : statistics::median(known);
  Panels panels;
  for (std::size_t s = 0; s < medians.size(); ++s)
    if (std::isfinite(medians[s])) (medians[s] < factor * middle && middle < factor * medians[s] ? panels.near : panels.far).push_back(s);
  return panels;
}

inline std::vector<std::string> names_of(const Measurement& measurement, const std::vector<std::size_t>& strategies) {
  std::vector<std::string> names;
  for (const std::size_t strategy : strategies) names.push_back(measurement.strategies[strategy].name);
  return names;
}

/// A configuration's name, and that it was measured by the original protocol where it was.
inline std::string title_of(const Measurement& measurement) {
  return measurement.name + (measurement.order == Order::blocks ? ", original protocol" : "");
}

/// A drawing with its name and what explains it.
inline std::string figure(std::string_view title, std::string_view inside) {
  return std::string{"<figure>"} + element("figcaption", escaped(title)) + std::string{inside} + "</figure>\n";
}

}  // namespace anechain::report::page
