// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <anechain/mil/dialect.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/mil/nearest.hpp>
#include <anechain/mil/operations.hpp>
#include <anechain/mil/parse/other_operations.hpp>
#include <anechain/mil/parse/values.hpp>

namespace anechain::mil {
namespace detail {

/// Recursive descent over one program text. Types and literals nest; how deep is bounded.
class Parser : private ValueReader {
 public:
  explicit Parser(std::string_view text) : ValueReader(text) {}

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
    if (token().kind != Token::Kind::end) wrong("the end of the text");
    return std::move(graph_);
  }

 private:
  void version() {
    const std::string_view text = token().text;
    const bool well_formed = token().kind == Token::Kind::number && text.find_first_not_of("0123456789.") == std::string_view::npos &&
                             text[0] != '.' && text.back() != '.' && std::ranges::count(text, '.') <= 1;
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
    if (!functions_.insert(name.name).second) fail_at(name.at, "a function " + quoted(name.name) + " is there already");
    made.name = graph_.add_text(name.name);
    made.at = name.at;
    if (accept('<')) {
      made.opset = graph_.add_text(identifier("the operation set, like ios16").name);
      expect('>');
    }
    expect('(');
    separated(')', [&] {
      const Type type = this->type();
      graph_.ports.push_back(define(identifier("the parameter's name"), type, -1));
      ++made.input_count;
    });
    if (is('[')) made.attributes = attributes();
    made.first_operation = static_cast<std::uint32_t>(graph_.operations.size());
    expect('{');
    while (!is('}')) statement();
    advance();
    made.operation_count = static_cast<std::uint32_t>(graph_.operations.size()) - made.first_operation;
    if (token().kind != Token::Kind::arrow) wrong("'->' and the function's results");
    advance();
    expect('(');
    is_result_.resize(graph_.values.size());
    separated(')', [&] {
      const Located result = identifier("the name of a result");
      const std::int32_t value = defined(result);
      const auto index = static_cast<std::size_t>(value);
      if (is_result_[index]) fail_at(result.at, quoted(result.name) + " is a result twice");
      is_result_[index] = true;
      if (graph_[value].state) fail_at(result.at, "the state " + quoted(result.name) + " cannot be a result: read_state reads it");
      graph_.ports.push_back(value);
      ++made.output_count;
    });
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
    if (is('{') || token().kind == Token::Kind::identifier)
      fail("nested blocks (of cond and while_loop) are not read: no text of Apple's shows how they are written");
    expect(';');
    finish(operation, results, word);
  }

  void finish(Operation& operation, const std::vector<std::pair<Type, Located>>& results, const Located& at) {
    for (const ParamUse& use : facts(operation.kind))
      if (use.required() && graph_.argument(graph_.arguments_of(operation), use.param) < 0)
        fail_at(at.at, std::string{at.name} + " needs the operand " + quoted(facts(use.param).text));
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
    separated(')', [&] {
      const Located name = identifier("the name of an operand");
      if (facts(operation.kind).family == Family::decoding)
        fail_at(name.at, std::string{at.name} + " takes its data as attributes, in brackets behind the empty parentheses");
      const ParamUse& use = operand(operation.kind, name);
      expect('=');
      if (is('(')) {
        if (use.kind != ParamUse::Kind::list) fail("operand " + quoted(name.name) + " takes one value, not a list in parentheses");
        advance();
        separated(')', [&] { pending_.push_back({use.param, binding()}); });
      } else {
        pending_.push_back({use.param, binding()});
      }
    });
    graph_.arguments.append(pending_.begin(), pending_.end());
    operation.argument_count = static_cast<std::uint32_t>(pending_.size());
  }

  /// A name, or a value with its type.
  std::int32_t binding() {
    if (token().kind != Token::Kind::identifier || is_word("true") || is_word("false") || is_word("inf") || is_word("nan"))
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
      separated(']', [&] {
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
          fail_at(attribute.at, std::string{at.name} + " has no attribute " + quoted(attribute.name));
        }
      });
    }
    if (operation.kind == OpKind::constant && operation.constant < 0) fail_at(at.at, "const needs the attribute 'val'");
    if (!decodes) return;
    operation.first_argument = static_cast<std::uint32_t>(graph_.arguments.size());
    operation.argument_count = static_cast<std::uint32_t>(pending_.size());
    graph_.arguments.append(pending_.begin(), pending_.end());
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
      fail_at(name.at, quoted(name.name) + " is an operation of MIL that anechain does not know yet");
    if (name.name == "cond" || name.name == "while_loop")
      fail_at(name.at, quoted(name.name) + " has nested blocks, which are not read: no text of Apple's shows how they are written");
    fail_at(name.at, "no operation is called " + quoted(name.name) + did_you_mean(name.name, operation_table, named));
  }

  const ParamUse& operand(OpKind kind, const Located& name) const {
    std::string known;
    for (const ParamUse& use : facts(kind)) {
      if (facts(use.param).text == name.name) {
        for (const Argument& bound : pending_)
          if (bound.param == use.param) fail_at(name.at, "operand " + quoted(name.name) + " is given twice");
        return use;
      }
      known += (known.empty() ? "" : ", ") + std::string{facts(use.param).text};
    }
    fail_at(name.at,
            std::string{facts(kind).name} + " has no operand " + quoted(name.name) + "; it takes " + (known.empty() ? "none" : known));
  }

  std::int32_t add_value(std::string_view name, const Type& type, std::int32_t operation) {
    const auto id = static_cast<std::int32_t>(graph_.values.size());
    graph_.values.push_back({graph_.add_text(name), type.tensor, operation, type.state, graph_.add_text(type.foreign)});
    return id;
  }

  std::int32_t define(const Located& name, const Type& type, std::int32_t operation) {
    for (const std::string_view word : {"true", "false", "inf", "nan"})
      if (name.name == word) fail_at(name.at, quoted(word) + " is a literal, not a name");
    const std::int32_t id = add_value(name.name, type, operation);
    if (!names_.emplace(name.name, id).second) fail_at(name.at, quoted(name.name) + " is defined twice");
    return id;
  }

  std::int32_t defined(const Located& name) const {
    const auto found = names_.find(name.name);
    if (found != names_.end()) return found->second;
    require_more();
    fail_at(name.at, quoted(name.name) + " is not defined before this use" +
                         did_you_mean(name.name, names_, [](const auto& entry) { return entry.first; }));
  }

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
