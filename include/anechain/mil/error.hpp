// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace anechain::mil {

/// A program whose types do not fit: a wrong shape, a wrong dtype, an operand that is missing.
/// In a constant expression it is never thrown: the compiler stops at `require` and prints its arguments.
struct TypeError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

namespace detail {

/// `rule` with each "{}" replaced by the next of the two numbers.
inline std::string filled_in(const char* rule, std::int64_t first, std::int64_t second) {
  std::string text{rule};
  for (const std::int64_t number : {first, second})
    if (const std::size_t hole = text.find("{}"); hole != std::string::npos) text.replace(hole, 2, std::to_string(number));
  return text;
}

}  // namespace detail

/// The one way a rule of the type system is enforced. Both compilers print the call with its arguments when it stops a
/// constant evaluation, so `operation`, `rule` and the two numbers are what the user reads there; at run time the same
/// words come as a TypeError, with each "{}" of `rule` filled in.
constexpr void require(bool holds, const char* operation, const char* rule, std::int64_t first = 0, std::int64_t second = 0) {
  if (!holds) throw TypeError(std::string{operation} + ": " + detail::filled_in(rule, first, second));
}

/// a * b of sizes, both not negative, where the product can be counted; a TypeError where it cannot.
constexpr std::int64_t checked_product(std::int64_t a, std::int64_t b, const char* operation) {
  require(a == 0 || b <= INT64_MAX / a, operation, "a size of {} times {} cannot be counted", a, b);
  return a * b;
}

/// Where something stands in the text that a graph was read from, counted from 1; zero in a graph that was built.
struct Position {
  std::uint32_t line = 0;    ///< the first is 1
  std::uint32_t column = 0;  ///< in bytes; the first is 1
};

/// "line:column".
inline std::string to_string(Position at) { return std::to_string(at.line) + ":" + std::to_string(at.column); }

/// A MIL text that cannot be read. `line` and `column` count from 1 and point at the first wrong token.
struct ParseError : std::runtime_error {
  /// what() is "LINE:COLUMN: MESSAGE".
  ParseError(Position at, const std::string& message)
      : std::runtime_error(to_string(at) + ": " + message), line(at.line), column(at.column) {}

  std::size_t line;    ///< the first is 1
  std::size_t column;  ///< in bytes; the first is 1
};

/// A weight file that cannot be read, or does not hold what is asked of it. `offset` is the byte in the file where the
/// wrong field stands.
struct BlobError : std::runtime_error {
  /// what() is "weight blob, byte OFFSET, FIELD: MESSAGE".
  BlobError(std::uint64_t at_offset, std::string_view field, const std::string& message)
      : std::runtime_error("weight blob, byte " + std::to_string(at_offset) + ", " + std::string{field} + ": " + message),
        offset(at_offset) {}

  std::uint64_t offset;  ///< in bytes, from the start of the file
};

}  // namespace anechain::mil
