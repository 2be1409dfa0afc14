// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include <anechain/kernels/bytes.hpp>
#include <anechain/mil/builder.hpp>
#include <anechain/mil/cost.hpp>
#include <anechain/mil/frozen_graph.hpp>
#include <anechain/mil/needed_opset.hpp>
#include <anechain/mil/ports.hpp>
#include <anechain/mil/print.hpp>

namespace anechain::kernels {

/// A type that names what a kernel takes: one tensor in `input`, or several in `inputs`.
template <class K>
concept NamesInputs = requires {
  { K::input } -> std::convertible_to<mil::TensorType>;
} || requires {
  { K::inputs.list[0] } -> std::convertible_to<const mil::Port&>;
};

namespace tracing {

/// The inputs of a kernel in the order in which its body takes them. The one of the short form is called "x".
template <NamesInputs K>
constexpr auto ports_of() {
  if constexpr (requires { K::inputs; })
    return K::inputs;
  else
    return mil::ports({{"x", K::input}});
}

template <NamesInputs K>
inline constexpr auto input_ports = ports_of<K>();

template <class K, std::size_t... I>
constexpr auto call_with(mil::Body& b, const mil::Value* inputs, std::index_sequence<I...>) -> decltype(K::body(b, inputs[I]...)) {
  return K::body(b, inputs[I]...);
}

/// Whether a body takes so many values.
template <class K, std::size_t Values>
concept BodyTakes = requires(mil::Body& b, const mil::Value* inputs) { call_with<K>(b, inputs, std::make_index_sequence<Values>{}); };

/// How many results a body gives, by what it returns.
template <class Returned>
inline constexpr std::size_t count_of_results = 0;
template <>
inline constexpr std::size_t count_of_results<mil::Value> = 1;
template <std::size_t N>
inline constexpr std::size_t count_of_results<mil::Results<N>> = N;

template <class K>
using Returned = decltype(call_with<K>(std::declval<mil::Body&>(), nullptr, std::make_index_sequence<input_ports<K>.size()>{}));

}  // namespace tracing

/// A kernel is a type that says what it takes and how its results are built. In the short form it has one input and one result:
///
///     struct Doubled {
///       static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
///       static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.add(x, x); }
///     };
///
/// In the general form inputs and results have names; the body takes as many values as there are inputs:
///
///     struct Scaled {
///       static constexpr auto inputs = mil::ports({{"x", T}, {"factor", F}});
///       static constexpr auto body(mil::Body& b, mil::Value x, mil::Value factor) {
///         const mil::Value y = b.mul(x, factor);
///         return mil::results({{"y", y}, {"square", b.mul(y, y)}});
///       }
///     };
///
/// From it come, at compile time, everything below in this file. An optional `name`, a std::string_view, is what reports call it; without
/// one they use the type's own name. An optional `dialect` says how its program is spelt, Dialect::ios16 if there is none.
template <class K>
concept Kernel =
    NamesInputs<K> && tracing::BodyTakes<K, tracing::input_ports<K>.size()> && (tracing::count_of_results<tracing::Returned<K>> > 0);

/// How many inputs and results a kernel has.
///@{
template <Kernel K>
inline constexpr std::size_t input_count = tracing::input_ports<K>.size();
template <Kernel K>
inline constexpr std::size_t output_count = tracing::count_of_results<tracing::Returned<K>>;
///@}

/// Calls a kernel's body, of either form: takes as many values as it has inputs, gives its results with their names.
template <Kernel K>
constexpr void call_body(mil::Body& b, const mil::Value* inputs, mil::Result* results) {
  const auto returned = tracing::call_with<K>(b, inputs, std::make_index_sequence<input_count<K>>{});
  if constexpr (requires { returned.list; }) {
    for (const mil::Result& result : returned.list) *results++ = result;
  } else {
    *results = {"y", returned};
  }
}

/// A kernel's body with its type forgotten, for programs that are made of several kernels.
struct AnyBody {
  /// Takes as many values as the kernel has inputs, writes its results with their names; null if the kernel is known by its text alone.
  void (*call)(const void* self, mil::Body& b, const mil::Value* inputs, mil::Result* results) = nullptr;
  const void* self = nullptr;  ///< given to `call`; null for a kernel that is a type
};

/// The body of a kernel that is a type.
template <Kernel K>
inline constexpr AnyBody any_body{
    [](const void*, mil::Body& b, const mil::Value* inputs, mil::Result* results) { call_body<K>(b, inputs, results); }};

/// How a kernel's program is spelt unless it is asked for otherwise: as its `dialect` says.
template <class K>
inline constexpr mil::Dialect dialect_of = [] {
  if constexpr (requires { mil::Dialect{K::dialect}; })
    return K::dialect;
  else
    return mil::Dialect::ios16;
}();

/// The body of a kernel with one input and one result, as a plain function.
using Body = mil::Value (*)(mil::Body&, mil::Value);

/// The graph that a body builds from its one input. Works at run time too, for sizes that are known only then.
template <class B>
constexpr mil::Graph trace(const mil::TensorType& input, const B& body) {
  mil::Builder builder;
  const mil::Value x = builder.input("x", input);
  return builder.finish(body(builder, x));
}

/// The graph of a kernel that is known as data, with its body.
constexpr mil::Graph trace(mil::Entries<mil::Port> inputs, std::size_t output_count, const AnyBody& body) {
  mil::Builder builder;
  mil::Table<mil::Value> values;
  for (const mil::Port& port : inputs) values.push_back(builder.input(port.name, port.type));
  mil::Table<mil::Result> results;
  for (std::size_t i = 0; i < output_count; ++i) results.push_back({});
  body.call(body.self, builder, values.data(), results.data());
  return builder.finish(mil::Entries<mil::Result>{results.data(), results.size()});
}

namespace tracing {

/// Declares a kernel's inputs and calls its body; `results` has room for its results.
template <class K>
constexpr void build(mil::Builder& builder, mil::Result* results) {
  mil::Value inputs[input_count<K>]{};
  for (std::size_t i = 0; i < input_count<K>; ++i) inputs[i] = builder.input(input_ports<K>.list[i].name, input_ports<K>.list[i].type);
  call_body<K>(builder, inputs, results);
}

}  // namespace tracing

/// The graph of a kernel.
template <Kernel K>
constexpr mil::Graph trace() {
  mil::Builder builder;
  mil::Result results[output_count<K>]{};
  tracing::build<K>(builder, results);
  return builder.finish(mil::Entries<mil::Result>{results});
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
  std::span<const mil::Port> inputs;     ///< what it reads, in the order in which its body takes them
  std::span<const mil::Port> outputs;    ///< what it gives, in the order in which its body gives them
  std::string_view text;                 ///< MIL
  std::span<const WeightFacts> weights;  ///< in the order of the blob; empty if it has none
  std::int64_t flops = 0;                ///< of one evaluation
  Bytes bytes;                           ///< of one evaluation

  /// Bytes of the weight blob; 0 where the kernel has no weights.
  constexpr std::uint64_t blob_size() const { return weights.empty() ? 0 : weights.back().placement.end(); }
};

namespace tracing {

/// What is counted in a traced graph, before memory is laid out for the rest. If a rule is broken, only that is told.
struct Summary {
  std::int64_t flops = 0;
  Bytes bytes{};
  std::size_t weight_count = 0;
  std::size_t weight_characters = 0;
  mil::BrokenRule broken{};
  mil::NeededOpset needs{};
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

constexpr Summary summarize(const mil::Graph& graph) {
  const mil::Function& function = graph.functions[0];
  const auto bytes_of = [&](mil::Entries<std::int32_t> values) {
    std::int64_t bytes = 0;
    for (const std::int32_t value : values) bytes += graph[value].type.packed_bytes();
    return bytes;
  };
  Summary summary{.flops = mil::flops(graph, function),
                  .bytes = {bytes_of(graph.inputs_of(function)), bytes_of(graph.outputs_of(function)), 0},
                  .needs = mil::needed_opset(graph, function)};
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

/// What the compiler shows of a body that needs a later opset than its dialect has.
template <class K, mil::OpKind Operation, mil::Opset Needed, mil::Dialect Spelling>
struct BodyNeedsOpset {
  static constexpr bool holds = Needed <= facts(Spelling).highest;
  static_assert(
      holds,
      "anechain: an operation in the body of this kernel came with a later opset than this dialect has (see BodyNeedsOpset): give "
      "the kernel `static constexpr auto dialect = mil::Dialect::ios18;`, or build the body from other operations");
};

/// A summary with the names and types of the results, and the sizes of the graph.
template <std::size_t Outputs>
struct SummaryOfKernel : Summary {
  mil::GraphSizes sizes{};
  mil::Port outputs[Outputs]{};
};

template <class K>
constexpr bool inputs_are_known() {
  for (const mil::Port& port : input_ports<K>)
    if (port.type.shape.has_unknown()) return false;
  return true;
}

template <class K>
constexpr SummaryOfKernel<output_count<K>> traced_summary() {
  static_assert(inputs_are_known<K>(),
                "anechain: an input of this kernel has an extent that is not known when it is compiled: give it a number, the ANE takes "
                "fixed shapes alone");
  mil::Builder builder;
  mil::Result results[output_count<K>]{};
  build<K>(builder, results);
  if (builder.broken().rule != nullptr) return {{.broken = builder.broken()}, {}, {}};
  const mil::Graph graph = builder.finish(mil::Entries<mil::Result>{results});
  SummaryOfKernel<output_count<K>> summary{summarize(graph), mil::sizes_of(graph), {}};
  for (std::size_t i = 0; i < output_count<K>; ++i) summary.outputs[i] = {results[i].name, results[i].value.type};
  return summary;
}

/// A kernel is traced twice, to count, and to keep its graph in arrays of these sizes; the text is printed from there. Each is an
/// evaluation of its own, because compilers limit each.
template <class K>
inline constexpr SummaryOfKernel<output_count<K>> unchecked_summary = traced_summary<K>();

template <class K>
inline constexpr mil::FrozenGraph<unchecked_summary<K>.sizes> frozen{trace<K>()};

template <class K, mil::Dialect D>
struct Traced {
  static constexpr const auto& unchecked = unchecked_summary<K>;

  /// GCC prints the template arguments in full, Clang the arguments of the call that stops the evaluation.
  static constexpr const SummaryOfKernel<output_count<K>>& checked() {
    constexpr mil::BrokenRule broken = unchecked.broken;
    if constexpr (broken.rule != nullptr) {
      constexpr std::size_t size = std::string_view{broken.rule}.size() + 1;
      static_assert(BodyBreaksRule<K, broken.operation, Rule<size>{broken.rule}, broken.first, broken.second>::holds);
      mil::require(false, facts(broken.operation).name.data(), broken.rule, broken.first, broken.second);
    } else if constexpr (unchecked.needs.opset > facts(D).highest) {
      static_assert(BodyNeedsOpset<K, unchecked.needs.operation, unchecked.needs.opset, D>::holds);
    }
    return unchecked;
  }

  static constexpr const SummaryOfKernel<output_count<K>>& summary = checked();
};

/// A kernel's text and tensors.
template <class K, mil::Dialect D>
struct Contents {
  static constexpr const auto& summary = Traced<K, D>::summary;
  static constexpr std::size_t text_size = mil::printed_size(frozen<K>.graph(), D);

  std::array<char, text_size> text{};
  std::array<char, summary.weight_characters + 1> weight_names{};
  std::array<WeightFacts, summary.weight_count> weights{};

  constexpr Contents() {
    const mil::Graph graph = frozen<K>.graph();
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

/// What a kernel reads, in the order in which its body takes them. Devices take surfaces in the alphabetical order of the names.
template <Kernel K>
inline constexpr std::span<const mil::Port> inputs{tracing::input_ports<K>.list};

/// What a kernel gives, in the order in which its body gives them. The one of the short form is called "y".
template <Kernel K>
inline constexpr std::span<const mil::Port> outputs{tracing::Traced<K, dialect_of<K>>::summary.outputs};

/// What a kernel with one input reads.
template <Kernel K>
  requires(input_count<K> == 1)
inline constexpr mil::TensorType input = tracing::input_ports<K>.list[0].type;

/// What a kernel with one result gives.
template <Kernel K>
  requires(output_count<K> == 1)
inline constexpr mil::TensorType output = outputs<K>[0].type;

/// A kernel's program as MIL text, in static storage: nothing is done for it at run time.
template <Kernel K, mil::Dialect D = dialect_of<K>>
inline constexpr std::string_view mil_text{tracing::contents<K, D>.text.data(), tracing::contents<K, D>.text.size()};

/// The tensors of a kernel's weight blob, in file order.
template <Kernel K, mil::Dialect D = dialect_of<K>>
inline constexpr std::span<const WeightFacts> blob_layout{tracing::contents<K, D>.weights};

/// Floating-point operations of one evaluation: two for each multiply-add of a convolution or matrix product, one for
/// each element that an elementwise operation or a bias gives, none for moving and converting.
template <Kernel K, mil::Dialect D = dialect_of<K>>
inline constexpr std::int64_t flops = tracing::Traced<K, D>::summary.flops;

/// Bytes that one evaluation reads and writes.
template <Kernel K, mil::Dialect D = dialect_of<K>>
inline constexpr Bytes bytes = tracing::Traced<K, D>::summary.bytes;

/// What reports call a kernel.
template <Kernel K>
inline constexpr std::string_view kernel_name = tracing::name_of<K>();

/// The facts of a kernel, its text in one dialect.
template <Kernel K, mil::Dialect D = dialect_of<K>>
inline constexpr KernelFacts kernel_facts{kernel_name<K>,    inputs<K>,   outputs<K>, mil_text<K, D>,
                                          blob_layout<K, D>, flops<K, D>, bytes<K, D>};

}  // namespace anechain::kernels

namespace anechain {
using namespace kernels;
}
