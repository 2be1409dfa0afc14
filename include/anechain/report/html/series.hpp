// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/report/html/svg.hpp>

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

/// Names in the order of colours and shapes, so that one looks the same in every plot. The first is neutral; the others take seven colours
/// and six shapes in turns.
class Series {
 public:
  explicit Series(const std::vector<std::string>& names) : names_(names) {}

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
  std::size_t turn(std::string_view name, std::size_t turns) const {
    const auto place = static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin());
    return place == 0 ? 0 : 1 + (place - 1) % turns;
  }

  std::vector<std::string> names_;
};

/// A drawing with its name and what explains it.
inline std::string figure(std::string_view title, std::string_view inside) {
  return "<figure>" + element("figcaption", escaped(title)) + std::string{inside} + "</figure>\n";
}

}  // namespace anechain::report::page
