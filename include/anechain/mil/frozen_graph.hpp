// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <anechain/mil/graph.hpp>

namespace anechain::mil {

/// How many entries the tables of a graph have, each by its name there.
struct GraphSizes {
  /// Each in entries, of the table of its name.
  ///@{
  std::size_t characters = 0, numbers = 0, values = 0, constants = 0, arguments = 0, operations = 0, ports = 0, functions = 0;
  ///@}
};

/// Of a graph.
constexpr GraphSizes sizes_of(const Graph& graph) {
  return {graph.characters.size(), graph.numbers.size(),    graph.values.size(), graph.constants.size(),
          graph.arguments.size(),  graph.operations.size(), graph.ports.size(),  graph.functions.size()};
}

/// A graph in static storage, so that several constant evaluations can read what one of them built.
template <GraphSizes Sizes>
class FrozenGraph {
 public:
  /// Of a graph of these sizes.
  constexpr explicit FrozenGraph(const Graph& graph) : attributes_(graph.attributes), dialect_(graph.dialect) {
    copy_characters(characters_.data(), graph.characters.data(), Sizes.characters);
    copy(graph.numbers, numbers_);
    copy(graph.values, values_);
    copy(graph.constants, constants_);
    copy(graph.arguments, arguments_);
    copy(graph.operations, operations_);
    copy(graph.ports, ports_);
    copy(graph.functions, functions_);
  }

  /// The graph, to be read; this must outlive it.
  constexpr const Graph graph() const {
    return {.characters = Characters::borrowed({characters_.data(), Sizes.characters}),
            .numbers = borrowed(numbers_),
            .values = borrowed(values_),
            .constants = borrowed(constants_),
            .arguments = borrowed(arguments_),
            .operations = borrowed(operations_),
            .ports = borrowed(ports_),
            .functions = borrowed(functions_),
            .attributes = attributes_,
            .dialect = dialect_};
  }

 private:
  template <class T, std::size_t Size>
  static constexpr void copy(const Table<T>& from, std::array<T, Size>& to) {
    T* next = to.data();
    for (const T& entry : from) *next++ = entry;
  }
  template <class T, std::size_t Size>
  static constexpr Table<T> borrowed(const std::array<T, Size>& entries) {
    return Table<T>::borrowed({entries.data(), Size});
  }

  std::array<char, Sizes.characters> characters_{};
  std::array<std::int64_t, Sizes.numbers> numbers_{};
  std::array<ValueFacts, Sizes.values> values_{};
  std::array<Constant, Sizes.constants> constants_{};
  std::array<Argument, Sizes.arguments> arguments_{};
  std::array<Operation, Sizes.operations> operations_{};
  std::array<std::int32_t, Sizes.ports> ports_{};
  std::array<Function, Sizes.functions> functions_{};
  Attributes attributes_;
  Dialect dialect_;
};

}  // namespace anechain::mil
