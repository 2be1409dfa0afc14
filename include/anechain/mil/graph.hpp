// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>

#include <anechain/mil/dialect.hpp>
#include <anechain/mil/error.hpp>
#include <anechain/mil/half.hpp>
#include <anechain/mil/operations.hpp>
#include <anechain/mil/table.hpp>
#include <anechain/mil/text.hpp>
#include <anechain/mil/types.hpp>

namespace anechain::mil {

/// A value of a graph, as a kernel's body handles it: an index into the graph, and its type.
struct Value {
  std::int32_t id = -1;  ///< in Graph::values; -1: none, an operand that is left out
  TensorType type{};     ///< as Graph::values has it
};

/// A stretch of a graph's characters. Read it with Graph::text; it stays valid while the graph grows.
struct Name {
  std::uint32_t offset = 0;  ///< of the first in Graph::characters
  std::uint32_t size = 0;    ///< in characters; 0: empty
};

/// One operand of an operation: which, and the value bound to it. A list is several in a row.
struct Argument {
  Param param{};            ///< one that the operation takes
  std::int32_t value = -1;  ///< in Graph::values; -1: none
};

/// What a tensor of the weight file is for. Not part of a program's text: the builder tells it to those who fill weights.
enum class Role : std::uint8_t {
  matrix,       ///< of a product: [out, in, kernel...]
  bias,         ///< is added
  gain,         ///< is multiplied with
  causal_mask,  ///< is added to attention scores [..., query, key]: 0 where key <= query, else causal_mask_value. Filled by the library
};

/// Added to a masked score: far below every score that fp16 sums up to, and far enough from its end to be added to one.
inline constexpr float causal_mask_value = -1e4f;

/// What a `const` operation holds.
struct Constant {
  /// Where its content is.
  enum class Kind : std::uint8_t {
    immediate,  ///< `count` entries of Graph::numbers from `first` on
    blob,       ///< a tensor in the weight file `text`, its metadata at byte `blob_offset`
    foreign,    ///< a list, tuple or dict: `text` is its spelling
  };

  Kind kind = Kind::immediate;    ///< says which of the others count
  Role role = Role::matrix;       ///< of a blob that the builder made
  std::uint32_t first = 0;        ///< of an immediate: in Graph::numbers
  std::uint32_t count = 0;        ///< of an immediate: as many as its type has elements
  Name text{};                    ///< of a blob the path, of what is foreign the spelling with its parentheses
  std::uint64_t blob_offset = 0;  ///< of a blob: in bytes
};

/// How an element of an immediate constant is kept in Graph::numbers: integers and bools as they are (uint64 by its
/// bits), floating numbers by the bits of a double, strings by where their text stands.
///@{
constexpr std::int64_t to_bits(double number) { return std::bit_cast<std::int64_t>(number); }
constexpr std::int64_t to_bits(Name text) { return static_cast<std::int64_t>(std::uint64_t{text.offset} << 32 | text.size); }
constexpr double from_bits(std::int64_t bits) { return std::bit_cast<double>(bits); }
constexpr Name name_from(std::int64_t bits) { return {static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(bits)}; }
///@}

/// One operation; its operands are `argument_count` entries of Graph::arguments from `first_argument` on, its results
/// `result_count` values from `result` on.
struct Operation {
  OpKind kind{};                     ///< `facts` tells its name and its operands
  Name name{};                       ///< its `name` attribute; empty where it has none
  Name opset{};                      ///< in op<ios17>(...); empty where it has none
  std::uint32_t first_argument = 0;  ///< in Graph::arguments
  std::uint32_t argument_count = 0;  ///< each value of a list is one
  std::int32_t result = -1;          ///< in Graph::values; -1: it has none
  std::uint32_t result_count = 1;    ///< 0 for write_state
  std::int32_t constant = -1;        ///< an entry of Graph::constants, for `const` operations
  Position at{};                     ///< of its name; of a constant that is written where it is used, of its type
};

/// A value's name and type, and the operation that defines it (-1: an input). Constants without a name are written
/// where they are used: mul(x = a, y = fp16(0.5)).
struct ValueFacts {
  Name name{};                  ///< empty: written where it is used
  TensorType type{};            ///< as declared; of a state, that of its content
  std::int32_t operation = -1;  ///< in Graph::operations
  bool state = false;           ///< an input that lives on between evaluations: state<tensor<...>>
  Name foreign{};               ///< the spelling of a type that is no tensor; `type` says nothing then
};

/// Attributes of a program or a function: what the tool that wrote it says of itself. Kept as they are.
struct Attributes {
  /// standard: the dialect's own are printed, DialectFacts::build_info; none: there are no brackets; given: they stand in `text`.
  enum class Kind : std::uint8_t { standard, none, given };

  Kind kind = Kind::none;  ///< a new Graph's own are Kind::standard
  Name text{};             ///< with its brackets, for Kind::given
};

/// One function of a program: `operation_count` entries of Graph::operations from `first_operation` on, and so many inputs, then so
/// many outputs, in Graph::ports from `first_port` on.
struct Function {
  Name name{};                        ///< "main" where the builder made it
  Name opset{};                       ///< like ios17; empty: the lowest of the dialect that has all operations, see declared_opset()
  Attributes attributes{};            ///< those between its parameters and its body
  std::uint32_t first_operation = 0;  ///< in Graph::operations
  std::uint32_t operation_count = 0;  ///< constants among them
  std::uint32_t first_port = 0;       ///< in Graph::ports
  std::uint32_t input_count = 0;      ///< states among them
  std::uint32_t output_count = 0;     ///< in Graph::ports behind the inputs
  Position at{};                      ///< of its name, if it was read
};

/// A MIL program: the one representation that everything here reads or writes. Flat tables and indices, no pointers, so
/// that it can be built and read in constant expressions.
struct Graph {
  Characters characters;                              ///< of all names, strings and spellings: see Name
  Table<std::int64_t> numbers;                        ///< elements of immediate constants: see `to_bits` and `to_number`
  Table<ValueFacts> values;                           ///< inputs and results, of all functions
  Table<Constant> constants;                          ///< what Operation::constant points at
  Table<Argument> arguments;                          ///< those of one operation stand in a row
  Table<Operation> operations;                        ///< definitions before uses
  Table<std::int32_t> ports;                          ///< the values that are inputs and outputs of functions
  Table<Function> functions;                          ///< in the order of the text; the builder makes one
  Attributes attributes{Attributes::Kind::standard};  ///< of the program; functions have their own
  Dialect dialect = Dialect::ios16;                   ///< of the text that it was read from

  /// Valid until text is added.
  constexpr std::string_view text(Name name) const { return {characters.data() + name.offset, name.size}; }

  /// `text` must not be of this graph.
  constexpr Name add_text(std::string_view text) {
    const Name name{static_cast<std::uint32_t>(characters.size()), static_cast<std::uint32_t>(text.size())};
    characters.append(text);
    return name;
  }

  /// A value of the graph as an operand. Not checked.
  constexpr Value value(std::int32_t id) const { return {id, (*this)[id].type}; }
  /// What is known of a value. Not checked.
  constexpr const ValueFacts& operator[](std::int32_t id) const { return values.data()[id]; }

  /// In the order of the program, and valid while the graph does not change. Inputs and outputs are indices into Graph::values.
  ///@{
  constexpr Entries<Operation> operations_of(const Function& function) const {
    return {operations.data() + function.first_operation, function.operation_count};
  }

  constexpr Entries<std::int32_t> inputs_of(const Function& function) const {
    return {ports.data() + function.first_port, function.input_count};
  }
  constexpr Entries<std::int32_t> outputs_of(const Function& function) const {
    return {ports.data() + function.first_port + function.input_count, function.output_count};
  }
  /// The inputs, then the outputs.
  constexpr Entries<std::int32_t> ports_of(const Function& function) const {
    return {ports.data() + function.first_port, std::size_t{function.input_count} + function.output_count};
  }

  constexpr Entries<Argument> arguments_of(const Operation& operation) const {
    return {arguments.data() + operation.first_argument, operation.argument_count};
  }

  constexpr Entries<ValueFacts> results_of(const Operation& operation) const {
    return {operation.result_count == 0 ? nullptr : values.data() + operation.result, operation.result_count};
  }
  ///@}

  /// The value bound to `param`, or -1.
  constexpr std::int32_t argument(Entries<Argument> bound, Param param) const {
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

  /// Whether an operation is a constant without a name, written where it is used.
  constexpr bool is_inline(const Operation& operation) const { return operation.constant >= 0 && (*this)[operation.result].name.size == 0; }

  /// The elements of an immediate constant, kept as `to_bits` says; of others none. Valid while the graph does not change.
  constexpr Entries<std::int64_t> numbers_of(const Constant& constant) const { return {numbers.data() + constant.first, constant.count}; }

  /// The text that an element of a string constant stands for.
  constexpr std::string_view string_of(std::int64_t bits) const { return text(name_from(bits)); }
};

/// A number element of an immediate constant.
constexpr double to_number(DType dtype, std::int64_t bits) {
  if (facts(dtype).floating) return from_bits(bits);
  return dtype == DType::uint64 ? static_cast<double>(static_cast<std::uint64_t>(bits)) : static_cast<double>(bits);
}

namespace detail {

/// A double rounded to so many bits behind the point, halves to even; subnormal below 2^least, infinite above `most`.
constexpr double rounded_to(double number, int mantissa_bits, int least, double most) {
  const double size = number < 0 ? -number : number;
  if (!(size > 0) || size == std::numeric_limits<double>::infinity()) return number;
  const int exponent = std::max(static_cast<int>(std::bit_cast<std::uint64_t>(size) >> 52) - 1023, least);
  const auto power_of_two = [](int power) { return std::bit_cast<double>(static_cast<std::uint64_t>(power + 1023) << 52); };
  const double quantum = power_of_two(exponent - mantissa_bits);
  const double result = (size / quantum + 0x1p52 - 0x1p52) * quantum;
  const double clipped = result > most ? std::numeric_limits<double>::infinity() : result;
  return number < 0 ? -clipped : clipped;
}

}  // namespace detail

/// A floating constant's element as it is kept: rounded to its dtype, so that printing and reading do not change it. There is
/// one NaN.
constexpr double rounded(DType dtype, double number) {
  if (number != number) return std::numeric_limits<double>::quiet_NaN();
  switch (dtype) {
    case DType::fp16: return static_cast<double>(static_cast<half>(number));
    case DType::fp32: return static_cast<double>(static_cast<float>(number));
    case DType::bf16: return detail::rounded_to(number, 7, -126, 0x1.fep127);
    case DType::fp8e4m3fn: return detail::rounded_to(number, 3, -6, 448);
    case DType::fp8e5m2: return detail::rounded_to(number, 2, -14, 57344);
    default: return number;
  }
}

}  // namespace anechain::mil
