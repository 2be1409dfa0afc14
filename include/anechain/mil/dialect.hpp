// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace anechain::mil {

/// How a program is spelt. ios16: `program(1.0)`, every scalar a rank-0 tensor; every chip and system takes it.
/// ios18: `program(1.3)`, scalars in short form; M3 and later, or macOS 15 (reports differ).
enum class Dialect : std::uint8_t { ios16, ios18 };

/// What is fixed in a dialect's spelling of a program.
struct DialectFacts {
  std::string_view version;     ///< in program(...)
  std::string_view opset;       ///< of a function that names none of its own: func main<ios16>(...)
  std::string_view build_info;  ///< the attributes that a program gets which brings none of its own
};

/// In the order of Dialect.
inline constexpr DialectFacts dialect_table[]{
    {"1.0", "ios16", "[buildInfo = dict<tensor<string, []>, tensor<string, []>>({{\"coremlc-version\", \"3505.4.1\"}})]"},
    {"1.3", "ios18",
     "[buildInfo = dict<string, string>({{\"coremlc-component-MIL\", \"3510.2.1\"}, {\"coremlc-version\", \"3505.4.1\"}, "
     "{\"coremltools-component-milinternal\", \"\"}, {\"coremltools-version\", \"9.0\"}})]"},
};

/// Its row of dialect_table.
constexpr const DialectFacts& facts(Dialect dialect) { return dialect_table[static_cast<int>(dialect)]; }

}  // namespace anechain::mil
