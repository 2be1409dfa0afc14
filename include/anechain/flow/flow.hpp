// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <anechain/flow/builder.hpp>
#include <anechain/flow/facts.hpp>

namespace anechain::flow {

namespace detail {

template <class N, std::size_t... I>
constexpr auto call(Builder& f, const Value* inputs, std::index_sequence<I...>) {
  return N::flow(f, inputs[I]...);
}

}  // namespace detail

/// Declares the inputs of a net and calls its `flow`; gives what that returns.
template <class N>
constexpr auto build_results(Builder& f) {
  constexpr auto ports = kernels::tracing::ports_of<N>();
  Value inputs[ports.size()]{};
  for (std::size_t i = 0; i < ports.size(); ++i) inputs[i] = f.input(ports.list[i]);
  return detail::call<N>(f, inputs, std::make_index_sequence<ports.size()>{});
}

/// Builds a net: its inputs, its `flow`, and the end with what that returns, one value or several with names.
///@{
constexpr void finish(Builder& f, const Value& result) {
  const Named results[]{{"y", result}};
  f.finish(results);
}
template <std::size_t N>
constexpr void finish(Builder& f, const Outputs<N>& results) {
  f.finish(results.list);
}
template <class N>
constexpr void build(Builder& f) {
  finish(f, build_results<N>(f));
}
///@}

/// How many entries the tables of a flow have.
struct Sizes {
  /// Each in entries, of the table of its name.
  ///@{
  std::size_t characters = 0, inputs = 0, parameters = 0, carried = 0, results = 0, nodes = 0, kernels = 0, sources = 0, values = 0;
  ///@}
};

/// The tables of a flow, in storage that does not move: arrays for a flow that is a type, vectors for one that is traced at run time. The
/// entries of `Facts` point into it.
template <class Storage>
struct Tables : Storage {
  /// Counts what a builder holds.
  static constexpr Sizes sizes_of(const Builder& f) {
    Sizes sizes{0, f.inputs_.size(),  f.parameters_.size(), f.carried_.size(), f.results_.size(), f.nodes_.size(),
                0, f.sources_.size(), f.values_.size()};
    const auto count = [&](const auto& entries) {
      for (const auto& entry : entries) sizes.characters += entry.name.size;
    };
    count(f.inputs_);
    count(f.parameters_);
    count(f.carried_);
    count(f.results_);
    count(f.nodes_);
    for (const detail::NodeEntry& node : f.nodes_) sizes.kernels += node.facts.kernel != nullptr ? 1 : 0;
    return sizes;
  }

  /// Writes what a builder holds; the storage has the sizes that were counted.
  constexpr void fill(const Builder& f) {
    char* next_character = this->characters.data();
    const auto placed = [&](mil::Name name) {
      const std::string_view text = f.text(name);
      mil::copy_characters(next_character, text.data(), text.size());
      next_character += text.size();
      return std::string_view{next_character - text.size(), text.size()};
    };
    for (std::size_t i = 0; i < f.inputs_.size(); ++i) this->inputs[i] = {placed(f.inputs_[i].name), *f.inputs_[i].type};
    for (std::size_t i = 0; i < f.parameters_.size(); ++i) this->parameters[i] = {placed(f.parameters_[i].name), *f.parameters_[i].type};
    for (std::size_t i = 0; i < f.carried_.size(); ++i)
      this->carried[i] = {{placed(f.carried_[i].name), *f.carried_[i].type}, f.carried_[i].value, f.carried_[i].next};
    for (std::size_t i = 0; i < f.results_.size(); ++i) {
      this->outputs[i] = {placed(f.results_[i].name), type_of(f.results_[i].source, *f.results_[i].type)};
      this->results[i] = f.results_[i].source;
    }
    std::size_t next_kernel = 0;
    for (std::size_t i = 0; i < f.nodes_.size(); ++i) {
      const detail::NodeEntry& node = f.nodes_[i];
      this->nodes[i] = node.facts;
      this->nodes[i].name = placed(node.name);
      if (node.facts.kernel != nullptr) this->kernels[next_kernel++] = *node.facts.kernel;
    }
    for (std::size_t i = 0; i < f.sources_.size(); ++i) this->sources[i] = f.sources_[i];
    for (std::size_t i = 0; i < f.values_.size(); ++i) {
      const detail::ValueEntry& value = f.values_[i];
      const auto index = static_cast<std::size_t>(value.index);
      const mil::Port* port = nullptr;
      switch (value.kind) {
        case ValueFacts::Kind::result: port = &f.nodes_[static_cast<std::size_t>(value.node)].facts.outputs()[index]; break;
        case ValueFacts::Kind::input: port = &this->inputs[index]; break;
        case ValueFacts::Kind::parameter: port = &this->parameters[index]; break;
        case ValueFacts::Kind::carried: port = &this->carried[index].port; break;
      }
      this->values[i] = {value.kind, value.node, value.index, port};
    }
  }

  /// Points into these tables.
  constexpr Facts facts(std::string_view name) const {
    return {name, this->inputs, this->parameters, this->outputs, this->results, this->nodes, this->sources, this->values, this->carried};
  }
};

namespace detail {

template <Sizes S>
struct Arrays {
  std::array<char, S.characters + 1> characters{};
  std::array<mil::Port, S.inputs> inputs{};
  std::array<mil::Port, S.parameters> parameters{};
  std::array<mil::Port, S.results> outputs{};
  std::array<Source, S.results> results{};
  std::array<CarriedFacts, S.carried> carried{};
  std::array<NodeFacts, S.nodes> nodes{};
  std::array<KernelFacts, S.kernels> kernels{};
  std::array<Source, S.sources> sources{};
  std::array<ValueFacts, S.values> values{};
};

/// The same for a flow that is traced at run time.
struct Vectors {
  std::vector<char> characters;
  std::vector<mil::Port> inputs;
  std::vector<mil::Port> parameters;
  std::vector<mil::Port> outputs;
  std::vector<Source> results;
  std::vector<CarriedFacts> carried;
  std::vector<NodeFacts> nodes;
  std::vector<KernelFacts> kernels;
  std::vector<Source> sources;
  std::vector<ValueFacts> values;

  /// Once, before the tables are filled.
  void resize(const Sizes& sizes) {
    characters.resize(sizes.characters);
    inputs.resize(sizes.inputs);
    parameters.resize(sizes.parameters);
    outputs.resize(sizes.results);
    results.resize(sizes.results);
    carried.resize(sizes.carried);
    nodes.resize(sizes.nodes);
    kernels.resize(sizes.kernels);
    sources.resize(sizes.sources);
    values.resize(sizes.values);
  }
};

/// What a trace finds, before there is room for its tables.
struct Trace {
  Sizes sizes{};
  Broken broken{};
  char node[96]{};  ///< of what is broken
  char port[96]{};

  constexpr std::string_view node_name() const { return std::string_view{node}; }
  constexpr std::string_view port_name() const { return std::string_view{port}; }
};

template <class N>
constexpr Trace trace() {
  Builder f;
  build<N>(f);
  Trace trace{.sizes = Tables<Arrays<Sizes{}>>::sizes_of(f), .broken = f.broken()};
  const auto keep = [](char* to, std::string_view text) {
    for (std::size_t i = 0; i < text.size() && i + 1 < 96; ++i) to[i] = text[i];
  };
  keep(trace.node, f.text(trace.broken.node));
  keep(trace.port, trace.broken.port);
  trace.broken.port = {};
  return trace;
}

// What the compiler shows of a flow that is wrong: one template for each fault, with the names and types as arguments.

template <class N, Label Node, Label Input, mil::TensorType Wanted>
struct InputIsOpen {
  static_assert(sizeof(N*) == 0, "anechain: nothing is given for an input of a node: see InputIsOpen<net, Node, Input, type>");
};
template <class N, Label Node, Label Input>
struct NodeHasNoSuchInput {
  static_assert(sizeof(N*) == 0,
                "anechain: a node has no input of this name, or fewer inputs than values are given: see "
                "NodeHasNoSuchInput<net, Node, Input>");
};
template <class N, Label Node, Label Input>
struct InputGivenTwice {
  static_assert(sizeof(N*) == 0, "anechain: an input of a node is given twice: see InputGivenTwice<net, Node, Input>");
};
template <class N, Label Node, Label Input, mil::TensorType Given, mil::TensorType Wanted>
struct ValueDoesNotFit {
  static_assert(sizeof(N*) == 0,
                "anechain: a value does not fit the input that it is given for: see ValueDoesNotFit<net, Node, Input, Given, "
                "Wanted>");
};
template <class N, Label Node, Label Result>
struct NodeHasNoSuchResult {
  static_assert(sizeof(N*) == 0, "anechain: a node has no result of this name: see NodeHasNoSuchResult<net, Node, Result>");
};
template <class N, Label Node>
struct NodeHasSeveralResults {
  static_assert(sizeof(N*) == 0,
                "anechain: a node of several results is used as one value: take one by its name, node[\"name\"]: see "
                "NodeHasSeveralResults<net, Node>");
};
template <class N, Label Node, Label Result, mil::TensorType Type>
struct ResultIsNotRead {
  static_assert(sizeof(N*) == 0,
                "anechain: nobody reads a result of a node (see ResultIsNotRead<net, Node, Result, type>): if that is meant, "
                "say f.ignore(value)");
};
template <class N, Label Input, mil::TensorType Type>
struct InputIsNotRead {
  static_assert(sizeof(N*) == 0, "anechain: nobody reads an input or a parameter of the flow: see InputIsNotRead<net, Input, type>");
};
template <class N, Label Carried, mil::TensorType Type>
struct CarriedHasNoNext {
  static_assert(sizeof(N*) == 0,
                "anechain: a carried value has no f.next(carried, value), so a pass would leave nothing for the one after it: "
                "see CarriedHasNoNext<net, Carried, type>");
};
template <class N, Label Carried>
struct CarriedHasTwoNexts {
  static_assert(sizeof(N*) == 0, "anechain: a carried value has two f.next(carried, value): see CarriedHasTwoNexts<net, Carried>");
};
template <class N, Label Carried, mil::TensorType Given, mil::TensorType Wanted>
struct NextDoesNotFit {
  static_assert(sizeof(N*) == 0,
                "anechain: what f.next leaves is not of the carried value's type: see NextDoesNotFit<net, Carried, Given, "
                "Wanted>");
};
template <class N, Label Carried>
struct NextFromOutside {
  static_assert(sizeof(N*) == 0,
                "anechain: what f.next leaves must be given by a node, this is an input, a parameter or a carried value: see "
                "NextFromOutside<net, Carried>");
};
template <class N, mil::TensorType Type>
struct NoSuchChannels {
  static_assert(sizeof(N*) == 0,
                "anechain: a range of channels reaches beyond the tensor, or the tensor is not [1, channels, height, width]: "
                "see NoSuchChannels<net, type>");
};
template <class N, Label Result>
struct ResultFromOutside {
  static_assert(sizeof(N*) == 0,
                "anechain: a result of the flow must be given by a node, this one is an input, a parameter or a carried "
                "value: see ResultFromOutside<net, Result>");
};
template <class N, Label Result>
struct TwoResultsOfOneName {
  static_assert(sizeof(N*) == 0, "anechain: two results of the flow have one name: see TwoResultsOfOneName<net, Result>");
};
template <class N>
struct NextOfNoCarriedValue {
  static_assert(sizeof(N*) == 0, "anechain: the first argument of f.next must be all of a value that f.carried gave");
};
template <class N>
struct ValueOfNoFlow {
  static_assert(sizeof(N*) == 0, "anechain: a value is used that was never assigned, or is of another flow");
};
template <class N>
struct FlowWithoutNodes {
  static_assert(sizeof(N*) == 0, "anechain: this flow runs nothing: begin with f.run<Kernel>(x)");
};

template <class N>
inline constexpr Trace traced = trace<N>();

/// Instantiates the diagnostic of the first fault.
template <class N>
constexpr bool check() {
  constexpr const Trace& t = traced<N>;
  constexpr const Broken& broken = t.broken;
  constexpr std::size_t node_size = t.node_name().size() + 1;
  constexpr std::size_t port_size = t.port_name().size() + 1;
  if constexpr (broken.fault != Fault::none) {
    constexpr Label<node_size> node{t.node_name()};
    constexpr Label<port_size> port{t.port_name()};
    if constexpr (broken.fault == Fault::input_is_open)
      return sizeof(InputIsOpen<N, node, port, broken.wanted>) != 0;
    else if constexpr (broken.fault == Fault::no_such_input)
      return sizeof(NodeHasNoSuchInput<N, node, port>) != 0;
    else if constexpr (broken.fault == Fault::input_given_twice)
      return sizeof(InputGivenTwice<N, node, port>) != 0;
    else if constexpr (broken.fault == Fault::type_does_not_fit)
      return sizeof(ValueDoesNotFit<N, node, port, broken.given, broken.wanted>) != 0;
    else if constexpr (broken.fault == Fault::no_such_result)
      return sizeof(NodeHasNoSuchResult<N, node, port>) != 0;
    else if constexpr (broken.fault == Fault::several_results)
      return sizeof(NodeHasSeveralResults<N, node>) != 0;
    else if constexpr (broken.fault == Fault::result_is_not_read)
      return sizeof(ResultIsNotRead<N, node, port, broken.given>) != 0;
    else if constexpr (broken.fault == Fault::input_is_not_read)
      return sizeof(InputIsNotRead<N, node, broken.given>) != 0;
    else if constexpr (broken.fault == Fault::carried_has_no_next)
      return sizeof(CarriedHasNoNext<N, node, broken.given>) != 0;
    else if constexpr (broken.fault == Fault::next_given_twice)
      return sizeof(CarriedHasTwoNexts<N, node>) != 0;
    else if constexpr (broken.fault == Fault::next_does_not_fit)
      return sizeof(NextDoesNotFit<N, node, broken.given, broken.wanted>) != 0;
    else if constexpr (broken.fault == Fault::next_from_outside)
      return sizeof(NextFromOutside<N, node>) != 0;
    else if constexpr (broken.fault == Fault::no_such_channels)
      return sizeof(NoSuchChannels<N, broken.given>) != 0;
    else if constexpr (broken.fault == Fault::result_from_outside)
      return sizeof(ResultFromOutside<N, node>) != 0;
    else if constexpr (broken.fault == Fault::two_results_of_one_name)
      return sizeof(TwoResultsOfOneName<N, node>) != 0;
    else if constexpr (broken.fault == Fault::not_carried)
      return sizeof(NextOfNoCarriedValue<N>) != 0;
    else if constexpr (broken.fault == Fault::no_value)
      return sizeof(ValueOfNoFlow<N>) != 0;
    else
      return sizeof(FlowWithoutNodes<N>) != 0;
  }
  return true;
}

template <class N>
struct Contents : Tables<Arrays<traced<N>.sizes>> {
  constexpr Contents() {
    Builder f;
    build<N>(f);
    this->fill(f);
  }
  Contents(const Contents&) = delete;  // its entries point at each other
  Contents& operator=(const Contents&) = delete;
};

template <class N>
inline constexpr Contents<N> contents{};

/// The bodies of a net's nodes. For constant evaluation alone: a program that used them would have their code.
template <class N>
inline constexpr auto bodies = [] {
  std::array<kernels::AnyBody, contents<N>.nodes.size()> bodies{};
  Builder f;
  build<N>(f);
  f.list_bodies(bodies.data());
  return bodies;
}();

}  // namespace detail

using detail::Vectors;

}  // namespace anechain::flow

namespace anechain {

namespace flow {
template <class F, Label... Names>
struct Cut;
}

template <class F, class D>
class Compiled;

/// Kernels, steps of the CPU and what goes between them, as a type. `N` names its inputs and wires them:
///
///     struct Decoder {
///       static constexpr auto inputs = flow::ports({{"x", T}});
///       static constexpr auto flow(flow::Builder& f, flow::Value x) {
///         for (std::size_t layer = 0; layer < 12; ++layer) {
///           f.enter("layer", layer);
///           const auto attended = f.run<Attention>(x);
///           x = f.on_cpu<AddResidual>(f.run<FeedForward>(attended), x);
///           f.leave();
///         }
///         return flow::results({{"y", x}});
///       }
///     };
///     using Net = Flow<Decoder>;
///
/// The compiler runs `flow`, so that what does not fit does not compile.
template <class N>
struct Flow {
  static_assert(flow::detail::check<N>());

  /// The same computation as one program for each stretch between steps of the CPU, or as several: see flow::Cut.
  ///@{
  using Fused = Flow<flow::Cut<Flow>>;
  template <Label... Names>
  using Cut = Flow<flow::Cut<Flow, Names...>>;
  ///@}

  /// What reports call it: the net's `name`, else its type.
  static constexpr std::string_view name = kernels::tracing::name_of<N>();

  /// The facts of each of its kernels, in the order in which a pass runs them, and how many there are.
  ///@{
  static constexpr std::span<const KernelFacts> kernels{flow::detail::contents<N>.kernels};
  static constexpr std::size_t length = kernels.size();
  ///@}

  /// All of it as data.
  static constexpr flow::Facts facts = flow::detail::contents<N>.facts(name);

  /// One compiled program a kernel. `weights` is a Weights of this flow, or a weight source like `identity`. With a dialect, the device
  /// gets the programs in that one, whatever the kernels say. Include <anechain/anechain.hpp> to call it.
  template <class Device, class W>
  static Compiled<Flow, Device> compile(Device& device, const W& weights, std::optional<mil::Dialect> dialect = std::nullopt);
};

}  // namespace anechain
