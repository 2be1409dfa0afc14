// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include <anechain/flow/step.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/mil/ports.hpp>

/// Flows as data: flat tables and indices, the same for a flow that is a type and for one that was traced at run time.
namespace anechain::flow {

/// What an input of a node reads, or what a result of the flow is: a value, or some of its channels.
struct Source {
  std::int32_t value = -1;         ///< in Facts::values
  std::int64_t first_channel = 0;  ///< of a tensor [1, channels, height, width]
  std::int64_t channels = 0;       ///< 0: the whole value

  /// Whether it is the value itself, not some of its channels.
  constexpr bool is_whole() const { return channels == 0; }
  constexpr bool operator==(const Source&) const = default;
};

/// A tensor that goes from where it is given to whoever reads it.
struct ValueFacts {
  /// Who gives it.
  enum class Kind : std::uint8_t {
    result,     ///< a node
    input,      ///< whoever runs the flow, for each pass
    parameter,  ///< whoever runs the flow, rarely
    carried,    ///< the pass before
  };

  Kind kind = Kind::result;         ///< says what `node` and `index` are
  std::int32_t node = -1;           ///< that gives it; -1 if none does
  std::int32_t index = 0;           ///< of the node's results, or of the flow's inputs, parameters or carried values
  const mil::Port* port = nullptr;  ///< its name there, and its type
};

/// One evaluation of a kernel, or one step of the CPU.
struct NodeFacts {
  std::string_view name{};              ///< unique in the flow: "layer3/Attention"
  const KernelFacts* kernel = nullptr;  ///< null for a step of the CPU
  const StepFacts* step = nullptr;      ///< null for a kernel
  std::uint32_t first_source = 0;       ///< in Facts::sources: one for each input, in the order of declaration
  std::uint32_t first_value = 0;        ///< in Facts::values: one for each result, in the order of declaration

  /// What it reads and gives, in the order of declaration.
  ///@{
  constexpr std::span<const mil::Port> inputs() const { return kernel != nullptr ? kernel->inputs : step->inputs; }
  constexpr std::span<const mil::Port> outputs() const { return kernel != nullptr ? kernel->outputs : step->outputs; }
  ///@}
  /// What reports call its kernel or its step.
  constexpr std::string_view title() const { return kernel != nullptr ? kernel->name : step->name; }
};

/// A value that one pass leaves and the next one finds.
struct CarriedFacts {
  mil::Port port;           ///< its name in the flow, and its type
  std::int32_t value = -1;  ///< in Facts::values: what a pass finds
  Source next;              ///< what it leaves
};

/// All that is known of a flow. Spans and texts point into memory that outlives it.
struct Facts {
  std::string_view name;                  ///< what reports call it
  std::span<const mil::Port> inputs;      ///< given for each pass
  std::span<const mil::Port> parameters;  ///< given rarely: weights as data, adapters
  std::span<const mil::Port> outputs;     ///< what a pass gives
  std::span<const Source> results;        ///< where they come from, one for each output
  std::span<const NodeFacts> nodes;       ///< in an order in which each finds what it reads
  std::span<const Source> sources;        ///< see NodeFacts
  std::span<const ValueFacts> values;     ///< see NodeFacts and Source
  std::span<const CarriedFacts> carried;  ///< in the order of declaration

  /// What a node reads: one source for each of its inputs.
  constexpr std::span<const Source> sources_of(const NodeFacts& node) const {
    return sources.subspan(node.first_source, node.inputs().size());
  }
};

/// Whether two flows of as many nodes lead the same values to the same places: their kernels may differ, their steps of the CPU may not.
constexpr bool same_wiring(const Facts& a, const Facts& b) {
  const auto same_node = [](const NodeFacts& x, const NodeFacts& y) {
    return (x.kernel == nullptr) == (y.kernel == nullptr) && (x.step == nullptr || x.step->run == y.step->run);
  };
  const auto same_value = [](const ValueFacts& x, const ValueFacts& y) {
    return x.kind == y.kind && x.node == y.node && x.index == y.index;
  };
  return std::ranges::equal(a.nodes, b.nodes, same_node) && std::ranges::equal(a.values, b.values, same_value) &&
         std::ranges::equal(a.sources, b.sources) && std::ranges::equal(a.results, b.results) &&
         std::ranges::equal(a.carried, b.carried, {}, &CarriedFacts::next, &CarriedFacts::next);
}

/// Surfaces in the alphabetical order of their ports' names, as devices take them; `surfaces` has one for each port.
template <class S>
std::vector<S*> alphabetical(std::span<const mil::Port> ports, std::span<S* const> surfaces) {
  std::vector<std::size_t> order(ports.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return ports[i].name; });
  std::vector<S*> sorted;
  for (const std::size_t i : order) sorted.push_back(surfaces[i]);
  return sorted;
}

/// The type of what a source reads.
constexpr mil::TensorType type_of(const Source& source, const mil::TensorType& whole) {
  mil::TensorType type = whole;
  if (!source.is_whole()) type.shape[1] = source.channels;
  return type;
}

/// Where in a packed whole the elements begin that a source reads; they lie together.
constexpr std::size_t first_element(const Source& source, const mil::TensorType& whole) {
  return source.is_whole() ? 0 : static_cast<std::size_t>(source.first_channel * whole.shape[2] * whole.shape[3]);
}

}  // namespace anechain::flow
