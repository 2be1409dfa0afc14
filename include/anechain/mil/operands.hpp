// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <anechain/mil/graph.hpp>

namespace anechain::mil {

/// A rule of an operation that a program breaks, as data: what a diagnostic is made from.
struct BrokenRule {
  OpKind operation{};          ///< whose rule it is
  const char* rule = nullptr;  ///< null: none is broken
  std::int64_t first = 0;      ///< in place of the first "{}" of the rule
  std::int64_t second = 0;     ///< in place of the second
};

namespace detail {

/// A broken rule of one operand, with its name: what is told at run time.
[[noreturn]] inline void fail_operand(OpKind kind, Param param, const char* rule, std::int64_t first, std::int64_t second) {
  const std::string named = "operand '" + std::string{facts(param).text} + "' " + rule;
  throw TypeError(std::string{facts(kind).name} + ": " + filled_in(named.c_str(), first, second));
}

}  // namespace detail

/// The operands of one operation, read from the graph by name, and the place where its rules are enforced. What
/// inference and devices see of an operation.
class Operands {
 public:
  /// A broken rule throws TypeError; in a constant evaluation it is written to `broken`, where one is given, so that a
  /// diagnostic can be made whose template arguments are the facts. Only the first is kept.
  constexpr Operands(const Graph& graph, OpKind kind, Entries<Argument> arguments, BrokenRule* broken = nullptr)
      : graph_(graph), arguments_(arguments), kind_(kind), broken_(broken) {
    for (const Argument* argument = arguments.end(); argument != arguments.begin();) {
      --argument;
      bound_[static_cast<std::size_t>(argument->param)] = argument->value + 1;
    }
  }
  /// Of an operation that stands in the graph; a broken rule throws TypeError.
  constexpr Operands(const Graph& graph, const Operation& operation) : Operands(graph, operation.kind, graph.arguments_of(operation)) {}

  /// Of the operation that takes them.
  constexpr OpKind kind() const { return kind_; }

  /// Enforces a rule: "{}" in it stand for the two numbers.
  constexpr bool holds(bool condition, const char* rule, std::int64_t first = 0, std::int64_t second = 0) const {
    return condition || tell(rule, first, second);
  }

  /// The same, of one operand: the rule goes on after its name, "must be a string".
  constexpr bool holds(Param param, bool condition, const char* rule, std::int64_t first = 0, std::int64_t second = 0) const {
    return condition || tell(param, rule, first, second);
  }

  /// Whether a rule was broken and evaluation goes on all the same: what is read then is zero.
  constexpr bool broken() const { return broken_ != nullptr && broken_->rule != nullptr; }

  /// Whether the operand is given.
  constexpr bool has(Param param) const { return bound_[static_cast<std::size_t>(param)] != 0; }
  /// The value bound to it, an index into Graph::values, of a list the first; -1 where it is left out.
  constexpr std::int32_t id(Param param) const { return bound_[static_cast<std::size_t>(param)] - 1; }
  /// Breaks a rule where the operand is left out.
  constexpr TensorType type(Param param) const { return holds(param, has(param), "is missing") ? graph_[id(param)].type : TensorType{}; }

  /// The values of a list operand.
  constexpr Entries<Argument> list(Param param) const {
    std::size_t first = 0;
    while (first < arguments_.size() && arguments_[first].param != param) ++first;
    std::size_t end = first;
    while (end < arguments_.size() && arguments_[end].param == param) ++end;
    return {arguments_.data() + first, end - first};
  }
  /// Of a value that `list` gives.
  constexpr const TensorType& type(const Argument& argument) const { return graph_[argument.value].type; }

  /// Whether an operand is a constant: of the text, of the weight file, or decoded from smaller data of it.
  constexpr bool is_constant(Param param) const {
    if (!has(param)) return false;
    const std::int32_t operation = graph_[id(param)].operation;
    if (operation < 0) return false;
    const Family family = facts(graph_.operations.data()[operation].kind).family;
    return family == Family::constant || family == Family::decoding;
  }

  /// Whether an operand's elements stand in the program's text.
  constexpr bool is_immediate(Param param) const {
    const Constant* const constant = has(param) ? graph_.constant_of(id(param)) : nullptr;
    return constant != nullptr && constant->kind == Constant::Kind::immediate;
  }

  /// The elements of an integer or bool operand, which must be an immediate constant. Valid while the graph does not change.
  constexpr Entries<std::int64_t> numbers(Param param) const {
    const Constant* constant = known(param);
    if (constant == nullptr) return {};
    const DType dtype = graph_[id(param)].type.dtype;
    return holds(param, !facts(dtype).floating && dtype != DType::string, "must hold integers") ? graph_.numbers_of(*constant)
                                                                                                : Entries<std::int64_t>{};
  }

  /// The same, with the count checked.
  constexpr Entries<std::int64_t> numbers(Param param, std::int64_t count) const {
    const auto found = numbers(param);
    return holds(param, std::ssize(found) == count, "has {} elements where {} are needed", std::ssize(found), count)
               ? found
               : Entries<std::int64_t>{};
  }

  /// The one element of such an operand, which is a scalar or a list of one; 0 where evaluation goes on with a broken rule.
  constexpr std::int64_t number(Param param) const {
    const auto found = numbers(param, 1);
    return found.empty() ? 0 : found[0];
  }
  /// The same, or `neutral` where it is left out.
  constexpr std::int64_t number_or(Param param, std::int64_t neutral) const { return has(param) ? number(param) : neutral; }
  /// The same of a bool; false where it is left out.
  constexpr bool flag(Param param) const { return has(param) && number(param) != 0; }

  /// A floating scalar, which must be an immediate constant, or `neutral` where it is left out.
  constexpr double real_or(Param param, double neutral) const {
    if (!has(param)) return neutral;
    const Constant* constant = known(param);
    if (constant == nullptr || !holds(param, constant->count == 1 && graph_[id(param)].type.dtype != DType::string, "must be one number"))
      return neutral;
    return to_number(graph_[id(param)].type.dtype, graph_.numbers_of(*constant)[0]);
  }

  /// A string, which must be an immediate constant. Valid while the graph does not change.
  constexpr std::string_view text(Param param) const {
    const Constant* constant = known(param);
    const bool is_text = constant != nullptr && graph_[id(param)].type == TensorType{DType::string, {}};
    if (constant == nullptr || !holds(param, is_text, "must be a string")) return {};
    return graph_.string_of(graph_.numbers_of(*constant)[0]);
  }
  /// The same, or `neutral` where it is left out.
  constexpr std::string_view text_or(Param param, std::string_view neutral) const { return has(param) ? text(param) : neutral; }

  /// An axis of a tensor of this rank, counted from the end where it is negative; `neutral` where it is left out.
  constexpr int axis(int rank, std::int64_t neutral = 0) const { return counted_axis(number_or(Param::axis, neutral), rank); }
  /// An axis that is given as a number, counted in the same way; one that the tensor does not have breaks a rule.
  constexpr int counted_axis(std::int64_t given, int rank) const {
    return holds(given >= -rank && given < rank, "axis {} of a tensor of rank {}", given, rank)
               ? static_cast<int>(given < 0 ? given + rank : given)
               : 0;
  }

 private:
  constexpr bool tell(const char* rule, std::int64_t first, std::int64_t second) const {
    if (broken_ == nullptr || !std::is_constant_evaluated()) require(false, facts(kind_).name.data(), rule, first, second);
    if (broken_->rule == nullptr) *broken_ = {kind_, rule, first, second};
    return false;
  }
  constexpr bool tell(Param param, const char* rule, std::int64_t first, std::int64_t second) const {
    if (broken_ == nullptr || !std::is_constant_evaluated()) detail::fail_operand(kind_, param, rule, first, second);
    return tell(rule, first, second);
  }

  constexpr const Constant* known(Param param) const {
    if (!holds(param, has(param), "is missing")) return nullptr;
    const Constant* constant = graph_.constant_of(id(param));
    const bool immediate = constant != nullptr && constant->kind == Constant::Kind::immediate;
    return holds(param, immediate, "must be a constant in the program's text") ? constant : nullptr;
  }

  const Graph& graph_;
  Entries<Argument> arguments_;
  std::int32_t bound_[std::size(param_table)]{};  ///< one more than the value bound to each parameter; 0: none
  OpKind kind_;
  BrokenRule* broken_;
};

}  // namespace anechain::mil
