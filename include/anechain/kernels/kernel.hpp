// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <anechain/kernels/bytes.hpp>
#include <anechain/mil/builder.hpp>
#include <anechain/mil/cost.hpp>
#include <anechain/mil/print.hpp>
#include <anechain/support/label.hpp>

namespace anechain::kernels {

/// A kernel is a type that says what it takes and how its result is built:
///
///     struct Doubled {
///       static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
///       static constexpr mil::Value body(mil::Builder& b, mil::Value x) { return b.add(x, x); }
///     };
///
/// From it come, at compile time, everything below in this file. An optional `name`, a std::string_view, is what
/// reports call it; without one they use the type's own name.
template <class K>
concept Kernel = requires(mil::Builder& b, mil::Value x) {
  { K::input } -> std::convertible_to<mil::TensorType>;
  { K::body(b, x) } -> std::same_as<mil::Value>;
};

/// A kernel's body, as a plain function.
using Body = mil::Value (*)(mil::Builder&, mil::Value);

/// The graph that a body builds from its input. Works at run time too, for sizes that are known only then.
template <class B>
constexpr mil::Graph trace(const mil::TensorType& input, const B& body) {
  mil::Builder builder;
  const mil::Value x = builder.input("x", input);
  builder.begin_body();
  return builder.finish(body(builder, x));
}

/// The graph of a kernel.
template <Kernel K>
constexpr mil::Graph trace() {
  return trace(K::input, K::body);
}

/// One tensor of a kernel's weight blob: its name in the body, its type, where it stands, and what it is for.
struct WeightFacts {
  std::string_view name;               ///< with its scopes: "k2_W"
  mil::TensorType type;                ///< as the blob holds it
  mil::blob::Placement placement;      ///< in the blob of its kernel
  mil::Role role = mil::Role::matrix;  ///< sources choose their numbers by it; the library fills causal masks
};

/// All that a chain needs to know of a kernel: plain data, the same for a kernel that is a type and for one that was
/// traced at run time. Texts and spans point into memory that outlives it.
struct KernelFacts {
  std::string_view name;                 ///< what reports call it
  mil::TensorType input;                 ///< what it reads
  mil::TensorType output;                ///< what it gives
  std::string_view text;                 ///< MIL
  std::span<const WeightFacts> weights;  ///< in the order of the blob; empty where it has none
  std::int64_t flops = 0;                ///< of one evaluation
  Bytes bytes;                           ///< of one evaluation

  /// Bytes of the weight blob; 0 where the kernel has no weights.
  constexpr std::uint64_t blob_size() const { return weights.empty() ? 0 : weights.back().placement.end(); }
};

namespace tracing {

/// What is counted in a traced graph, before memory is laid out for the rest. Where a rule is broken, only that is told.
struct Summary {
  mil::TensorType output{};
  std::int64_t flops = 0;
  Bytes bytes{};
  std::size_t weight_count = 0;
  std::size_t weight_characters = 0;
  std::size_t text_size = 0;  ///< in one dialect
  mil::BrokenRule broken{};
  const char* declared = nullptr;  ///< "input" or "state", if the body called it
};

/// Calls `visit(name, type, constant)` for each tensor of the weight blob, in file order.
template <class Visitor>
constexpr void for_each_weight(const mil::Graph& graph, Visitor visit) {
  for (const mil::Operation& operation : graph.operations) {
    if (operation.constant < 0) continue;
    const mil::Constant& constant = graph.constants.data()[operation.constant];
    if (constant.kind != mil::Constant::Kind::blob) continue;
    visit(graph.text(operation.name), graph[operation.result].type, constant);
  }
}

constexpr Summary summarize(const mil::Graph& graph, mil::Dialect dialect) {
  const mil::Function& function = graph.functions[0];
  const mil::TensorType output = graph[graph.outputs_of(function)[0]].type;
  const std::int64_t input_bytes = graph[graph.inputs_of(function)[0]].type.packed_bytes();
  Summary summary{.output = output,
                  .flops = mil::flops(graph, function),
                  .bytes = {input_bytes, output.packed_bytes(), 0},
                  .text_size = mil::printed_size(graph, dialect)};
  for_each_weight(graph, [&](std::string_view name, const mil::TensorType& type, const mil::Constant&) {
    ++summary.weight_count;
    summary.weight_characters += name.size();
    summary.bytes.weights += type.packed_bytes();
  });
  return summary;
}

/// Writes as many characters and entries as were counted; the entries' names are those characters.
constexpr void list_weights(const mil::Graph& graph, char* names, WeightFacts* to) {
  for_each_weight(graph, [&](std::string_view name, const mil::TensorType& type, const mil::Constant& constant) {
    mil::copy_characters(names, name.data(), name.size());
    *to++ = {{names, name.size()}, type, {constant.blob_offset, static_cast<std::uint64_t>(type.packed_bytes())}, constant.role};
    names += name.size();
  });
}

/// The words of a rule in a template argument, where compilers print them.
template <std::size_t Size>
struct Rule {
  char text[Size]{};

  constexpr explicit Rule(const char* words) {
    for (std::size_t i = 0; i + 1 < Size; ++i) text[i] = words[i];
  }
};

/// What the compiler shows of a body that breaks a rule of an operation.
template <class K, mil::OpKind Operation, Rule Broken, std::int64_t First, std::int64_t Second>
struct BodyBreaksRule {
  static constexpr bool holds = Broken.text[0] == '\0';
  static_assert(
      holds, "anechain: the body of this kernel breaks a rule of an operation: see BodyBreaksRule, whose numbers fill the {} of the rule");
};

/// What the compiler shows of a body that declares an input or a state.
template <class K, Label Function>
struct BodyDeclares {
  static constexpr bool holds = Function.view().empty();
  static_assert(
      holds,
      "anechain: the body of this kernel calls b.input or b.state (see BodyDeclares): a kernel has the one input that `body` is given, "
      "and no states");
};

template <class K, mil::Dialect D>
constexpr Summary traced_summary() {
  static_assert(!mil::TensorType{K::input}.shape.has_unknown(),
                "anechain: the input of this kernel has an extent that is not known when it is compiled: give it a number, the ANE takes "
                "fixed shapes alone");
  mil::Builder builder;
  const mil::Value x = builder.input("x", K::input);
  builder.begin_body();
  const mil::Value y = K::body(builder, x);
  if (builder.declared_in_body() != nullptr) return {.declared = builder.declared_in_body()};
  if (builder.broken().rule != nullptr) return {.broken = builder.broken()};
  return summarize(builder.finish(y), D);
}

/// Tracing is what a kernel costs to compile: it is done twice, to count, and to write into arrays of these sizes.
template <class K, mil::Dialect D>
struct Traced {
  static constexpr Summary unchecked = traced_summary<K, D>();

  /// GCC prints the template arguments in full, Clang the arguments of the call that stops the evaluation.
  static constexpr const Summary& checked() {
    if constexpr (unchecked.declared != nullptr) {
      constexpr std::string_view function{unchecked.declared};
      static_assert(BodyDeclares<K, Label<function.size() + 1>{function}>::holds);
    }
    constexpr mil::BrokenRule broken = unchecked.broken;
    if constexpr (broken.rule != nullptr) {
      constexpr std::size_t size = std::string_view{broken.rule}.size() + 1;
      static_assert(BodyBreaksRule<K, broken.operation, Rule<size>{broken.rule}, broken.first, broken.second>::holds);
      mil::require(false, facts(broken.operation).name.data(), broken.rule, broken.first, broken.second);
    }
    return unchecked;
  }

  static constexpr const Summary& summary = checked();
};

/// A kernel's text and tensors.
template <class K, mil::Dialect D>
struct Contents {
  static constexpr const Summary& summary = Traced<K, D>::summary;

  std::array<char, summary.text_size> text{};
  std::array<char, summary.weight_characters + 1> weight_names{};
  std::array<WeightFacts, summary.weight_count> weights{};

  constexpr Contents() {
    const mil::Graph graph = trace<K>();
    mil::print_to(text.data(), graph, D);
    list_weights(graph, weight_names.data(), weights.data());
  }
  Contents(const Contents&) = delete;  // the entries of `weights` point at `weight_names`
  Contents& operator=(const Contents&) = delete;
};

template <class K, mil::Dialect D>
inline constexpr Contents<K, D> contents{};

/// "Conv1x1<64, 32>": the type as the compiler spells it, without this library's namespaces at the front.
template <class K>
constexpr std::string_view type_name() {
  constexpr std::string_view marker = "K = ";
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find(marker) + marker.size());
  text = text.substr(0, text.find_first_of(";]"));
  for (const std::string_view prefix : {"anechain::", "kernels::"})
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return text;
}

template <class K>
constexpr std::string_view name_of() {
  if constexpr (requires { std::string_view{K::name}; })
    return K::name;
  else
    return type_name<K>();
}

}  // namespace tracing

/// What a kernel reads.
template <Kernel K>
inline constexpr mil::TensorType input = K::input;

/// What a kernel gives.
template <Kernel K>
inline constexpr mil::TensorType output = tracing::Traced<K, mil::Dialect::ios16>::summary.output;

/// A kernel's program as MIL text, in static storage: nothing is done for it at run time.
template <Kernel K, mil::Dialect D = mil::Dialect::ios16>
inline constexpr std::string_view mil_text{tracing::contents<K, D>.text.data(), tracing::contents<K, D>.text.size()};

/// The tensors of a kernel's weight blob, in file order.
template <Kernel K, mil::Dialect D = mil::Dialect::ios16>
inline constexpr std::span<const WeightFacts> blob_layout{tracing::contents<K, D>.weights};

/// Floating-point operations of one evaluation: two for each multiply-add of a convolution or matrix product, one for
/// each element that an elementwise operation or a bias gives, none for moving and converting.
template <Kernel K, mil::Dialect D = mil::Dialect::ios16>
inline constexpr std::int64_t flops = tracing::Traced<K, D>::summary.flops;

/// Bytes that one evaluation reads and writes.
template <Kernel K, mil::Dialect D = mil::Dialect::ios16>
inline constexpr Bytes bytes = tracing::Traced<K, D>::summary.bytes;

/// What reports call a kernel.
template <Kernel K>
inline constexpr std::string_view kernel_name = tracing::name_of<K>();

/// The facts of a kernel, its text in one dialect.
template <Kernel K, mil::Dialect D = mil::Dialect::ios16>
inline constexpr KernelFacts kernel_facts{kernel_name<K>, K::input, output<K>, mil_text<K, D>, blob_layout<K, D>, flops<K, D>, bytes<K, D>};

}  // namespace anechain::kernels

namespace anechain {
using namespace kernels;
}
