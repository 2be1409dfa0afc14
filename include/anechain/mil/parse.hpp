// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <anechain/mil/dialect.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/mil/lexer.hpp>
#include <anechain/mil/nearest.hpp>
#include <anechain/mil/number.hpp>

namespace anechain::mil {
namespace detail {

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

/// Operations of MIL (coremltools, ops/defs) that are in no table here, so that they are not taken for misspelt ones.
inline constexpr std::string_view other_operations[]{"affine",
                                                     "argsort",
                                                     "band_part",
                                                     "batch_norm",
                                                     "batch_to_space",
                                                     "classify",
                                                     "constexpr_blockwise_shift_scale",
                                                     "constexpr_cast",
                                                     "constexpr_lut_to_sparse",
                                                     "constexpr_sparse_blockwise_shift_scale",
                                                     "conv_quantized",
                                                     "conv_transpose",
                                                     "crop",
                                                     "cumsum",
                                                     "depth_to_space",
                                                     "einsum",
                                                     "fill",
                                                     "fill_like",
                                                     "flatten2d",
                                                     "gather_nd",
                                                     "instance_norm",
                                                     "l2_norm",
                                                     "l2_pool",
                                                     "list_gather",
                                                     "list_length",
                                                     "list_read",
                                                     "list_scatter",
                                                     "list_write",
                                                     "local_response_norm",
                                                     "make_list",
                                                     "non_maximum_suppression",
                                                     "non_zero",
                                                     "one_hot",
                                                     "pixel_shuffle",
                                                     "pixel_unshuffle",
                                                     "prelu",
                                                     "random_bernoulli",
                                                     "random_categorical",
                                                     "random_normal",
                                                     "random_uniform",
                                                     "resample",
                                                     "reshape_like",
                                                     "resize",
                                                     "resize_bilinear",
                                                     "resize_nearest_neighbor",
                                                     "reverse",
                                                     "reverse_sequence",
                                                     "rnn",
                                                     "scatter",
                                                     "scatter_along_axis",
                                                     "scatter_nd",
                                                     "slice_update",
                                                     "sliding_windows",
                                                     "softplus_parametric",
                                                     "space_to_batch",
                                                     "space_to_depth",
                                                     "upsample_bilinear",
                                                     "upsample_nearest_neighbor"};

/// Recursive descent over one program text. Types and literals nest; how deep is bounded.
class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) { advance(); }

  Graph program() {
    keyword("program");
    expect('(');
    version();
    expect(')');
    graph_.attributes = {};
    if (is('[')) graph_.attributes = attributes();
    expect('{');
    while (!is('}')) function();
    advance();
    if (token_.kind != Token::Kind::end) wrong("the end of the text");
    return std::move(graph_);
  }

 private:
  struct Located {
    std::string_view name;
    Position at;
  };

  /// A type as it is written. `foreign` is its spelling where it is no tensor.
  struct Type {
    TensorType tensor{};
    bool state = false;
    std::string_view foreign{};
  };

  static constexpr int deepest = 32;

  void version() {
    const std::string_view text = token_.text;
    const bool well_formed = token_.kind == Token::Kind::number && text.find_first_not_of("0123456789.") == std::string_view::npos &&
                             text[0] != '.' && text.back() != '.' && std::count(text.begin(), text.end(), '.') <= 1;
    if (!well_formed) wrong("the version of the language, like 1.0");
    const bool is_first = text.substr(0, text.find('.')) == "1" && text.find_first_not_of("0.", 1) == std::string_view::npos;
    graph_.dialect = is_first ? Dialect::ios16 : Dialect::ios18;
    advance();
  }

  void function() {
    keyword("func");
    Function made{.first_port = static_cast<std::uint32_t>(graph_.ports.size())};
    names_.clear();
    const Located name = identifier("the function's name");
    if (!functions_.insert(name.name).second) fail_at(name.at, "a function '" + std::string{name.name} + "' is there already");
    made.name = graph_.add_text(name.name);
    if (accept('<')) {
      made.opset = graph_.add_text(identifier("the operation set, like ios16").name);
      expect('>');
    }
    expect('(');
    for (bool first = true; !is(')'); first = false) {
      if (!first) expect(',');
      const Type type = this->type();
      graph_.ports.push_back(define(identifier("the parameter's name"), type, -1));
      ++made.input_count;
    }
    advance();
    if (is('[')) made.attributes = attributes();
    made.first_operation = static_cast<std::uint32_t>(graph_.operations.size());
    expect('{');
    while (!is('}')) statement();
    advance();
    made.operation_count = static_cast<std::uint32_t>(graph_.operations.size()) - made.first_operation;
    if (token_.kind != Token::Kind::arrow) wrong("'->' and the function's results");
    advance();
    expect('(');
    is_result_.resize(graph_.values.size());
    for (bool first = true; !is(')'); first = false) {
      if (!first) expect(',');
      const Located result = identifier("the name of a result");
      const std::int32_t value = defined(result);
      const auto index = static_cast<std::size_t>(value);
      if (is_result_[index]) fail_at(result.at, "'" + std::string{result.name} + "' is a result twice");
      is_result_[index] = true;
      if (graph_[value].state) fail_at(result.at, "the state '" + std::string{result.name} + "' cannot be a result: read_state reads it");
      graph_.ports.push_back(value);
      ++made.output_count;
    }
    advance();
    expect(';');
    graph_.functions.push_back(made);
  }

  /// type name, type name = operation(...)[...]; or, where nothing results, operation(...)[...];
  void statement() {
    if (is('(') || is('[')) fail("results are written 'type name, type name = ...', without brackets around them");
    std::vector<std::pair<Type, Located>> results;
    Located word = identifier("a statement: 'type name = operation(...);'");
    if (!is('(') && !(is('<') && is_operation(word.name))) {
      while (true) {
        const Type result = type(word);
        results.emplace_back(result, identifier("the result's name"));
        if (!accept(',')) break;
        word = identifier("the next result's type");
      }
      expect('=');
      word = identifier("the name of an operation");
    }
    Operation operation{.kind = operation_kind(word), .at = word.at};
    if (accept('<')) {
      operation.opset = graph_.add_text(identifier("the operation set, like ios17").name);
      expect('>');
    }
    arguments(operation, word);
    operation_attributes(operation, results, word);
    if (is('{') || token_.kind == Token::Kind::identifier)
      fail("nested blocks (of cond and while_loop) are not read: no text of Apple's shows how they are written");
    expect(';');
    finish(operation, results, word);
  }

  void finish(Operation& operation, const std::vector<std::pair<Type, Located>>& results, const Located& at) {
    for (const ParamUse& use : facts(operation.kind))
      if (use.required() && graph_.argument(graph_.arguments_of(operation), use.param) < 0)
        fail_at(at.at, std::string{at.name} + " needs the operand '" + std::string{facts(use.param).text} + "'");
    if (operation.kind == OpKind::constant && results.size() != 1) fail_at(at.at, "const has one result");
    const auto number = static_cast<std::int32_t>(graph_.operations.size());
    operation.result = results.empty() ? -1 : static_cast<std::int32_t>(graph_.values.size());
    operation.result_count = static_cast<std::uint32_t>(results.size());
    for (const auto& [type, name] : results) define(name, type, number);
    graph_.operations.push_back(operation);
  }

  void arguments(Operation& operation, const Located& at) {
    expect('(');
    operation.first_argument = static_cast<std::uint32_t>(graph_.arguments.size());
    pending_.truncate(0);
    for (bool first = true; !is(')'); first = false) {
      if (!first) expect(',');
      const Located name = identifier("the name of an operand");
      if (facts(operation.kind).family == Family::decoding)
        fail_at(name.at, std::string{at.name} + " takes its data as attributes, in brackets behind the empty parentheses");
      const ParamUse& use = operand(operation.kind, name);
      expect('=');
      if (is('(')) {
        if (use.kind != ParamUse::Kind::list) fail("operand '" + std::string{name.name} + "' takes one value, not a list in parentheses");
        advance();
        for (bool first_of_list = true; !is(')'); first_of_list = false) {
          if (!first_of_list) expect(',');
          pending_.push_back({use.param, binding()});
        }
        advance();
      } else {
        pending_.push_back({use.param, binding()});
      }
    }
    advance();
    graph_.arguments.append(pending_.begin(), pending_.end());
    operation.argument_count = static_cast<std::uint32_t>(pending_.size());
  }

  /// A name, or a value with its type.
  std::int32_t binding() {
    if (token_.kind != Token::Kind::identifier || is_word("true") || is_word("false") || is_word("inf") || is_word("nan"))
      wrong("a name, or a value with its type, like bool(true)");
    const Located word = identifier("");
    return is('(') || is('<') ? unnamed(word) : defined(word);
  }

  /// A constant that is written where it is used.
  std::int32_t unnamed(const Located& word) {
    const Type type = this->type(word);
    const Constant constant = initializer(type, true);
    const std::int32_t id = add_value({}, type, static_cast<std::int32_t>(graph_.operations.size()));
    graph_.operations.push_back({.kind = OpKind::constant, .result = id, .constant = add_constant(constant), .at = word.at});
    return id;
  }

  std::int32_t add_constant(const Constant& constant) {
    graph_.constants.push_back(constant);
    return static_cast<std::int32_t>(graph_.constants.size() - 1);
  }

  /// `[name = .., val = ..]`, or the data of an operation that makes a constant of it.
  void operation_attributes(Operation& operation, const std::vector<std::pair<Type, Located>>& results, const Located& at) {
    const bool decodes = facts(operation.kind).family == Family::decoding;
    bool named = false;
    pending_.truncate(0);
    if (accept('[')) {
      for (bool first = true; !is(']'); first = false) {
        if (!first) expect(',');
        const Located attribute = identifier("the name of an attribute");
        expect('=');
        if (attribute.name == "name") {
          if (std::exchange(named, true)) fail_at(attribute.at, "the attribute 'name' is given twice");
          operation.name = as_name(typed_value({DType::string, {}}, "the name"));
        } else if (attribute.name == "val" && operation.kind == OpKind::constant) {
          if (operation.constant >= 0) fail_at(attribute.at, "the attribute 'val' is given twice");
          if (results.size() != 1) fail_at(at.at, "const has one result");
          operation.constant = add_constant(value_of_const(results[0].first));
        } else if (decodes) {
          const ParamUse& use = operand(operation.kind, attribute);
          const Located word = identifier("a value with its type, like int32(0)");
          pending_.push_back({use.param, unnamed(word)});
        } else {
          fail_at(attribute.at, std::string{at.name} + " has no attribute '" + std::string{attribute.name} + "'");
        }
      }
      advance();
    }
    if (operation.kind == OpKind::constant && operation.constant < 0) fail_at(at.at, "const needs the attribute 'val'");
    if (!decodes) return;
    operation.first_argument = static_cast<std::uint32_t>(graph_.arguments.size());
    operation.argument_count = static_cast<std::uint32_t>(pending_.size());
    graph_.arguments.append(pending_.begin(), pending_.end());
  }

  /// The value of a const, which must be of the type that its result declares.
  Constant value_of_const(const Type& declared) {
    const Position at = token_.at;
    const Type given = type();
    if (given.tensor != declared.tensor || !same_tokens(given.foreign, declared.foreign) || given.state || declared.state)
      fail_at(at, "the value is of type " + spelled(given) + ", but its result is declared " + spelled(declared));
    return initializer(given, true);
  }

  static std::string spelled(const Type& type) {
    if (!type.foreign.empty()) return std::string{type.foreign};
    return type.state ? "state<" + to_string(type.tensor) + ">" : to_string(type.tensor);
  }

  /// A type and, in parentheses, a value of it, which must be of `expected`.
  Constant typed_value(const TensorType& expected, const char* what) {
    const Position at = token_.at;
    if (token_.kind != Token::Kind::identifier)
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
      const std::size_t start = token_.offset;
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
      if (token_.kind != Token::Kind::string) wrong("a string");
      graph_.numbers.push_back(to_bits(add_unescaped(token_.text)));
    } else if (dtype == DType::boolean) {
      if (!is_word("true") && !is_word("false")) wrong("true or false");
      graph_.numbers.push_back(token_.text == "true");
    } else if (token_.kind != Token::Kind::number && !is_word("inf") && !is_word("nan")) {
      wrong("a number");
    } else {
      graph_.numbers.push_back(facts(dtype).floating ? floating(dtype) : integer(dtype));
    }
    advance();
  }

  std::int64_t floating(DType dtype) const {
    const std::optional<double> value = to_double(token_.text);
    if (!value) wrong("a number");
    const double number = rounded(dtype, *value);
    if (std::isinf(number) && !token_.text.ends_with("inf"))
      fail(std::string{token_.text} + " does not fit " + std::string{facts(dtype).name});
    return to_bits(number);
  }

  std::int64_t integer(DType dtype) const {
    std::string_view digits = token_.text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto read = [&](auto value) {
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (digits.starts_with('+') || error == std::errc::invalid_argument || end != digits.data() + digits.size()) wrong("an integer");
      if (error == std::errc::result_out_of_range) fail(std::string{token_.text} + " does not fit " + std::string{facts(dtype).name});
      return static_cast<std::int64_t>(value);
    };
    if (dtype == DType::uint64 && !digits.starts_with('-')) return read(std::uint64_t{});
    const std::int64_t value = read(std::int64_t{});
    const auto [least, most] = integer_range(dtype);
    if (value < least || value > most) fail(std::string{token_.text} + " does not fit " + std::string{facts(dtype).name});
    return value;
  }

  Type type(int depth = 0) { return type(identifier("a type"), depth); }

  /// The rest of a type whose first word has been read.
  Type type(const Located& word, int depth = 0) {
    const auto start = static_cast<std::size_t>(word.name.data() - lexer_.text().data());
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
    const std::string_view digits = token_.text;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), extent);
    if (token_.kind != Token::Kind::number || error != std::errc{} || end != digits.data() + digits.size() || extent < 0)
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
      if (others[i] == name.name) hint = "; did you mean '" + std::string{meant[i]} + "'?";
    fail_at(name.at, "no type is called '" + std::string{name.name} + "'" + hint);
  }

  static bool is_operation(std::string_view name) {
    return std::ranges::find(operation_table, name, &OperationFacts::name) != operation_table.end();
  }

  OpKind operation_kind(const Located& name) const {
    const auto named = [](const OperationFacts& facts) { return facts.name; };
    if (name.name == "const") return OpKind::constant;
    const auto found = std::ranges::lower_bound(operation_table.begin() + 1, operation_table.end(), name.name, {}, named);
    if (found != operation_table.end() && found->name == name.name) return found->kind;
    require_more();
    if (std::ranges::find(other_operations, name.name) != std::end(other_operations))
      fail_at(name.at, "'" + std::string{name.name} + "' is an operation of MIL that anechain does not know yet");
    if (name.name == "cond" || name.name == "while_loop")
      fail_at(name.at,
              "'" + std::string{name.name} + "' has nested blocks, which are not read: no text of Apple's shows how they are written");
    fail_at(name.at, "no operation is called '" + std::string{name.name} + "'" + did_you_mean(name.name, operation_table, named));
  }

  const ParamUse& operand(OpKind kind, const Located& name) const {
    std::string known;
    for (const ParamUse& use : facts(kind)) {
      if (facts(use.param).text == name.name) {
        for (const Argument& bound : pending_)
          if (bound.param == use.param) fail_at(name.at, "operand '" + std::string{name.name} + "' is given twice");
        return use;
      }
      known += (known.empty() ? "" : ", ") + std::string{facts(use.param).text};
    }
    fail_at(name.at, std::string{facts(kind).name} + " has no operand '" + std::string{name.name} + "'; it takes " +
                         (known.empty() ? "none" : known));
  }

  std::int32_t add_value(std::string_view name, const Type& type, std::int32_t operation) {
    const auto id = static_cast<std::int32_t>(graph_.values.size());
    graph_.values.push_back({graph_.add_text(name), type.tensor, operation, type.state, graph_.add_text(type.foreign)});
    return id;
  }

  std::int32_t define(const Located& name, const Type& type, std::int32_t operation) {
    for (const std::string_view word : {"true", "false", "inf", "nan"})
      if (name.name == word) fail_at(name.at, "'" + std::string{word} + "' is a literal, not a name");
    const std::int32_t id = add_value(name.name, type, operation);
    if (!names_.emplace(name.name, id).second) fail_at(name.at, "'" + std::string{name.name} + "' is defined twice");
    return id;
  }

  std::int32_t defined(const Located& name) const {
    const auto found = names_.find(name.name);
    if (found != names_.end()) return found->second;
    require_more();
    fail_at(name.at, "'" + std::string{name.name} + "' is not defined before this use" +
                         did_you_mean(name.name, names_, [](const auto& entry) { return entry.first; }));
  }

  /// A word that nobody knows may be cut short, where the text ends behind it.
  void require_more() const {
    if (token_.kind == Token::Kind::end) wrong("the rest of the program");
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

  /// The attributes of a program or a function, read by the grammar and kept as they are written.
  Attributes attributes() {
    const std::size_t start = token_.offset;
    std::unordered_set<std::string_view> names;
    expect('[');
    for (bool first = true; !is(']'); first = false) {
      if (!first) expect(',');
      const Located name = identifier("the name of an attribute");
      if (!names.insert(name.name).second) fail_at(name.at, "'" + std::string{name.name} + "' is given twice");
      expect('=');
      type();
      one_value();
    }
    advance();
    return {Attributes::Kind::given, graph_.add_text(text_since(start))};
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
    if (token_.kind == Token::Kind::number || token_.kind == Token::Kind::string) return advance();
    if (is('(')) return parenthesised(depth + 1);
    if (accept('[')) {
      for (bool first = true; !is(']'); first = false) {
        if (!first) expect(',');
        any_value(depth + 1);
      }
      return advance();
    }
    if (accept('{')) {
      for (bool first = true; !is('}'); first = false) {
        if (!first) expect(',');
        expect('{');
        any_value(depth + 1);
        expect(',');
        any_value(depth + 1);
        expect('}');
      }
      return advance();
    }
    if (is_word("BLOBFILE")) {
      blob_reference();
      return;
    }
    for (const std::string_view word : {"true", "false", "inf", "nan"})
      if (is_word(word)) return advance();
    wrong("a value");
  }

  std::string_view text_since(std::size_t start) const { return lexer_.text().substr(start, end_of_previous_ - start); }

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
    if (!accept(punctuation)) wrong(std::string{"'"} + punctuation + "'");
  }

  void keyword(std::string_view word) {
    if (!is_word(word)) wrong("'" + std::string{word} + "'");
    advance();
  }

  Located identifier(const char* meaning) {
    if (token_.kind != Token::Kind::identifier) wrong(meaning);
    const Located result{token_.text, token_.at};
    advance();
    return result;
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

  Lexer lexer_;
  Token token_;
  std::size_t end_of_previous_ = 0;
  Graph graph_;
  std::unordered_map<std::string_view, std::int32_t> names_;
  std::unordered_set<std::string_view> functions_;
  std::vector<bool> is_result_;  ///< of its function, for each value
  Table<Argument> pending_;      ///< operands of the operation that is being read
};

}  // namespace detail

/// Reads a MIL program by the grammar: both dialects and mixtures of them, several functions, values written where they are
/// used, attributes of every kind. Throws ParseError with line, column, what was found and what was expected. Names must be
/// defined once and before they are used, literals must be of their types; whether operations are used by their rules,
/// `check` says.
inline Graph parse(std::string_view text) {
  if (text.size() > std::size_t{1} << 31) fail_at({1, 1}, "a program of more than 2 GiB");  // positions in it are 32 bits wide
  return detail::Parser{text}.program();
}

}  // namespace anechain::mil
