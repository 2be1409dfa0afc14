// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <anechain/mil/graph.hpp>
#include <anechain/mil/infer.hpp>
#include <anechain/mil/lexer.hpp>

namespace anechain::mil {
namespace detail {

/// The number that a whole token spells in decimal or hexadecimal, independent of the locale.
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
    if (error == std::errc::result_out_of_range)
      number = token.find_first_of("eEpP") != std::string_view::npos && token[token.find_first_of("eEpP") + 1] == '-' ? 0 : HUGE_VAL;
#else
    std::istringstream stream{std::string{token}};
    stream.imbue(std::locale::classic());
    if (!(stream >> number) || stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
#endif
  }
  return negative ? -number : number;
}

/// Smallest and largest integer of a dtype, as int64 (uint64 values above that are refused).
constexpr std::pair<std::int64_t, std::int64_t> integer_range(DType dtype) {
  const int bits = facts(dtype).bits;
  const bool is_signed = facts(dtype).name.starts_with("int");
  if (is_signed)
    return {bits == 64 ? std::numeric_limits<std::int64_t>::min() : -(std::int64_t{1} << (bits - 1)),
            bits == 64 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << (bits - 1)) - 1};
  return {0, bits == 64 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << bits) - 1};
}

/// Recursive descent over one program text. Recursion is as deep as a literal's rank, which is bounded.
class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) { advance(); }

  Graph program() {
    keyword("program");
    expect('(');
    if (token_.kind != Token::Kind::number || token_.text.find_first_not_of("0123456789.") != std::string_view::npos)
      wrong("the version of the language, like 1.0");
    advance();
    expect(')');
    if (is('[')) skip_attributes();
    expect('{');
    function();
    if (is_word("func")) fail("a second function: programs of several functions are not supported yet");
    expect('}');
    if (token_.kind != Token::Kind::end) wrong("the end of the text");
    return std::move(graph_);
  }

 private:
  struct Located {
    std::string_view name;
    std::size_t offset;
  };

  void function() {
    keyword("func");
    identifier("the function's name");
    if (accept('<')) {
      identifier("the operation set, like ios16");
      expect('>');
    }
    expect('(');
    while (!is(')')) {
      if (!graph_.inputs.empty()) expect(',');
      const TensorType parameter = type();
      const Located name = identifier("the parameter's name");
      graph_.inputs.push_back(define(name, parameter, -1));
    }
    advance();
    if (is('[')) skip_attributes();
    expect('{');
    while (token_.kind != Token::Kind::arrow) {
      if (is('}')) break;
      statement();
    }
    expect('}');
    if (token_.kind != Token::Kind::arrow) wrong("'->' and the function's results");
    advance();
    expect('(');
    while (!is(')')) {
      if (!graph_.outputs.empty()) expect(',');
      graph_.outputs.push_back(defined(identifier("the name of a result")));
    }
    advance();
    expect(';');
  }

  void statement() {
    const TensorType result_type = type();
    const Located result = identifier("the result's name");
    if (is(',')) fail("operations with several results are not supported yet");
    expect('=');
    const Located operation_name = identifier("the name of an operation");
    const OpKind kind = operation_kind(operation_name);
    Operation operation{.kind = kind, .first_argument = static_cast<std::uint32_t>(graph_.arguments.size())};
    arguments(operation, operation_name);
    attributes(operation, result_type, result, operation_name);
    if (is('{')) fail("a nested block: MIL text with blocks is not supported");
    expect(';');
    if (kind != OpKind::constant) check(operation, result_type, operation_name);
    operation.result = define(result, result_type, static_cast<std::int32_t>(graph_.operations.size()));
    graph_.operations.push_back(operation);
  }

  void arguments(Operation& operation, const Located& at) {
    expect('(');
    while (!is(')')) {
      if (operation.argument_count > 0) expect(',');
      const Located name = identifier("the name of an operand");
      const Param param = operand(operation.kind, name);
      if (graph_.argument(graph_.arguments_of(operation), param) >= 0)
        fail_at(name.offset, "operand '" + std::string{name.name} + "' is given twice");
      expect('=');
      graph_.arguments.push_back({param, defined(identifier("the name of a value"))});
      ++operation.argument_count;
    }
    advance();
    for (const ParamUse& use : facts(operation.kind))
      if (use.required && graph_.argument(graph_.arguments_of(operation), use.param) < 0)
        fail_at(at.offset, std::string{at.name} + " needs the operand '" + std::string{facts(use.param).text} + "'");
  }

  /// `[name = .., val = ..]`. `name` may be absent; then the result's name is taken.
  void attributes(Operation& operation, const TensorType& result_type, const Located& result, const Located& at) {
    bool named = false;
    if (accept('[')) {
      bool first = true;
      while (!is(']')) {
        if (!std::exchange(first, false)) expect(',');
        const Located attribute = identifier("the name of an attribute");
        expect('=');
        if (attribute.name == "name" && !std::exchange(named, true)) {
          operation.name = typed_value({DType::string, {}}).text;
        } else if (attribute.name == "val" && operation.kind == OpKind::constant && operation.constant < 0) {
          operation.constant = static_cast<std::int32_t>(graph_.constants.size());
          graph_.constants.push_back(typed_value(result_type, true));
        } else {
          fail_at(attribute.offset, std::string{at.name} + " has no attribute '" + std::string{attribute.name} + "', or it is given twice");
        }
      }
      advance();
    }
    if (operation.kind == OpKind::constant && operation.constant < 0) fail_at(at.offset, "const needs the attribute 'val'");
    if (!named) operation.name = graph_.add_text(result.name);
  }

  void check(const Operation& operation, const TensorType& declared, const Located& at) {
    try {
      const TensorType inferred = infer(Operands{graph_, operation.kind, graph_.arguments_of(operation)}, operation.kind);
      if (inferred != declared)
        fail_at(at.offset, std::string{at.name} + " gives " + to_string(inferred) + ", but its result is declared " + to_string(declared));
    } catch (const TypeError& error) {
      fail_at(at.offset, error.what());
    }
  }

  /// A type and, in parentheses, a value of it, which must be of `expected`. Only the value of a constant may be in the
  /// weight file.
  Constant typed_value(const TensorType& expected, bool may_be_blob = false) {
    const std::size_t at = token_.offset;
    const TensorType given = type();
    if (given != expected) fail_at(at, "the value is of type " + to_string(given) + ", expected " + to_string(expected));
    expect('(');
    Constant constant;
    if (is_word("BLOBFILE") && may_be_blob && given.dtype != DType::string) {
      constant = blob_reference();
    } else if (given.dtype == DType::string) {
      if (given.shape.rank != 0) fail_at(at, "tensors of strings are not supported");
      constant.kind = Constant::Kind::text;
      if (token_.kind != Token::Kind::string) wrong("a string");
      constant.text = add_unescaped(token_.text);
      advance();
    } else {
      constant.first = static_cast<std::uint32_t>(graph_.numbers.size());
      literal(given, 0);
      constant.count = static_cast<std::uint32_t>(graph_.numbers.size()) - constant.first;
    }
    expect(')');
    return constant;
  }

  Constant blob_reference() {
    advance();
    expect('(');
    Constant constant{.kind = Constant::Kind::blob};
    bool path = false;
    bool offset = false;
    while (!is(')')) {
      if (path || offset) expect(',');
      const Located field = identifier("'path' or 'offset'");
      expect('=');
      if (field.name == "path" && !std::exchange(path, true)) {
        constant.text = typed_value({DType::string, {}}).text;
      } else if (field.name == "offset" && !std::exchange(offset, true)) {
        const Constant number = typed_value({DType::uint64, {}});
        constant.blob_offset = static_cast<std::uint64_t>(graph_.numbers[number.first]);
        graph_.numbers.resize(number.first);
      } else {
        fail_at(field.offset, "BLOBFILE takes one 'path' and one 'offset'");
      }
    }
    if (!path || !offset) wrong("both 'path' and 'offset'");
    advance();
    return constant;
  }

  /// Numbers nested to the rank of the tensor.
  void literal(const TensorType& of, int axis) {
    if (axis == of.shape.rank) return number(of.dtype);
    if (!is('[')) wrong("'[' (the literal of a tensor of rank " + std::to_string(of.shape.rank) + " is nested that deep)");
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

  void number(DType dtype) {
    if (dtype == DType::boolean) {
      if (!is_word("true") && !is_word("false")) wrong("true or false");
      graph_.numbers.push_back(token_.text == "true");
      return advance();
    }
    if (token_.kind != Token::Kind::number && !is_word("inf") && !is_word("nan")) wrong("a number");
    if (facts(dtype).floating) {
      const std::optional<double> value = to_double(token_.text);
      if (!value) wrong("a number");
      const bool infinite = token_.text.ends_with("inf");
      if (!infinite && std::isinf(rounded(dtype, *value)))
        fail(std::string{token_.text} + " does not fit " + std::string{facts(dtype).name});
      graph_.numbers.push_back(to_bits(rounded(dtype, *value)));
    } else {
      std::string_view digits = token_.text;
      if (digits.starts_with('+')) digits.remove_prefix(1);
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      const auto [least, most] = integer_range(dtype);
      if (error == std::errc::invalid_argument || end != digits.data() + digits.size()) wrong("an integer");
      if (error == std::errc::result_out_of_range || value < least || value > most)
        fail(std::string{token_.text} + " does not fit " + std::string{facts(dtype).name});
      graph_.numbers.push_back(value);
    }
    advance();
  }

  TensorType type() {
    const Located at = identifier("a type");
    if (at.name != "tensor") return {dtype(at), {}};
    expect('<');
    TensorType result{dtype(identifier("an element type, like fp16")), {}};
    expect(',');
    expect('[');
    while (!is(']')) {
      if (result.shape.rank > 0) expect(',');
      if (is('?')) fail("unknown dimensions are not supported");
      std::int64_t extent = 0;
      const std::string_view digits = token_.text;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), extent);
      if (token_.kind != Token::Kind::number || error != std::errc{} || end != digits.data() + digits.size() || extent < 0)
        wrong("an extent (1, 2, ...)");
      if (result.shape.rank == max_rank) fail("a tensor of a rank above " + std::to_string(max_rank));
      result.shape.extents[result.shape.rank++] = extent;
      advance();
    }
    advance();
    expect('>');
    try {
      require_reasonable(result, "type");
    } catch (const TypeError& error) {
      fail_at(at.offset, error.what());
    }
    return result;
  }

  DType dtype(const Located& name) {
    for (std::size_t i = 0; i < dtype_table.size(); ++i)
      if (dtype_table[i].name == name.name) return static_cast<DType>(i);
    fail_at(name.offset, "no element type is called '" + std::string{name.name} + "'; expected one like fp16, fp32 or int32");
  }

  OpKind operation_kind(const Located& name) {
    for (std::size_t i = 0; i < operation_table.size(); ++i)
      if (operation_table[i].name == name.name) return static_cast<OpKind>(i);
    fail_at(name.offset, "no operation is called '" + std::string{name.name} + "'");
  }

  Param operand(OpKind kind, const Located& name) {
    std::string known;
    for (const ParamUse& use : facts(kind)) {
      if (facts(use.param).text == name.name) return use.param;
      known += (known.empty() ? "" : ", ") + std::string{facts(use.param).text};
    }
    fail_at(name.offset, std::string{facts(kind).name} + " has no operand '" + std::string{name.name} + "'; it takes " +
                             (known.empty() ? "none" : known));
  }

  std::int32_t define(const Located& name, const TensorType& type, std::int32_t operation) {
    for (const std::string_view word : {"true", "false", "inf", "nan"})
      if (name.name == word) fail_at(name.offset, "'" + std::string{word} + "' is a literal, not a name");
    const auto id = static_cast<std::int32_t>(graph_.values.size());
    if (!names_.emplace(name.name, id).second) fail_at(name.offset, "'" + std::string{name.name} + "' is defined twice");
    graph_.values.push_back({graph_.add_text(name.name), type, operation});
    return id;
  }

  std::int32_t defined(const Located& name) {
    const auto found = names_.find(name.name);
    if (found == names_.end()) fail_at(name.offset, "'" + std::string{name.name} + "' is not defined before this use");
    return found->second;
  }

  Name add_unescaped(std::string_view raw) {
    std::string text;
    for (std::size_t i = 0; i < raw.size(); ++i) text += raw[i] == '\\' ? raw[++i] : raw[i];
    return graph_.add_text(text);
  }

  /// Attributes of a program or a function: metadata of the tool that wrote the text. Read over, brackets balanced.
  void skip_attributes() {
    std::string open;
    do {
      if (token_.kind == Token::Kind::end) wrong("']' at the end of the attributes");
      if (token_.kind == Token::Kind::punctuation) {
        constexpr std::string_view opening = "[({<";
        constexpr std::string_view closing = "])}>";
        if (const std::size_t kind = opening.find(token_.text[0]); kind != std::string_view::npos) {
          open += closing[kind];
        } else if (closing.find(token_.text[0]) != std::string_view::npos) {
          if (open.back() != token_.text[0]) wrong(std::string{"'"} + open.back() + "'");
          open.pop_back();
        }
      }
      advance();
    } while (!open.empty());
  }

  void advance() { token_ = lexer_.next(); }
  bool is(char punctuation) const { return token_.kind == Token::Kind::punctuation && token_.text[0] == punctuation; }
  bool is_word(std::string_view word) const { return token_.kind == Token::Kind::identifier && token_.text == word; }

  bool accept(char punctuation) {
    if (!is(punctuation)) return false;
    advance();
    return true;
  }

  void expect(char punctuation) {
    if (!accept(punctuation)) wrong(std::string{"'"} + punctuation + "'");
  }

  void keyword(std::string_view word) {
    if (!is_word(word)) wrong("'" + std::string{word} + "'");
    advance();
  }

  Located identifier(const char* meaning) {
    if (token_.kind != Token::Kind::identifier) wrong(meaning);
    const Located result{token_.text, token_.offset};
    advance();
    return result;
  }

  [[noreturn]] void wrong(const std::string& expected) const {
    constexpr std::size_t shown = 40;
    std::string found = token_.kind == Token::Kind::end ? "the end of the text" : "'" + std::string{token_.text.substr(0, shown)} + "'";
    fail("expected " + expected + ", found " + found);
  }
  [[noreturn]] void fail(const std::string& message) const { fail_at(token_.offset, message); }
  [[noreturn]] void fail_at(std::size_t offset, const std::string& message) const { lexer_.fail(offset, message); }

  Lexer lexer_;
  Token token_;
  Graph graph_;
  std::unordered_map<std::string_view, std::int32_t> names_;
};

}  // namespace detail

/// Reads a MIL program and checks its types. Throws ParseError with line, column, what was found and what was expected.
/// Reads what `print` writes, in both dialects: one function, named operands, the operations of `operation_table`.
inline Graph parse(std::string_view text) { return detail::Parser{text}.program(); }

}  // namespace anechain::mil
