// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#if defined(__APPLE__)
#include <xlocale.h>
#endif

namespace anechain::mil {

namespace detail {

/// Whether a number that no double can hold is too small, not too large: by the place of its first digit that is not zero, and its
/// exponent. A digit is worth so many units of the exponent.
inline bool is_below_one(std::string_view mantissa, std::string_view exponent, std::int64_t units_a_digit) {
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_not_of("0.");
  if (first == std::string_view::npos) return true;
  const std::int64_t place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + (first > point ? 1 : 0);
  std::int64_t power = 0;
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  const auto [end, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
  if (error == std::errc::result_out_of_range) return exponent.starts_with('-');
  return power + place * units_a_digit < 0;
}

/// Whether a mantissa of such digits, with or without a point, and an exponent ("0" where there is none) are spelt as C++ spells them.
inline bool is_spelt_right(std::string_view mantissa, std::string_view digits, std::string_view exponent) {
  const auto are_all = [](std::string_view text, std::string_view of) { return text.find_first_not_of(of) == std::string_view::npos; };
  const std::size_t point = mantissa.find('.');
  const std::string_view whole = mantissa.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view{} : mantissa.substr(point + 1);
  if ((whole.empty() && fraction.empty()) || !are_all(whole, digits) || !are_all(fraction, digits)) return false;
  if (exponent.starts_with('+') || exponent.starts_with('-')) exponent.remove_prefix(1);
  return !exponent.empty() && are_all(exponent, "0123456789");
}

/// The double nearest to a number that is spelt right, hexadecimal with its 0x; none where no double can hold it.
inline std::optional<double> nearest(std::string_view token, bool hexadecimal) {
  double number = 0;
#if defined(__cpp_lib_to_chars)
  if (hexadecimal) token.remove_prefix(2);
  const auto format = hexadecimal ? std::chars_format::hex : std::chars_format::general;
  if (std::from_chars(token.data(), token.data() + token.size(), number, format).ec != std::errc{}) return std::nullopt;
#else
  // LLVM's library has no from_chars for doubles, and its streams drop digits from the fortieth on. The C library's function says of
  // a subnormal number, too, that it is out of range, but gives it.
  static_cast<void>(hexadecimal);
  static const locale_t classic = newlocale(LC_ALL_MASK, "C", locale_t{});
  errno = 0;
  number = strtod_l(std::string{token}.c_str(), nullptr, classic);
  if (errno == ERANGE && (number == 0 || std::isinf(number))) return std::nullopt;
#endif
  return number;
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
    const bool hexadecimal = token.starts_with("0x") || token.starts_with("0X");
    const std::string_view body = hexadecimal ? token.substr(2) : token;
    const std::size_t mark = body.find_first_of(hexadecimal ? "pP" : "eE");
    if (hexadecimal && mark == std::string_view::npos) return std::nullopt;
    const std::string_view mantissa = body.substr(0, mark);
    const std::string_view exponent = mark == std::string_view::npos ? "0" : body.substr(mark + 1);
    if (!detail::is_spelt_right(mantissa, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789", exponent)) return std::nullopt;
    const std::optional<double> nearest = detail::nearest(token, hexadecimal);
    number = nearest ? *nearest : detail::is_below_one(mantissa, exponent, hexadecimal ? 4 : 1) ? 0 : HUGE_VAL;
  }
  return negative ? -number : number;
}

}  // namespace anechain::mil
