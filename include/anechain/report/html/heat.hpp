// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include <anechain/report/html/series.hpp>
#include <anechain/report/plot.hpp>

/// Numbers of two variables.
namespace anechain::report::page {

/// A table of cells, shaded from the least number to the largest in nine steps; the numbers are in them.
inline std::string draw(const HeatMap& map, const Series&) {
  Extent extent;
  for (const std::optional<double>& number : map.numbers)
    if (number) extent.include(*number);
  const Scale step = spanning(extent, 0, 8, !extent.empty() && extent.low() > 0 && extent.high() > 20 * extent.low());
  const Unit unit = map.is_share ? Unit::share : Unit::none;
  std::string head = "<th scope=\"col\">" + escaped(map.down) + " \\ " + escaped(map.across) + "</th>";
  for (const std::string& column : map.columns) head += "<th scope=\"col\">" + escaped(column) + "</th>";
  std::string lines = element("tr", head);
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    std::string line = "<th scope=\"row\">" + escaped(map.rows[r]) + "</th>";
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      const std::size_t at = r * map.columns.size() + c;
      const std::optional<double> number = at < map.numbers.size() ? map.numbers[at] : std::nullopt;
      line += number ? element("td", escaped(text_of(*number, unit, map.is_share)), std::string{"h"} + fixed(step(*number), 0))
                     : element("td", "");
    }
    lines += element("tr", line) + "\n";
  }
  return figure(map.title, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escaped(map.title) +
                               "\"><table class=\"heat\"><caption>" + escaped(map.value) + "</caption>" + lines + "</table></div>");
}

}  // namespace anechain::report::page
