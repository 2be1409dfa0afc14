// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include <anechain/mil/graph.hpp>
#include <anechain/mil/types.hpp>

namespace anechain::mil {

/// An input or a result of a program: what it is called in the text, and its type.
struct Port {
  std::string_view name;  ///< points at text that outlives it: a literal, for kernels that are types
  TensorType type{};      ///< of the whole tensor

  constexpr bool operator==(const Port&) const = default;
};

/// The inputs of a kernel, in the order in which its body takes them. Get one from ports().
template <std::size_t N>
struct Ports {
  Port list[N];  ///< in the order of declaration

  /// Over the ports, in the order of declaration.
  ///@{
  constexpr const Port* begin() const { return list; }
  constexpr const Port* end() const { return list + N; }
  ///@}
  /// How many there are.
  static constexpr std::size_t size() { return N; }
};

/// Named inputs: `static constexpr auto inputs = mil::ports({{"x", T}, {"dy", T}});`
template <std::size_t N>
constexpr Ports<N> ports(const Port (&list)[N]) {
  Ports<N> made{};
  for (std::size_t i = 0; i < N; ++i) made.list[i] = list[i];
  return made;
}

/// A result of a program and what it is called in the text.
struct Result {
  std::string_view name;  ///< unique among the program's inputs, results and weights
  Value value;            ///< the result of an operation: not an input, not a constant
};

/// What the body of a kernel with several results gives. Get one from results().
template <std::size_t N>
struct Results {
  Result list[N];  ///< in the order in which the body gives them
};

/// Named results: `return mil::results({{"dx", dx}, {"dW", dW}});`
template <std::size_t N>
constexpr Results<N> results(const Result (&list)[N]) {
  Results<N> made{};
  for (std::size_t i = 0; i < N; ++i) made.list[i] = list[i];
  return made;
}

}  // namespace anechain::mil
