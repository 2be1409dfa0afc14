// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace anechain::mil {

namespace detail {

/// Whether a number that no double can hold is too small, not too large: by the place of its first digit that is not zero, and its
/// exponent. A digit is worth so many units of the exponent.
inline bool is_below_one(std::string_view token, std::size_t exponent, std::int64_t units_a_digit) {
  const std::string_view mantissa = token.substr(0, exponent);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_not_of("0.");
  if (first == std::string_view::npos) return true;
  const std::int64_t place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + (first > point ? 1 : 0);
  std::int64_t power = 0;
  if (exponent != std::string_view::npos) {
    std::string_view digits = token.substr(exponent + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), power);
    if (error == std::errc::result_out_of_range) return digits.starts_with('-');
  }
  return power + place * units_a_digit < 0;
}

}  // namespace detail

/// The number that a whole token spells in decimal or hexadecimal, or as inf or nan, independent of the locale. Numbers
/// too large for a double are infinite, those too small are zero.
inline std::optional<double> to_double(std::string_view whole) {
  std::string_view token = whole;
  const bool negative = token.starts_with('-');
  if (negative || token.starts_with('+')) token.remove_prefix(1);
  if (token.empty() || token[0] == '+' || token[0] == '-') return std::nullopt;
  double number = 0;
  const bool has_sign = token.size() != whole.size();
  if (token == "inf") {
    if (has_sign && !negative) return std::nullopt;
    number = std::numeric_limits<double>::infinity();
  } else if (token == "nan") {
    if (has_sign) return std::nullopt;
    number = std::numeric_limits<double>::quiet_NaN();
  } else if (token[0] != '.' && (token[0] < '0' || token[0] > '9')) {
    return std::nullopt;
  } else {
#if defined(__cpp_lib_to_chars)
    const bool hexadecimal = token.starts_with("0x") || token.starts_with("0X");
    if (hexadecimal) token.remove_prefix(2);
    const std::string_view digits = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789.";
    const std::size_t exponent = token.find_first_of(hexadecimal ? "pP" : "eE");
    if (token.empty() || digits.find(token[0]) == std::string_view::npos) return std::nullopt;
    if (hexadecimal && exponent == std::string_view::npos) return std::nullopt;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number,
                                              hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (end != token.data() + token.size() || error == std::errc::invalid_argument) return std::nullopt;
    if (error == std::errc::result_out_of_range) number = detail::is_below_one(token, exponent, hexadecimal ? 4 : 1) ? 0 : HUGE_VAL;
#else
    std::istringstream stream{std::string{token}};
    stream.imbue(std::locale::classic());
    if (!(stream >> number) || stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
#endif
  }
  return negative ? -number : number;
}

}  // namespace anechain::mil
