// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include <anechain/mil/graph.hpp>
#include <anechain/mil/number.hpp>
#include <anechain/mil/parse/types.hpp>

namespace anechain::mil::detail {

/// Values as they are written: what is kept of them goes into the graph.
class ValueReader : protected TypeReader {
 protected:
  explicit ValueReader(std::string_view text) : TypeReader(text) {}

  /// The value of a const, which must be of the type that its result declares.
  Constant value_of_const(const Type& declared) {
    const Position at = token().at;
    const Type given = type();
    if (given.tensor != declared.tensor || !same_tokens(given.foreign, declared.foreign) || given.state || declared.state)
      fail_at(at, "the value is of type " + spelled(given) + ", but its result is declared " + spelled(declared));
    return initializer(given, true);
  }

  /// A type and, in parentheses, a value of it, which must be of `expected`.
  Constant typed_value(const TensorType& expected, const char* what) {
    const Position at = token().at;
    if (token().kind != Token::Kind::identifier)
      wrong("a value with its type for " + std::string{what} + ", like " + std::string{facts(expected.dtype).name} +
            (expected.dtype == DType::string ? "(\"...\")" : "(64)"));
    const Type given = type();
    if (given.tensor != expected || !given.foreign.empty() || given.state)
      fail_at(at, std::string{what} + " is of type " + spelled(given) + ", expected " + to_string(expected));
    return initializer(given, false);
  }

  Name as_name(const Constant& constant) {
    const Name name = name_from(graph_.numbers[constant.first]);
    graph_.numbers.truncate(constant.first);
    return name;
  }

  /// What stands in the parentheses behind a type.
  Constant initializer(const Type& type, bool may_be_blob) {
    if (type.state) fail("a state has no value in the text");
    if (!type.foreign.empty()) {
      const std::size_t start = token().offset;
      one_value();
      return {.kind = Constant::Kind::foreign, .text = graph_.add_text(text_since(start))};
    }
    if (type.tensor.shape.has_unknown()) fail("a value of unknown extent: " + spelled(type));
    expect('(');
    Constant constant;
    if (is_word("BLOBFILE") && may_be_blob) {
      if (type.tensor.dtype == DType::string) fail("strings are not kept in weight files");
      constant = blob_reference();
    } else {
      constant.first = static_cast<std::uint32_t>(graph_.numbers.size());
      literal(type.tensor, 0);
      constant.count = static_cast<std::uint32_t>(graph_.numbers.size()) - constant.first;
    }
    expect(')');
    return constant;
  }

  /// The attributes of a program or a function, read by the grammar and kept as they are written.
  Attributes attributes() {
    const std::size_t start = token().offset;
    std::unordered_set<std::string_view> names;
    expect('[');
    separated(']', [&] {
      const Located name = identifier("the name of an attribute");
      if (!names.insert(name.name).second) fail_at(name.at, quoted(name.name) + " is given twice");
      expect('=');
      type();
      one_value();
    });
    return {Attributes::Kind::given, graph_.add_text(text_since(start))};
  }

  Graph graph_;

 private:
  Constant blob_reference() {
    advance();
    expect('(');
    Constant constant{.kind = Constant::Kind::blob};
    bool path = false;
    bool offset = false;
    for (bool first = true; !is(')'); first = false) {
      if (!first) expect(',');
      const Located field = identifier("'path' or 'offset'");
      expect('=');
      if (field.name == "path" && !std::exchange(path, true)) {
        constant.text = as_name(typed_value({DType::string, {}}, "the path"));
      } else if (field.name == "offset" && !std::exchange(offset, true)) {
        const Constant number = typed_value({DType::uint64, {}}, "the offset");
        constant.blob_offset = static_cast<std::uint64_t>(graph_.numbers[number.first]);
        graph_.numbers.truncate(number.first);
      } else {
        fail_at(field.at, "BLOBFILE takes one 'path' and one 'offset'");
      }
    }
    if (!path || !offset) wrong("both 'path' and 'offset'");
    advance();
    return constant;
  }

  /// Elements nested to the rank of the tensor.
  void literal(const TensorType& of, int axis) {
    if (axis == of.shape.rank) return element(of.dtype);
    if (!is('[')) wrong("'[': the literal of a tensor of rank " + std::to_string(of.shape.rank) + " is nested that deep");
    advance();
    std::int64_t count = 0;
    for (; !is(']'); ++count) {
      if (count == of.shape[axis])
        fail("more than the " + std::to_string(of.shape[axis]) + " elements that axis " + std::to_string(axis) + " has");
      if (count > 0) expect(',');
      literal(of, axis + 1);
    }
    if (count != of.shape[axis])
      fail(std::to_string(count) + " elements where axis " + std::to_string(axis) + " has " + std::to_string(of.shape[axis]));
    advance();
  }

  void element(DType dtype) {
    if (dtype == DType::string) {
      if (token().kind != Token::Kind::string) wrong("a string");
      graph_.numbers.push_back(to_bits(add_unescaped(token().text)));
    } else if (dtype == DType::boolean) {
      if (!is_word("true") && !is_word("false")) wrong("true or false");
      graph_.numbers.push_back(token().text == "true");
    } else if (token().kind != Token::Kind::number && !is_word("inf") && !is_word("nan")) {
      wrong("a number");
    } else {
      graph_.numbers.push_back(facts(dtype).floating ? floating(dtype) : integer(dtype));
    }
    advance();
  }

  std::int64_t floating(DType dtype) const {
    const std::optional<double> value = to_double(token().text);
    if (!value) wrong("a number");
    const double number = rounded(dtype, *value);
    if (std::isinf(number) && !token().text.ends_with("inf"))
      fail(std::string{token().text} + " does not fit " + std::string{facts(dtype).name});
    return to_bits(number);
  }

  std::int64_t integer(DType dtype) const {
    std::string_view digits = token().text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto read = [&](auto value) {
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (digits.starts_with('+') || error == std::errc::invalid_argument || end != digits.data() + digits.size()) wrong("an integer");
      if (error == std::errc::result_out_of_range) fail(std::string{token().text} + " does not fit " + std::string{facts(dtype).name});
      return static_cast<std::int64_t>(value);
    };
    if (dtype == DType::uint64 && !digits.starts_with('-')) return read(std::uint64_t{});
    const std::int64_t value = read(std::int64_t{});
    const auto [least, most] = integer_range(dtype);
    if (value < least || value > most) fail(std::string{token().text} + " does not fit " + std::string{facts(dtype).name});
    return value;
  }

  Name add_unescaped(std::string_view raw) {
    if (raw.find('\\') == std::string_view::npos) return graph_.add_text(raw);
    std::string text;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const bool escapes = raw[i] == '\\' && (raw[i + 1] == '"' || raw[i + 1] == '\\');  // others are not known to exist
      text += raw[escapes ? ++i : i];
    }
    return graph_.add_text(text);
  }

  /// What stands in the parentheses behind a type: one value, or none.
  void one_value() {
    expect('(');
    if (!is(')')) any_value(0);
    expect(')');
  }

  void parenthesised(int depth) {
    expect('(');
    if (is(')')) return advance();
    any_value(depth);
    while (accept(',')) any_value(depth);
    expect(')');
  }

  /// A value whose type was said further out: a literal, [list], (tuple), {dict}, or a value with a type of its own.
  void any_value(int depth) {
    if (depth == deepest) fail("values are nested too deep");
    if (token().kind == Token::Kind::number || token().kind == Token::Kind::string) return advance();
    if (is('(')) return parenthesised(depth + 1);
    if (accept('[')) return separated(']', [&] { any_value(depth + 1); });
    if (accept('{'))
      return separated('}', [&] {
        expect('{');
        any_value(depth + 1);
        expect(',');
        any_value(depth + 1);
        expect('}');
      });
    if (is_word("BLOBFILE")) {
      blob_reference();
      return;
    }
    for (const std::string_view word : {"true", "false", "inf", "nan"})
      if (is_word(word)) return advance();
    wrong("a value");
  }
};

}  // namespace anechain::mil::detail
