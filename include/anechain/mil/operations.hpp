// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace anechain::mil {

/// The operations that a Graph can hold, in the order of `operation_table`.
enum class OpKind : std::uint8_t { constant, add, cast, conv, matmul, mul, relu, reshape, transpose };

/// The names of operands, in the order of `param_table`.
enum class Param : std::uint8_t {
  bias,
  dilations,
  dtype,
  groups,
  pad,
  pad_type,
  perm,
  shape,
  strides,
  transpose_x,
  transpose_y,
  weight,
  x,
  y
};

/// `text` is the operand's name in MIL; `constant_name` is how the builder names a constant that it makes for it (the
/// seed experiment's names where it has one), empty where the operand is always a value that the user gives.
struct ParamFacts {
  std::string_view text;
  std::string_view constant_name;
};

inline constexpr std::array<ParamFacts, 14> param_table{{
    {"bias", ""},
    {"dilations", "dl"},
    {"dtype", "dt"},
    {"groups", "gr"},
    {"pad", "pd"},
    {"pad_type", "pt"},
    {"perm", "pm"},
    {"shape", "sh"},
    {"strides", "st"},
    {"transpose_x", "tx"},
    {"transpose_y", "ty"},
    {"weight", ""},
    {"x", ""},
    {"y", "c"},
}};

constexpr const ParamFacts& facts(Param param) { return param_table[static_cast<std::size_t>(param)]; }

/// One operand that an operation takes.
struct ParamUse {
  Param param{};
  bool required = true;
};

/// An operation's name and its operands in alphabetical order, which is the order of Apple's compiler's own output.
struct OperationFacts {
  std::string_view name;
  std::array<ParamUse, 8> params{};
  int param_count = 0;

  constexpr const ParamUse* begin() const { return params.data(); }
  constexpr const ParamUse* end() const { return params.data() + param_count; }
};

inline constexpr std::array<OperationFacts, 9> operation_table{{
    {"const", {}, 0},
    {"add", {{{Param::x}, {Param::y}}}, 2},
    {"cast", {{{Param::dtype}, {Param::x}}}, 2},
    {"conv",
     {{{Param::bias, false},
       {Param::dilations},
       {Param::groups},
       {Param::pad},
       {Param::pad_type},
       {Param::strides},
       {Param::weight},
       {Param::x}}},
     8},
    {"matmul", {{{Param::transpose_x, false}, {Param::transpose_y, false}, {Param::x}, {Param::y}}}, 4},
    {"mul", {{{Param::x}, {Param::y}}}, 2},
    {"relu", {{{Param::x}}}, 1},
    {"reshape", {{{Param::shape}, {Param::x}}}, 2},
    {"transpose", {{{Param::perm}, {Param::x}}}, 2},
}};

constexpr const OperationFacts& facts(OpKind kind) { return operation_table[static_cast<std::size_t>(kind)]; }

}  // namespace anechain::mil
