// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <anechain/mil/error.hpp>

namespace anechain::mil {

/// A word of MIL text, and where it stands.
struct Token {
  enum class Kind : unsigned char { end, identifier, number, string, arrow, punctuation };

  Kind kind = Kind::end;
  std::string_view text{};  ///< of a string: what stands between the quotes
  std::size_t offset = 0;
};

/// Cuts MIL text into tokens, one at a time.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// The next token; `Kind::end` at the end of the text, again and again. Throws ParseError on a character that starts
  /// no token and on a string without an end.
  Token next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
    const std::size_t start = at_;
    if (start == text_.size()) return {Token::Kind::end, {}, start};
    const char first = text_[start];
    if (is_letter(first)) return token(Token::Kind::identifier, [](char c) { return is_letter(c) || is_digit(c) || c == '@'; });
    if (text_.substr(start, 2) == "->") {
      at_ += 2;
      return {Token::Kind::arrow, text_.substr(start, 2), start};
    }
    if (is_digit(first) || first == '.' || first == '+' || first == '-') return number();
    if (first == '"') return string();
    if (std::string_view{"()[]{}<>=,;?"}.find(first) == std::string_view::npos)
      fail(start, "no token starts with '" + printable(first) + "'");
    ++at_;
    return {Token::Kind::punctuation, text_.substr(start, 1), start};
  }

  /// Throws ParseError, with `offset` as line and column.
  [[noreturn]] void fail(std::size_t offset, const std::string& message) const {
    const std::string_view before = text_.substr(0, offset);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t line_start = before.rfind('\n') + 1;
    throw ParseError(line + 1, offset - line_start + 1, message);
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

  static std::string printable(char c) {
    if (c >= ' ' && c <= '~') return std::string(1, c);
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {'\\', 'x', digits[byte / 16], digits[byte % 16]};
  }

  Token token(Token::Kind kind, auto belongs) {
    const std::size_t start = at_;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    return {kind, text_.substr(start, at_ - start), start};
  }

  /// A sign, then letters, digits, dots, and signs after an exponent's letter: what it means is read later, with its type.
  Token number() {
    const std::size_t start = at_++;
    bool hexadecimal = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const char previous = text_[at_ - 1];
      const bool after_exponent = previous == 'p' || previous == 'P' || (!hexadecimal && (previous == 'e' || previous == 'E'));
      if (!is_digit(c) && !is_letter(c) && c != '.' && !((c == '+' || c == '-') && after_exponent)) break;
      hexadecimal = hexadecimal || c == 'x' || c == 'X';
    }
    return {Token::Kind::number, text_.substr(start, at_ - start), start};
  }

  Token string() {
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2U : 1U;
    if (at_ >= text_.size()) fail(start, "this string has no closing quote");
    ++at_;
    return {Token::Kind::string, text_.substr(start + 1, at_ - start - 2), start};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace anechain::mil
