// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/estimate.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/html/svg.hpp>
#include <anechain/experiment/report/rows.hpp>

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

/// The contenders of a report, by their names within their groups, so that a strategy looks the same in every group. The first baseline is
/// neutral; the others take seven colours and six shapes in turns.
class Series {
 public:
  explicit Series(const Report& report) {
    for (const Measurement& measurement : report.measurements) {
      for (const std::size_t base : measurement.baselines()) add(short_name(measurement, base));
      for (std::size_t c = 0; c < measurement.contenders.size(); ++c) add(short_name(measurement, c));
    }
    add("fused");
  }

  std::string css(std::string_view name) const { return std::string{"s"} + std::to_string(turn(name, 7)); }

  std::string mark(std::string_view name, double x, double y, double radius) const {
    return std::string{"M"} + pair(x, y) + shape(turn(name, 6), radius);
  }

  /// A list of contenders with their marks, and more to say of each where there is more.
  std::string legend(const std::vector<std::string>& names) const {
    std::string items;
    for (const std::string& name : names)
      items += element("li", std::string{"<svg viewBox=\"-8 -8 16 16\" aria-hidden=\"true\" class=\""} + css(name) + "\">" +
                                 path(mark(name, 0, 0, 5), "mark") + "</svg>" + escaped(name));
    return element("ul", items, "legend");
  }

 private:
  void add(const std::string& name) {
    if (std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
  }

  std::size_t turn(std::string_view name, std::size_t turns) const {
    const auto place = static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin());
    return place == 0 ? 0 : 1 + (place - 1) % turns;
  }

  std::vector<std::string> names_;
};

/// Contenders that are drawn together.
struct Group {
  const Measurement* measurement;
  std::string title;
  std::vector<std::size_t> contenders;  ///< the first is what the others are near, or far from

  std::string name(std::size_t contender) const { return short_name(*measurement, contender); }
};

/// The groups of a measurement; contenders that have a group to themselves are drawn together.
inline std::vector<Group> groups_of(const Measurement& measurement) {
  std::vector<Group> all;
  std::vector<std::size_t> lone;
  const std::vector<std::size_t> baselines = measurement.baselines();
  const std::string what = measurement.protocol.order == Order::blocks ? ", original protocol" : "";
  for (const std::size_t base : baselines) {
    std::vector<std::size_t> members = measurement.group(base);
    if (members.size() == 1 && baselines.size() > 1) {
      lone.push_back(base);
      continue;
    }
    std::erase(members, base);
    members.insert(members.begin(), base);
    all.push_back({&measurement, group_name(measurement, base) + what, std::move(members)});
  }
  if (!lone.empty()) all.push_back({&measurement, "alone in their group" + what, std::move(lone)});
  return all;
}

/// Times of each contender's passes that the clock shows, the controls' left out.
inline std::vector<std::vector<double>> passes_of(const Measurement& measurement, bool with_warm_up) {
  std::vector<std::vector<double>> passes(measurement.contenders.size());
  for (const Sample& sample : measurement.samples)
    if (const double pass = measurement.pass_us(sample); !sample.control && pass > 0 && (with_warm_up || measurement.counts(sample)))
      passes[sample.contender].push_back(pass);
  return passes;
}

/// Contenders whose passes can share an axis with the first's without hiding per cents, and the others.
struct Panels {
  std::vector<std::size_t> near;
  std::vector<std::size_t> far;
};

inline Panels panels(const Group& group) {
  constexpr double factor = 1.6;
  const std::vector<std::vector<double>> passes = passes_of(*group.measurement, true);
  std::vector<double> known;
  for (const std::size_t c : group.contenders)
    if (!passes[c].empty()) known.push_back(statistics::median(passes[c]));
  const std::size_t first = group.contenders.front();
  const double middle = passes[first].empty() ? statistics::median(known) : statistics::median(passes[first]);
  Panels panels;
  std::vector<std::size_t> in_order = group.contenders;
  std::ranges::sort(in_order);
  for (const std::size_t c : in_order) {
    if (passes[c].empty()) continue;
    const double median = statistics::median(passes[c]);
    (median < factor * middle && middle < factor * median ? panels.near : panels.far).push_back(c);
  }
  return panels;
}

inline std::vector<std::string> names_of(const Group& group, const std::vector<std::size_t>& contenders) {
  std::vector<std::string> names;
  for (const std::size_t c : contenders) names.push_back(group.name(c));
  return names;
}

/// A drawing with its name and what explains it.
inline std::string figure(std::string_view title, std::string_view inside) {
  return std::string{"<figure>"} + element("figcaption", escaped(title)) + std::string{inside} + "</figure>\n";
}

}  // namespace anechain::report::page
