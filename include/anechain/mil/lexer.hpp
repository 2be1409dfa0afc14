// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <anechain/mil/error.hpp>
#include <anechain/mil/graph.hpp>

namespace anechain::mil {

/// A word of MIL text, and where it stands.
struct Token {
  /// Keywords, types, true and inf are identifiers; what a number means, or whether it is one, its type tells later; an arrow is `->`,
  /// punctuation one of `()[]{}<>=,;?`.
  enum class Kind : unsigned char { end, identifier, number, string, arrow, punctuation };

  Kind kind = Kind::end;    ///< as far as one word tells
  std::string_view text{};  ///< of a string: what stands between the quotes
  Position at{};            ///< of its first character, of a string the quote
  std::size_t offset = 0;   ///< of the same character, in bytes from the start of the text
};

/// Throws ParseError.
[[noreturn]] inline void fail_at(Position at, const std::string& message) { throw ParseError(at, message); }

/// Cuts MIL text into tokens, one at a time.
class Lexer {
 public:
  /// The text must outlive the lexer and its tokens.
  explicit Lexer(std::string_view text) : text_(text) {}

  /// All of the text, also what has been read.
  std::string_view text() const { return text_; }

  /// The next token; `Kind::end` at the end of the text, again and again. Throws ParseError on a character that starts
  /// no token and on a string without an end.
  Token next() {
    skip_space();
    const std::size_t start = at_;
    const Position position = here();
    if (start == text_.size()) return {Token::Kind::end, {}, position, start};
    const char first = text_[start];
    if (is_letter(first)) {
      while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '@')) ++at_;
      return {Token::Kind::identifier, text_.substr(start, at_ - start), position, start};
    }
    if (first == '-' && start + 1 < text_.size() && text_[start + 1] == '>') {
      at_ += 2;
      return {Token::Kind::arrow, text_.substr(start, 2), position, start};
    }
    if (is_digit(first) || first == '.' || first == '+' || first == '-') return number(position);
    if (first == '"') return string(position);
    if (std::string_view{"()[]{}<>=,;?"}.find(first) == std::string_view::npos) fail_at(position, no_token(first));
    ++at_;
    return {Token::Kind::punctuation, text_.substr(start, 1), position, start};
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

  static std::string no_token(char c) {
    if (c == '%') return "no token starts with '%': names have no mark in MIL text";
    if (c == '/') return "no token starts with '/': MIL text has no comments";
    if (c >= ' ' && c <= '~') return std::string{"no token starts with '"} + c + "'";
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return std::string{"no token starts with the byte 0x"} + digits[byte / 16] + digits[byte % 16];
  }

  Position here() const { return {line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)}; }

  void skip_space() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }

  /// A sign, then letters, digits, dots, and signs after an exponent's letter: what it means is read later, with its type.
  Token number(Position position) {
    const std::size_t start = at_++;
    bool hexadecimal = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const char previous = text_[at_ - 1];
      const bool after_exponent = previous == 'p' || previous == 'P' || (!hexadecimal && (previous == 'e' || previous == 'E'));
      if (!is_digit(c) && !is_letter(c) && c != '.' && !((c == '+' || c == '-') && after_exponent)) break;
      hexadecimal = hexadecimal || c == 'x' || c == 'X';
    }
    return {Token::Kind::number, text_.substr(start, at_ - start), position, start};
  }

  Token string(Position position) {
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') ++at_;
      if (at_ < text_.size() && text_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
      ++at_;
    }
    if (at_ >= text_.size()) fail_at(position, "this string has no closing quote");
    ++at_;
    return {Token::Kind::string, text_.substr(start + 1, at_ - start - 2), position, start};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
};

}  // namespace anechain::mil
