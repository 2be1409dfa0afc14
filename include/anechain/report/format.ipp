// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>

#include <anechain/report/format.hpp>

namespace anechain::report {

ANECHAIN_INLINE std::string fixed(double number, int decimals, bool sign) {
  if (!std::isfinite(number)) return "-";
  char text[400];
  std::snprintf(text, sizeof text, sign ? "%+.*f" : "%.*f", decimals, number);
  std::string written{text};
  std::ranges::replace(written, ',', '.');
  return written;
}

ANECHAIN_INLINE std::string digits(double number, bool sign) {
  if (!std::isfinite(number)) return "-";
  const double magnitude = std::abs(number);
  const int decimals = magnitude >= 1000                      ? 0
                       : magnitude >= 100                     ? 1
                       : magnitude >= 10                      ? 2
                       : magnitude >= 0.1 || magnitude < 1e-9 ? 3
                                                              : 2 - static_cast<int>(std::floor(std::log10(magnitude)));
  return fixed(number, decimals, sign);
}

ANECHAIN_INLINE std::string percent(double share, bool sign) {
  const double number = 100 * share;
  const double magnitude = std::abs(number);
  return fixed(number, magnitude >= 1000 ? 0 : magnitude >= 10 ? 1 : magnitude >= 0.1 ? 2 : 3, sign) + " %";
}

ANECHAIN_INLINE std::string scaled(double number, std::string_view unit) {
  constexpr std::string_view prefixes[]{"", "k", "M", "G", "T"};
  std::size_t prefix = 0;
  for (; number >= 1000 && prefix + 1 < std::size(prefixes); number /= 1000) ++prefix;
  const int decimals = number >= 100 || number == std::floor(number) ? 0 : number >= 10 ? 1 : 2;
  return fixed(number, decimals) + " " + std::string{prefixes[prefix]} + std::string{unit};
}

}  // namespace anechain::report
