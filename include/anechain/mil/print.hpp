// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <anechain/mil/dialect.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/mil/needed_opset.hpp>

namespace anechain::mil {

/// The opset that a printed function declares: its own if it names one, else the lowest of the dialect that contains all of its operations.
/// Throws TypeError if there is none.
constexpr std::string_view declared_opset(const Graph& graph, const Function& function, Dialect dialect) {
  if (function.opset.size != 0) return graph.text(function.opset);
  const NeededOpset needed = needed_opset(graph, function);
  require(needed.opset <= facts(dialect).highest, needed.is_of_an_operation ? facts(needed.operation).name.data() : "state",
          "it needs ios{}, but this dialect has opsets up to ios{} only", 15 + static_cast<int>(needed.opset),
          15 + static_cast<int>(facts(dialect).highest));
  return name_of(needed.opset > facts(dialect).lowest ? needed.opset : facts(dialect).lowest);
}

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
  constexpr Printer(Sink& sink, const Graph& graph, Dialect dialect)
      : sink_(sink), graph_(graph), dialect_(dialect), short_(dialect == Dialect::ios18) {}

  constexpr void program() {
    literal("program(");
    text(facts(dialect_).version);
    literal(")\n");
    attributes(graph_.attributes);
    if (graph_.attributes.kind != Attributes::Kind::none) literal("\n");
    literal("{\n");
    for (const Function& function : graph_.functions) this->function(function);
    literal("}\n");
  }

 private:
  template <std::size_t N>
  constexpr void literal(const char (&text)[N]) {
    sink_.write(text, N - 1);
  }
  constexpr void text(std::string_view text) { sink_.write(text.data(), text.size()); }
  constexpr void name(Name name) { text(graph_.text(name)); }

  constexpr void attributes(const Attributes& attributes) {
    if (attributes.kind == Attributes::Kind::standard) text(facts(dialect_).build_info);
    if (attributes.kind == Attributes::Kind::given) name(attributes.text);
  }

  constexpr void function(const Function& function) {
    literal("    func ");
    name(function.name);
    literal("<");
    text(declared_opset(graph_, function, dialect_));
    literal(">(");
    bool first = true;
    for (const std::int32_t input : graph_.inputs_of(function)) {
      if (!first) literal(", ");
      first = false;
      typed_name(graph_[input]);
    }
    literal(") ");
    attributes(function.attributes);
    if (function.attributes.kind != Attributes::Kind::none) literal(" ");
    literal("{\n");
    for (const Operation& operation : graph_.operations_of(function))
      if (!graph_.is_inline(operation)) statement(operation);
    literal("    } -> (");
    first = true;
    for (const std::int32_t output : graph_.outputs_of(function)) {
      if (!first) literal(", ");
      first = false;
      name(graph_[output].name);
    }
    literal(");\n");
  }

  constexpr void natural(std::uint64_t number) {
    char digits[20];
    std::size_t first = sizeof digits;
    do digits[--first] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    sink_.write(digits + first, sizeof digits - first);
  }

  constexpr void integer(std::int64_t number) {
    if (number < 0) literal("-");
    natural(number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number));
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
    if (type.shape.rank == 0) return scalar(type.dtype);
    literal("tensor<");
    text(facts(type.dtype).name);
    bool first = true;
    for (const std::int64_t extent : type.shape) {
      first ? literal(", [") : literal(", ");
      first = false;
      extent == unknown_extent ? literal("?") : natural(static_cast<std::uint64_t>(extent));
    }
    literal("]>");
  }

  constexpr void scalar(DType dtype) {
    if (short_) return text(facts(dtype).name);
    literal("tensor<");
    text(facts(dtype).name);
    literal(", []>");
  }

  constexpr void type_of(const ValueFacts& value) {
    if (value.foreign.size != 0) return name(value.foreign);
    if (value.state) literal("state<");
    type(value.type);
    if (value.state) literal(">");
  }

  constexpr void typed_name(const ValueFacts& value) {
    type_of(value);
    literal(" ");
    name(value.name);
  }

  constexpr void quoted(std::string_view value) {
    literal("\"");
    contains(value, '"') || contains(value, '\\') ? escaped(value) : text(value);
    literal("\"");
  }
  constexpr void escaped(std::string_view value) {
    for (const char& c : value) {
      if (c == '"' || c == '\\') literal("\\");
      sink_.write(&c, 1);
    }
  }

  constexpr void string(std::string_view value) {
    short_ ? literal("string(") : literal("tensor<string, []>(");
    quoted(value);
    literal(")");
  }

  constexpr void number(DType dtype, std::int64_t bits) {
    if (dtype == DType::boolean) return bits != 0 ? literal("true") : literal("false");
    if (facts(dtype).floating) return floating(from_bits(bits));
    if (dtype == DType::string) return quoted(graph_.string_of(bits));
    if (dtype == DType::uint64) return natural(static_cast<std::uint64_t>(bits));
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

  /// A constant with its type: "fp16(0x1p+0)".
  constexpr void value_of(const Constant& constant, const ValueFacts& of) {
    type_of(of);
    if (constant.kind == Constant::Kind::foreign) return name(constant.text);
    literal("(");
    if (constant.kind == Constant::Kind::blob) {
      literal("BLOBFILE(path = ");
      string(graph_.text(constant.text));
      short_ ? literal(", offset = uint64(") : literal(", offset = tensor<uint64, []>(");
      natural(constant.blob_offset);
      literal("))");
    } else {
      numbers(of.type, constant);
    }
    literal(")");
  }

  constexpr void operand(std::int32_t value) {
    const ValueFacts& facts = graph_[value];
    if (facts.name.size != 0) return name(facts.name);
    value_of(*graph_.constant_of(value), facts);
  }

  constexpr void statement(const Operation& operation) {
    literal("        ");
    bool first = true;
    for (const ValueFacts& result : graph_.results_of(operation)) {
      if (!first) literal(", ");
      first = false;
      typed_name(result);
    }
    if (!first) literal(" = ");
    const OperationFacts& facts = mil::facts(operation.kind);
    text(facts.name);
    if (operation.opset.size != 0) {
      literal("<");
      name(operation.opset);
      literal(">");
    }
    literal("(");
    if (facts.family != Family::decoding) arguments(graph_.arguments_of(operation));
    literal(")");
    if (facts.family == Family::decoding)
      data_attributes(operation);
    else if (operation.constant >= 0)
      constant_attributes(operation);
    else if (operation.name.size != 0) {
      literal("[name = ");
      string(graph_.text(operation.name));
      literal("]");
    }
    literal(";\n");
  }

  constexpr void arguments(Entries<Argument> arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const Param param = arguments.data()[i].param;
      const bool goes_on = i > 0 && arguments.data()[i - 1].param == param;
      if (i != 0) literal(", ");
      if (!goes_on) {
        text(facts(param).text);
        literal(" = ");
        if (param == Param::values) literal("(");
      }
      operand(arguments.data()[i].value);
      if (param == Param::values && (i + 1 == arguments.size() || arguments.data()[i + 1].param != param)) literal(")");
    }
  }

  constexpr void constant_attributes(const Operation& operation) {
    literal("[");
    if (operation.name.size != 0) {
      literal("name = ");
      string(graph_.text(operation.name));
      literal(", ");
    }
    literal("val = ");
    value_of(graph_.constants.data()[operation.constant], graph_[operation.result]);
    literal("]");
  }

  /// Attributes in alphabetical order, the name among them.
  constexpr void data_attributes(const Operation& operation) {
    bool named = operation.name.size == 0;
    bool first = true;
    const auto separate = [&] {
      if (!first) literal(", ");
      first = false;
    };
    const auto write_name = [&] {
      separate();
      literal("name = ");
      string(graph_.text(operation.name));
      named = true;
    };
    literal("[");
    for (const Argument& argument : graph_.arguments_of(operation)) {
      const std::string_view attribute = facts(argument.param).text;
      if (!named && attribute > "name") write_name();
      separate();
      text(attribute);
      literal(" = ");
      operand(argument.value);
    }
    if (!named) write_name();
    literal("]");
  }

  Sink& sink_;
  const Graph& graph_;
  Dialect dialect_;
  bool short_;
};

}  // namespace detail

/// Bytes of the graph's text in a dialect: how versions, scalars and the attributes are spelt that it brings none of its own
/// for. All else is spelt as the graph has it, values that are written where they are used among it.
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
