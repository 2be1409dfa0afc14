// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <anechain/mil/graph.hpp>

namespace anechain::mil {

/// How a program is spelt. ios16: `program(1.0)`, every scalar a rank-0 tensor; every chip and system takes it.
/// ios18: `program(1.3)`, scalars in short form; M3 and later, or macOS 15 (reports differ).
enum class Dialect : std::uint8_t { ios16, ios18 };

namespace detail {

/// Counts what the printer writes.
struct CountingSink {
  std::size_t size = 0;

  constexpr void write(const char*, std::size_t count) { size += count; }
};

/// Writes to memory that was measured with a CountingSink.
struct WritingSink {
  char* next;

  constexpr void write(const char* characters, std::size_t count) {
    copy_characters(next, characters, count);
    next += count;
  }
};

/// Spells one graph in one dialect into a sink. String literals go in as arrays: their length costs no evaluation.
template <class Sink>
class Printer {
 public:
  constexpr Printer(Sink& sink, const Graph& graph, Dialect dialect) : sink_(sink), graph_(graph), short_(dialect == Dialect::ios18) {}

  constexpr void program() {
    if (short_)
      literal(
          "program(1.3)\n[buildInfo = dict<string, string>({{\"coremlc-component-MIL\", \"3510.2.1\"}, {\"coremlc-version\", "
          "\"3505.4.1\"}, "
          "{\"coremltools-component-milinternal\", \"\"}, {\"coremltools-version\", \"9.0\"}})]\n{\n    func main<ios18>(");
    else
      literal(
          "program(1.0)\n[buildInfo = dict<tensor<string, []>, tensor<string, []>>({{\"coremlc-version\", \"3505.4.1\"}})]\n{\n"
          "    func main<ios16>(");
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
      if (i != 0) literal(", ");
      typed_name(graph_.inputs[i]);
    }
    literal(") {\n");
    for (const Operation& operation : graph_.operations) statement(operation);
    literal("    } -> (");
    for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
      if (i != 0) literal(", ");
      name(graph_[graph_.outputs[i]].name);
    }
    literal(");\n}\n");
  }

 private:
  template <std::size_t N>
  constexpr void literal(const char (&text)[N]) {
    sink_.write(text, N - 1);
  }
  constexpr void text(std::string_view text) { sink_.write(text.data(), text.size()); }
  constexpr void name(Name name) { text(graph_.text(name)); }

  constexpr void integer(std::int64_t number) {
    char digits[20];
    std::size_t first = sizeof digits;
    std::uint64_t rest = number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    do digits[--first] = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (number < 0) literal("-");
    sink_.write(digits + first, sizeof digits - first);
  }

  /// The shortest hexadecimal form, as Apple's compiler prints floats (C's %a): it comes back exactly.
  constexpr void floating(double number) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
    auto exponent = static_cast<std::int64_t>(bits >> 52 & 0x7FF);
    if (exponent == 0x7FF && mantissa != 0) return literal("nan");
    if (bits >> 63 != 0) literal("-");
    if (exponent == 0x7FF) return literal("inf");
    if (exponent == 0 && mantissa == 0) return literal("0x0p+0");
    if (exponent == 0) {
      const int shift = std::countl_zero(mantissa) - 11;
      mantissa = mantissa << shift & ((std::uint64_t{1} << 52) - 1);
      exponent = 1 - shift;
    }
    literal("0x1");
    if (mantissa != 0) literal(".");
    for (; mantissa != 0; mantissa = mantissa << 4 & ((std::uint64_t{1} << 52) - 1)) {
      const char digit = "0123456789abcdef"[mantissa >> 48];
      sink_.write(&digit, 1);
    }
    literal("p");
    if (exponent >= 1023) literal("+");
    integer(exponent - 1023);
  }

  constexpr void type(const TensorType& type) {
    if (short_ && type.shape.rank == 0) return text(facts(type.dtype).name);
    literal("tensor<");
    text(facts(type.dtype).name);
    literal(", [");
    for (int axis = 0; axis < type.shape.rank; ++axis) {
      if (axis != 0) literal(", ");
      integer(type.shape[axis]);
    }
    literal("]>");
  }

  constexpr void typed_name(std::int32_t value) {
    type(graph_[value].type);
    literal(" ");
    name(graph_[value].name);
  }

  constexpr void string(std::string_view value) {
    type({DType::string, {}});
    literal("(\"");
    const char* unwritten = value.data();
    for (const char& c : value) {
      if (c != '"' && c != '\\') continue;
      sink_.write(unwritten, static_cast<std::size_t>(&c - unwritten));
      literal("\\");
      unwritten = &c;
    }
    sink_.write(unwritten, static_cast<std::size_t>(value.data() + value.size() - unwritten));
    literal("\")");
  }

  constexpr void number(DType dtype, std::int64_t bits) {
    if (dtype == DType::boolean) return bits != 0 ? literal("true") : literal("false");
    if (facts(dtype).floating) return floating(from_bits(bits));
    integer(bits);
  }

  /// Nested to the rank of the tensor: [[1, 2], [3, 4]].
  constexpr void numbers(const TensorType& of, const Constant& constant) {
    const auto elements = graph_.numbers_of(constant);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      std::int64_t block = 1;
      int opening = 0;
      for (int axis = of.shape.rank - 1; axis >= 0 && static_cast<std::int64_t>(i) % (block * of.shape[axis]) == 0; --axis, ++opening)
        block *= of.shape[axis];
      if (i != 0) {
        for (int k = 0; k < opening; ++k) literal("]");
        literal(", ");
      }
      for (int k = 0; k < opening; ++k) literal("[");
      number(of.dtype, elements[i]);
    }
    for (int axis = 0; axis < of.shape.rank; ++axis) literal("]");
  }

  constexpr void value_of(const Constant& constant, const TensorType& of) {
    if (constant.kind == Constant::Kind::text) return string(graph_.text(constant.text));
    type(of);
    literal("(");
    if (constant.kind == Constant::Kind::blob) {
      literal("BLOBFILE(path = ");
      string(graph_.text(constant.text));
      literal(", offset = ");
      type({DType::uint64, {}});
      literal("(");
      number(DType::uint64, static_cast<std::int64_t>(constant.blob_offset));
      literal("))");
    } else {
      numbers(of, constant);
    }
    literal(")");
  }

  constexpr void statement(const Operation& operation) {
    literal("        ");
    typed_name(operation.result);
    literal(" = ");
    text(facts(operation.kind).name);
    literal("(");
    bool first = true;
    for (const Argument& argument : graph_.arguments_of(operation)) {
      if (!first) literal(", ");
      first = false;
      text(facts(argument.param).text);
      literal(" = ");
      name(graph_[argument.value].name);
    }
    literal(")[name = ");
    string(graph_.text(operation.name));
    if (operation.constant >= 0) {
      literal(", val = ");
      value_of(graph_.constants[static_cast<std::size_t>(operation.constant)], graph_[operation.result].type);
    }
    literal("];\n");
  }

  Sink& sink_;
  const Graph& graph_;
  bool short_;
};

}  // namespace detail

/// Bytes of the graph's text.
constexpr std::size_t printed_size(const Graph& graph, Dialect dialect) {
  detail::CountingSink sink;
  detail::Printer{sink, graph, dialect}.program();
  return sink.size;
}

/// Writes the graph's text, `printed_size` bytes of it, to `to`.
constexpr void print_to(char* to, const Graph& graph, Dialect dialect) {
  detail::WritingSink sink{to};
  detail::Printer{sink, graph, dialect}.program();
}

/// The graph as MIL text.
inline std::string print(const Graph& graph, Dialect dialect = Dialect::ios16) {
  std::string text(printed_size(graph, dialect), '\0');
  print_to(text.data(), graph, dialect);
  return text;
}

}  // namespace anechain::mil
