// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include <anechain/report/cell.hpp>
#include <anechain/report/format.hpp>

/// Text for HTML and SVG: whatever the report says, and whatever the locale.
namespace anechain::report::page {

inline double real(std::size_t number) { return static_cast<double>(number); }

/// Text as HTML and its attributes take it: plain, whatever a file had in it.
inline std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : plain_text(text)) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

/// The first characters of a UTF-8 text, with an ellipsis where there are more.
inline std::string shortened(std::string_view text, std::size_t most) {
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  std::size_t characters = 0;
  std::size_t cut = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!begins_character(text[i])) continue;
    if (characters + 1 == most) cut = i;
    if (++characters > most) return std::string{text.substr(0, cut)} + "\u2026";
  }
  return std::string{text};
}

/// A number with so many digits behind the point, without the zeros that end it.
inline std::string trimmed(double number, int decimals) {
  std::string text = fixed(number, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

/// A place in a drawing, to a tenth; the origin for what is no number.
inline std::string coordinate(double place) {
  constexpr double edge = 1e6;
  return std::isfinite(place) ? trimmed(std::clamp(place, -edge, edge), 1) : "0";
}

/// An element with text in it, which must be escaped already.
inline std::string element(std::string_view tag, std::string_view inside, std::string_view css = {}) {
  std::string text = std::string{"<"} + std::string{tag};
  if (!css.empty()) text += std::string{" class=\""} + std::string{css} + "\"";
  return text + ">" + std::string{inside} + "</" + std::string{tag.substr(0, tag.find(' '))} + ">";
}

}  // namespace anechain::report::page
