// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <anechain/mil/lexer.hpp>

namespace anechain::mil::detail {

/// A word of the text and where it stands.
struct Located {
  std::string_view name;
  Position at;
};

/// The token that is looked at, what is done with it, and what is said where it is not what the grammar wants.
class TokenReader {
 protected:
  explicit TokenReader(std::string_view text) : lexer_(text) { advance(); }

  const Token& token() const { return token_; }
  void advance() {
    const std::size_t quotes = token_.kind == Token::Kind::string ? 2 : 0;
    end_of_previous_ = token_.offset + token_.text.size() + quotes;
    token_ = lexer_.next();
  }
  bool is(char punctuation) const { return token_.kind == Token::Kind::punctuation && token_.text[0] == punctuation; }
  bool is_word(std::string_view word) const { return token_.kind == Token::Kind::identifier && token_.text == word; }

  bool accept(char punctuation) {
    if (!is(punctuation)) return false;
    advance();
    return true;
  }

  void expect(char punctuation) {
    if (!accept(punctuation)) wrong(quoted({&punctuation, 1}));
  }

  void keyword(std::string_view word) {
    if (!is_word(word)) wrong(quoted(word));
    advance();
  }

  Located identifier(const char* meaning) {
    if (token_.kind != Token::Kind::identifier) wrong(meaning);
    const Located result{token_.text, token_.at};
    advance();
    return result;
  }

  /// Elements with commas between them, and the bracket that closes them.
  template <class Element>
  void separated(char close, Element element) {
    for (bool first = true; !is(close); first = false) {
      if (!first) expect(',');
      element();
    }
    advance();
  }

  /// Where a name begins in the text, and the text from there to the token before this one.
  std::size_t offset_of(const Located& word) const { return static_cast<std::size_t>(word.name.data() - lexer_.text().data()); }
  std::string_view text_since(std::size_t start) const { return lexer_.text().substr(start, end_of_previous_ - start); }

  /// A word that nobody knows may be cut short, where the text ends behind it.
  void require_more() const {
    if (token_.kind == Token::Kind::end) wrong("the rest of the program");
  }

  static std::string quoted(std::string_view word) {
    std::string text{'\''};
    text += word;
    return text += '\'';
  }

  [[noreturn]] void wrong(const std::string& expected) const {
    constexpr std::size_t shown = 40;
    const std::string quote = token_.kind == Token::Kind::string ? "\"" : "'";
    const std::string found = token_.kind == Token::Kind::end
                                  ? "the end of the text"
                                  : quote + std::string{token_.text.substr(0, shown)} + (token_.text.size() > shown ? "..." : quote);
    fail("expected " + expected + ", found " + found);
  }
  [[noreturn]] void fail(const std::string& message) const { fail_at(token_.at, message); }

  [[noreturn]] static void fail_at(Position at, const std::string& message) { mil::fail_at(at, message); }

 private:
  Lexer lexer_;
  Token token_;
  std::size_t end_of_previous_ = 0;
};

}  // namespace anechain::mil::detail
