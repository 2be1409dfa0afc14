// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cmath>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace anechain::mil {

/// The number that a whole token spells in decimal or hexadecimal, or as inf or nan, independent of the locale. Numbers
/// too large for a double are infinite, those too small are zero.
inline std::optional<double> to_double(std::string_view token) {
  const bool negative = token.starts_with('-');
  if (negative || token.starts_with('+')) token.remove_prefix(1);
  if (token.empty() || token[0] == '+' || token[0] == '-') return std::nullopt;
  double number = 0;
  if (token == "inf") {
    number = std::numeric_limits<double>::infinity();
  } else if (token == "nan") {
    number = std::numeric_limits<double>::quiet_NaN();
  } else if (token[0] != '.' && (token[0] < '0' || token[0] > '9')) {
    return std::nullopt;
  } else {
#if defined(__cpp_lib_to_chars)
    const bool hexadecimal = token.starts_with("0x") || token.starts_with("0X");
    if (hexadecimal) token.remove_prefix(2);
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number,
                                              hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (end != token.data() + token.size() || error == std::errc::invalid_argument) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
      const std::size_t exponent = token.find_first_of("eEpP");
      const bool tiny = exponent == std::string_view::npos ? token.find_first_not_of("0.") > token.find('.')
                                                           : exponent + 1 < token.size() && token[exponent + 1] == '-';
      number = tiny ? 0 : HUGE_VAL;
    }
#else
    std::istringstream stream{std::string{token}};
    stream.imbue(std::locale::classic());
    if (!(stream >> number) || stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
#endif
  }
  return negative ? -number : number;
}

}  // namespace anechain::mil
