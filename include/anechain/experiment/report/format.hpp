// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

/// How reports write numbers and tables.
namespace anechain::report {

/// A number with four significant digits, or none behind the point where it has more in front of it.
inline std::string digits(double number, bool sign = false) {
  const double magnitude = std::abs(number);
  const int decimals = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : 3;
  char text[64];
  std::snprintf(text, sizeof text, sign ? "%+.*f" : "%.*f", decimals, number);
  return text;
}

/// A count of something with the decimal prefix that fits: "302 MFLOP".
inline std::string scaled(double number, std::string_view unit) {
  constexpr std::string_view prefixes[]{"", "k", "M", "G", "T"};
  std::size_t prefix = 0;
  for (; number >= 1000 && prefix + 1 < std::size(prefixes); number /= 1000) ++prefix;
  char text[64];
  std::snprintf(text, sizeof text, "%.3g ", number);
  return std::string{text} + std::string{prefixes[prefix]} + std::string{unit};
}

/// Rows of cells, each column as wide as its widest cell: the first flush left, the others flush right.
inline void print_aligned(std::ostream& to, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string filling(widths[i] - row[i].size(), ' ');
      line += i == 0 ? ' ' + row[i] + filling : "  " + filling + row[i];
    }
    to << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
}

}  // namespace anechain::report
