// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <anechain/report/document.hpp>
#include <anechain/report/format.hpp>

/// Cells and remarks as text.
namespace anechain::report {

namespace detail {

/// The code point that begins at a place, and how many bytes it has; none if the bytes there are no UTF-8.
inline std::optional<std::pair<char32_t, std::size_t>> code_point(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return std::pair{static_cast<char32_t>(first), std::size_t{1}};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return std::nullopt;
  auto point = static_cast<char32_t>(first & (0xFFU >> (length + 1)));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return std::nullopt;
    point = (point << 6) | (byte(at + i) & 0x3F);
  }
  constexpr char32_t least[]{0, 0, 0x80, 0x800, 0x10000};
  if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
  return std::pair{point, length};
}

/// Whether a code point does something other than being seen: controls, marks of direction, what has no width, line separators.
constexpr bool is_active(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD || point == 0x61C || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF ||
         (point >= 0xFFF0 && point <= 0xFFFB) || (point >= 0xE0000 && point <= 0xE0FFF);
}

}  // namespace detail

/// Text as text and nothing else, since names may come from a file: control characters and line ends are spaces, what changes the direction
/// of writing or has no width is left out, and what is no UTF-8 is "?".
inline std::string plain_text(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto found = detail::code_point(text, at);
    if (!found) {
      plain += '?';
      ++at;
      continue;
    }
    if (!detail::is_active(found->first))
      plain += text.substr(at, found->second);
    else if (found->first < 0xA0 || found->first == 0x2028 || found->first == 0x2029)
      plain += ' ';
    at += found->second;
  }
  return plain;
}

/// Whether a cell holds something.
inline bool is_empty(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return text->empty();
  return std::holds_alternative<std::monostate>(cell);
}

/// A number with three or four significant digits; counts whole; shares as per cents; without the unit's symbol.
inline std::string text_of(double number, Unit unit, bool has_sign = false) {
  if (unit == Unit::share) return percent(number, has_sign);
  if (unit == Unit::count) return fixed(number, 0, has_sign);
  return digits(number, has_sign);
}

/// A cell as people read it, plain; without the unit's symbol.
inline std::string text_of(const Cell& cell, Unit unit, bool has_sign = false) {
  struct Visitor {
    Unit unit;
    bool has_sign;
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(const std::string& text) const { return plain_text(text); }
    std::string operator()(const Word& word) const { return plain_text(word.text); }
    std::string operator()(double number) const { return text_of(number, unit, has_sign); }
    std::string operator()(const statistics::Interval& of) const {
      return "[" + text_of(of.low, unit, has_sign) + ", " + text_of(of.high, unit, has_sign) + "]";
    }
  };
  return std::visit(Visitor{unit, has_sign}, cell);
}

/// The header of a column: "pass [µs]".
inline std::string text_of(const Column& column) {
  const std::string heading = plain_text(column.heading);
  if (symbol(column.unit).empty()) return heading;
  return heading + (heading.empty() ? "[" : " [") + std::string{symbol(column.unit)} + "]";
}

/// A table as rows of plain text, its header first.
inline std::vector<std::vector<std::string>> rows_of(const Table& table) {
  std::vector<std::vector<std::string>> rows(1);
  for (const Column& column : table.columns) rows.front().push_back(text_of(column));
  for (const Row& row : table.rows) {
    std::vector<std::string>& text = rows.emplace_back();
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      text.push_back(text_of(row.cells[i], table.columns[i].unit, table.columns[i].has_sign));
  }
  return rows;
}

/// A remark's words with its values in them, each with its unit. What is no field's name stays as it is.
inline std::string text_of(const Remark& remark) {
  std::string text;
  const std::string_view words = remark.words;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t open = words.find('{', at);
    const std::size_t close = open == std::string_view::npos ? open : words.find('}', open);
    if (close == std::string_view::npos) {
      text += words.substr(at);
      break;
    }
    text += words.substr(at, open - at);
    const std::string_view name = words.substr(open + 1, close - open - 1);
    const Field* found = nullptr;
    for (const Field& field : remark.fields)
      if (field.name == name) found = &field;
    if (found == nullptr) {
      text += words.substr(open, close - open + 1);
    } else {
      text += text_of(found->value, found->unit, found->has_sign);
      if (!symbol(found->unit).empty()) text += " " + std::string{symbol(found->unit)};
    }
    at = close + 1;
  }
  return text;
}

/// How many places a text takes on a terminal: one for each code point, two for those that East Asia writes wide.
inline std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto found = detail::code_point(text, at);
    at += found ? found->second : 1;
    const char32_t point = found ? found->first : U'?';
    const bool is_mark = point >= 0x300 && point < 0x370;
    const bool is_wide = (point >= 0x1100 && point < 0x1160) || (point >= 0x2E80 && point < 0xA4D0) ||
                         (point >= 0xAC00 && point < 0xD7A4) || (point >= 0xF900 && point < 0xFB00) ||
                         (point >= 0xFF00 && point < 0xFF61) || (point >= 0x1F300 && point < 0x1FB00) ||
                         (point >= 0x20000 && point < 0x3FFFE);
    width += is_mark ? 0 : is_wide ? 2 : 1;
  }
  return width;
}

}  // namespace anechain::report
