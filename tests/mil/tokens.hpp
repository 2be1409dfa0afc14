// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/mil/lexer.hpp>

#include <string>
#include <string_view>
#include <vector>

/// The tokens of a MIL text.
inline std::vector<std::string> tokens(std::string_view text) {
  anechain::mil::Lexer lexer{text};
  std::vector<std::string> all;
  for (anechain::mil::Token token = lexer.next(); token.kind != anechain::mil::Token::Kind::end; token = lexer.next())
    all.emplace_back(token.text);
  return all;
}
