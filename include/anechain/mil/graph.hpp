// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <anechain/mil/operations.hpp>
#include <anechain/mil/text.hpp>
#include <anechain/mil/types.hpp>

namespace anechain::mil {

/// A value of a graph, as a kernel's body handles it: an index into the graph, and its type.
struct Value {
  std::int32_t id = -1;
  TensorType type{};
};

/// A stretch of a graph's characters. Read it with Graph::text; it stays valid while the graph grows.
struct Name {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// One operand of an operation: which, and the value bound to it.
struct Argument {
  Param param{};
  std::int32_t value = -1;
};

/// What a `const` operation holds.
struct Constant {
  enum class Kind : std::uint8_t {
    numbers,  ///< `count` entries of Graph::numbers from `first` on
    text,     ///< a string
    blob,     ///< a tensor in the weight file `text`, its metadata at byte `blob_offset`
  };

  Kind kind = Kind::numbers;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  Name text{};
  std::uint64_t blob_offset = 0;
};

/// One operation; its operands are `argument_count` entries of Graph::arguments from `first_argument` on.
struct Operation {
  OpKind kind{};
  Name name{};
  std::uint32_t first_argument = 0;
  std::uint32_t argument_count = 0;
  std::int32_t result = -1;    ///< a value
  std::int32_t constant = -1;  ///< an entry of Graph::constants, for `const` operations
};

/// A value's name and type, and the operation that defines it (-1: an input).
struct ValueFacts {
  Name name{};
  TensorType type{};
  std::int32_t operation = -1;
};

/// A MIL program of one function: the one representation that everything here reads or writes. Flat tables and
/// indices, no pointers, so that it can be built and read in constant expressions.
struct Graph {
  Characters characters;
  std::vector<std::int64_t> numbers;  ///< elements of immediate constants: integers, or the bits of a double
  std::vector<ValueFacts> values;
  std::vector<Constant> constants;
  std::vector<Argument> arguments;
  std::vector<Operation> operations;  ///< definitions before uses
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;

  constexpr std::string_view text(Name name) const { return characters.view().substr(name.offset, name.size); }

  /// `text` must not be of this graph.
  constexpr Name add_text(std::string_view text) {
    const Name name{static_cast<std::uint32_t>(characters.size()), static_cast<std::uint32_t>(text.size())};
    characters.append(text);
    return name;
  }

  constexpr Value value(std::int32_t id) const { return {id, (*this)[id].type}; }
  constexpr const ValueFacts& operator[](std::int32_t id) const { return values.data()[id]; }

  constexpr std::span<const Argument> arguments_of(const Operation& operation) const {
    return {arguments.data() + operation.first_argument, operation.argument_count};
  }

  /// The value bound to `param`, or -1.
  constexpr std::int32_t argument(std::span<const Argument> bound, Param param) const {
    for (const Argument& argument : bound)
      if (argument.param == param) return argument.value;
    return -1;
  }

  /// The constant that a value is, or null where it is computed.
  constexpr const Constant* constant_of(std::int32_t id) const {
    const std::int32_t operation = (*this)[id].operation;
    if (operation < 0) return nullptr;
    const std::int32_t constant = operations.data()[operation].constant;
    return constant < 0 ? nullptr : constants.data() + constant;
  }

  constexpr std::span<const std::int64_t> numbers_of(const Constant& constant) const {
    return {numbers.data() + constant.first, constant.count};
  }
};

/// How a floating constant's element is kept in Graph::numbers, and back.
constexpr std::int64_t to_bits(double number) { return std::bit_cast<std::int64_t>(number); }
constexpr double from_bits(std::int64_t bits) { return std::bit_cast<double>(bits); }

/// A floating constant's element as it is kept: rounded to its dtype, so that printing and reading do not change it.
constexpr double rounded(DType dtype, double number) {
  if (dtype == DType::fp16) return static_cast<double>(static_cast<_Float16>(number));
  if (dtype == DType::fp32) return static_cast<double>(static_cast<float>(number));
  return number;
}

/// Whether two graphs are the same program: the same operations in the same order, with the same names, types and
/// constants. How their tables are laid out does not matter.
constexpr bool same_program(const Graph& a, const Graph& b) {
  const auto same_value = [&](std::int32_t left, std::int32_t right) {
    return a[left].type == b[right].type && a.text(a[left].name) == b.text(b[right].name);
  };
  const auto same_values = [&](const std::vector<std::int32_t>& left, const std::vector<std::int32_t>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_value);
  };
  const auto same_argument = [&](const Argument& left, const Argument& right) {
    return left.param == right.param && same_value(left.value, right.value);
  };
  const auto same_constant = [&](const Constant& left, const Constant& right) {
    const auto mine = a.numbers_of(left);
    const auto theirs = b.numbers_of(right);
    return left.kind == right.kind && a.text(left.text) == b.text(right.text) && left.blob_offset == right.blob_offset &&
           std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end());
  };
  const auto same_operation = [&](const Operation& left, const Operation& right) {
    const auto mine = a.arguments_of(left);
    const auto theirs = b.arguments_of(right);
    return left.kind == right.kind && a.text(left.name) == b.text(right.name) && same_value(left.result, right.result) &&
           std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), same_argument) &&
           (left.constant < 0) == (right.constant < 0) &&
           (left.constant < 0 ||
            same_constant(a.constants[static_cast<std::size_t>(left.constant)], b.constants[static_cast<std::size_t>(right.constant)]));
  };
  return same_values(a.inputs, b.inputs) && same_values(a.outputs, b.outputs) &&
         std::equal(a.operations.begin(), a.operations.end(), b.operations.begin(), b.operations.end(), same_operation);
}

}  // namespace anechain::mil
