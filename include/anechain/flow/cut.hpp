// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <anechain/flow/flow.hpp>
#include <anechain/flow/segment.hpp>
#include <anechain/support/label.hpp>

namespace anechain::flow {

namespace detail {

/// The net of a flow: of Flow<N> it is N, a chain is its own.
template <class F>
struct NetOf {
  using type = F;
};
template <class N>
struct NetOf<Flow<N>> {
  using type = N;
};

template <class F>
inline constexpr const auto& bodies_of = bodies<typename NetOf<F>::type>;

/// The nodes of a flow from `First` to before `Last` as a kernel: one program.
template <class F, std::size_t First, std::size_t Last>
struct FusedNodes {
  static constexpr Segment segment{First, Last};

  struct Counts {
    std::size_t inputs, outputs, port_characters, name_characters;
  };
  static constexpr Counts counts = [] {
    const Boundary boundary = boundary_of(F::facts, segment);
    return Counts{boundary.inputs.size(), boundary.outputs.size(), PortNames{F::facts, boundary}.characters().size(),
                  program_name(F::facts, segment).size()};
  }();

  struct Texts {
    std::array<char, counts.name_characters> name{};
    std::array<char, counts.port_characters> ports{};
    std::array<mil::Name, counts.inputs + counts.outputs> port_names{};

    constexpr Texts() {
      const Boundary boundary = boundary_of(F::facts, segment);
      const PortNames made{F::facts, boundary};
      mil::copy_characters(ports.data(), made.characters().data(), ports.size());
      for (std::size_t i = 0; i < port_names.size(); ++i) port_names[i] = made[i];
      mil::copy_characters(name.data(), program_name(F::facts, segment).data(), name.size());
    }
    constexpr std::string_view port(std::size_t i) const { return {ports.data() + port_names[i].offset, port_names[i].size}; }
  };
  static constexpr Texts texts{};

  static constexpr std::string_view name{texts.name.data(), texts.name.size()};

  static constexpr mil::Ports<counts.inputs> inputs = [] {
    const Boundary boundary = boundary_of(F::facts, segment);
    mil::Ports<counts.inputs> ports{};
    for (std::size_t i = 0; i < counts.inputs; ++i) {
      const Source& source = boundary.inputs[i];
      ports.list[i] = {texts.port(i), type_of(source, F::facts.values[static_cast<std::size_t>(source.value)].port->type)};
    }
    return ports;
  }();

  template <std::same_as<mil::Value>... Values>
    requires(sizeof...(Values) == counts.inputs)
  static constexpr mil::Results<counts.outputs> body(mil::Body& b, Values... values) {
    const mil::Value given[]{values...};
    mil::Value left[counts.outputs]{};
    fuse(b, F::facts, {bodies_of<F>.data(), bodies_of<F>.size()}, segment, boundary_of(F::facts, segment), given, left);
    mil::Results<counts.outputs> results{};
    for (std::size_t i = 0; i < counts.outputs; ++i) results.list[i] = {texts.port(counts.inputs + i), left[i]};
    return results;
  }
};

template <class F, Label Name>
struct NoNodeToCutAt {
  static_assert(sizeof(F*) == 0, "anechain: the flow has no node and no scope of this name to be cut at: see NoNodeToCutAt<flow, Name>");
};

template <class F, Label Name>
constexpr std::size_t place_of_cut() {
  constexpr std::size_t node = first_node(F::facts, Name.view());
  if constexpr (node == F::facts.nodes.size())
    return sizeof(NoNodeToCutAt<F, Name>);  // stops the compiler
  else
    return node;
}

/// The segments of a flow that is cut at these names.
template <class F, Label... Names>
struct Segments {
  static constexpr std::array<std::size_t, sizeof...(Names)> cuts{place_of_cut<F, Names>()...};

  static constexpr mil::Table<Segment> make() { return segments_of(F::facts, {cuts.data(), cuts.size()}); }

  static constexpr auto list = [] {
    constexpr std::size_t count = make().size();  // a variable: Clang 16 does not destroy a temporary in an array's bound
    std::array<Segment, count> list{};
    const mil::Table<Segment> made = make();
    for (std::size_t s = 0; s < list.size(); ++s) list[s] = made[s];
    return list;
  }();

  template <std::size_t S>
  static constexpr SegmentProgram program() {
    if constexpr (list[S].is_fused()) {
      using Program = FusedNodes<F, list[S].first, list[S].last>;
      return {&kernel_facts<Program>, kernels::any_body<Program>};
    } else {
      return {};
    }
  }
};

/// "fused(NAME)", "cut(NAME, layer6)".
template <class F, Label... Names>
constexpr mil::Characters cut_name() {
  constexpr std::string_view cuts[]{Names.view()..., {}};
  mil::Characters text;
  text.append(sizeof...(Names) == 0 ? "fused(" : "cut(");
  text.append(F::name);
  for (std::size_t i = 0; i < sizeof...(Names); ++i) {
    text.append(", ");
    text.append(cuts[i]);
  }
  text.append(")");
  return text;
}

template <class F, Label... Names>
inline constexpr auto cut_name_characters = [] {
  constexpr std::size_t size = cut_name<F, Names...>().size();  // a variable for the same reason as Segments' count
  std::array<char, size> characters{};
  mil::copy_characters(characters.data(), cut_name<F, Names...>().data(), characters.size());
  return characters;
}();

}  // namespace detail

/// A chain or a flow with fewer programs: it is cut before each node, or each scope, of these names and before and after each step of the
/// CPU, and the kernels between two cuts are one program. `Net::Fused`, without names, has as few programs as possible,
/// `Net::Cut<"layer6">` one more. A kernel that is alone between two cuts stays as it is. The weights of a program are those of its
/// kernels, in order, named "k<i>_<name>": see Weights::of.
template <class F, Label... Names>
struct Cut {
  /// What reports call it: "fused(NAME)", or "cut(NAME, layer6)".
  static constexpr std::string_view name{detail::cut_name_characters<F, Names...>.data(), detail::cut_name_characters<F, Names...>.size()};

  /// Those of the flow.
  static constexpr auto inputs = [] {
    mil::Ports<F::facts.inputs.size()> ports{};
    for (std::size_t i = 0; i < ports.size(); ++i) ports.list[i] = F::facts.inputs[i];
    return ports;
  }();

  /// The flow with its kernels fused.
  template <std::same_as<Value>... Values>
  static constexpr auto flow(Builder& f, Values... values) {
    return built(f, {values...}, std::make_index_sequence<detail::Segments<F, Names...>::list.size()>{});
  }

 private:
  template <std::size_t... S>
  static constexpr auto built(Builder& f, std::array<Value, inputs.size()> values, std::index_sequence<S...>) {
    using Segments = detail::Segments<F, Names...>;
    constexpr SegmentProgram programs[]{Segments::template program<S>()...};
    Outputs<F::facts.outputs.size()> outputs{};
    build_cut(f, F::facts, {detail::bodies_of<F>.data(), detail::bodies_of<F>.size()}, {Segments::list.data(), Segments::list.size()},
              programs, values.data(), outputs.list);
    return outputs;
  }
};

}  // namespace anechain::flow
