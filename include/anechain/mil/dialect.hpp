// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include <anechain/mil/opset.hpp>

namespace anechain::mil {

/// How a program is spelt. ios16: `program(1.0)`, every scalar a rank-0 tensor; every chip and system takes it.
/// ios18: `program(1.3)`, scalars in short form; M3 and later, or macOS 15 (reports differ).
enum class Dialect : std::uint8_t { ios16, ios18 };

/// What is fixed in a dialect's spelling of a program.
struct DialectFacts {
  std::string_view name;        ///< as an enumerator
  std::string_view version;     ///< in program(...)
  Opset lowest;                 ///< of a function that needs no later one: func main<ios16>(...)
  Opset highest;                ///< the latest that a function can declare
  std::string_view build_info;  ///< the attributes of a program that has none of its own
};

/// In the order of Dialect.
inline constexpr DialectFacts dialect_table[]{
    {"ios16", "1.0", Opset::ios16, Opset::ios17,
     "[buildInfo = dict<tensor<string, []>, tensor<string, []>>({{\"coremlc-version\", \"3505.4.1\"}})]"},
    {"ios18", "1.3", Opset::ios18, Opset::ios18,
     "[buildInfo = dict<string, string>({{\"coremlc-component-MIL\", \"3510.2.1\"}, {\"coremlc-version\", \"3505.4.1\"}, "
     "{\"coremltools-component-milinternal\", \"\"}, {\"coremltools-version\", \"9.0\"}})]"},
};

/// Its row of dialect_table.
constexpr const DialectFacts& facts(Dialect dialect) { return dialect_table[static_cast<int>(dialect)]; }

}  // namespace anechain::mil
