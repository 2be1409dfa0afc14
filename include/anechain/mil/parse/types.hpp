// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include <anechain/mil/error.hpp>
#include <anechain/mil/nearest.hpp>
#include <anechain/mil/parse/tokens.hpp>
#include <anechain/mil/types.hpp>

namespace anechain::mil::detail {

/// Whether two texts are the same but for spaces outside of strings.
inline bool same_tokens(std::string_view a, std::string_view b) {
  Lexer left{a};
  Lexer right{b};
  while (true) {
    const Token mine = left.next();
    const Token theirs = right.next();
    if (mine.kind != theirs.kind || mine.text != theirs.text) return false;
    if (mine.kind == Token::Kind::end) return true;
  }
}

/// A type as it is written. `foreign` is its spelling where it is no tensor.
struct WrittenType {
  TensorType tensor{};
  bool state = false;
  std::string_view foreign{};
};

/// Types as they are written.
class TypeReader : protected TokenReader {
 protected:
  using Type = WrittenType;

  static constexpr int deepest = 32;

  explicit TypeReader(std::string_view text) : TokenReader(text) {}

  Type type(int depth = 0) { return type(identifier("a type"), depth); }

  /// The rest of a type whose first word has been read.
  Type type(const Located& word, int depth = 0) {
    const auto start = offset_of(word);
    if (depth == deepest) fail_at(word.at, "types are nested too deep");
    if (word.name == "tensor") return {.tensor = tensor_type(word)};
    if (word.name == "state") {
      expect('<');
      Type held = type(depth + 1);
      if (held.state || !held.foreign.empty()) fail_at(word.at, "a state holds a tensor");
      held.state = true;
      expect('>');
      return held;
    }
    const bool is_list = word.name == "list";
    if (is_list || word.name == "tuple" || word.name == "dict") {
      expect('<');
      type(depth + 1);
      if (is_list || word.name == "dict") expect(',');
      if (is_list) {
        extent();
      } else if (word.name == "dict") {
        type(depth + 1);
      } else {
        while (accept(',')) type(depth + 1);
      }
      expect('>');
      return {.foreign = text_since(start)};
    }
    if (word.name == "tensor_buffer") {
      expect('<');
      dtype(identifier("an element type, like fp16"));
      while (accept(',')) {
        identifier("the name of a property");
        expect('=');
        extents();
      }
      expect('>');
      return {.foreign = text_since(start)};
    }
    return {.tensor = {dtype(word), {}}};
  }

  static std::string spelled(const Type& type) {
    if (!type.foreign.empty()) return std::string{type.foreign};
    return type.state ? "state<" + to_string(type.tensor) + ">" : to_string(type.tensor);
  }

 private:
  TensorType tensor_type(const Located& word) {
    expect('<');
    TensorType result{dtype(identifier("an element type, like fp16")), {}};
    expect(',');
    result.shape = extents();
    expect('>');
    TensorType known = result;
    for (int axis = 0; axis < known.shape.rank; ++axis)
      if (known.shape[axis] == unknown_extent) known.shape[axis] = 1;
    try {
      require_reasonable(known, "a tensor");
    } catch (const TypeError& error) {
      fail_at(word.at, error.what());
    }
    return result;
  }

  Shape extents() {
    Shape shape{};
    expect('[');
    while (!is(']')) {
      if (shape.rank > 0) expect(',');
      if (shape.rank == max_rank) fail("more than " + std::to_string(max_rank) + " axes: no more are represented");
      shape.extents[shape.rank++] = extent();
    }
    advance();
    return shape;
  }

  std::int64_t extent() {
    if (accept('?')) return unknown_extent;
    std::int64_t extent = 0;
    const std::string_view digits = token().text;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), extent);
    if (token().kind != Token::Kind::number || error != std::errc{} || end != digits.data() + digits.size() || extent < 0)
      wrong("an extent (1, 2, ..., or ?)");
    advance();
    return extent;
  }

  DType dtype(const Located& name) const {
    for (std::size_t i = 0; i < std::size(dtype_table); ++i)
      if (dtype_table[i].name == name.name) return static_cast<DType>(i);
    require_more();
    constexpr std::string_view others[]{"float16", "half", "float32", "float", "float64", "double", "str", "boolean"};
    constexpr std::string_view meant[]{"fp16", "fp16", "fp32", "fp32", "fp64", "fp64", "string", "bool"};
    std::string hint = did_you_mean(name.name, dtype_table, [](const DTypeFacts& facts) { return facts.name; });
    for (std::size_t i = 0; i < std::size(others); ++i)
      if (others[i] == name.name) hint = "; did you mean " + quoted(meant[i]) + "?";
    fail_at(name.at, "no type is called " + quoted(name.name) + hint);
  }
};

}  // namespace anechain::mil::detail
