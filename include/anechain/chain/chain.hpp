// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include <anechain/kernels/fuse.hpp>

namespace anechain {

template <class Chain, class D>
class Compiled;

/// Kernels in a row, each reading what the one before it gave. Kernels that do not fit each other do not compile.
template <class... Ks>
struct Chain {
  static_assert(sizeof...(Ks) > 0, "anechain::Chain: name at least one kernel");
  static_assert(kernels::linking::are_linked_kernels<Ks...>());

  /// The same computation as one program: a chain of one kernel.
  using Fused = Chain<Fuse<Ks...>>;

  static constexpr std::size_t length = sizeof...(Ks);                                      ///< its kernels
  static constexpr mil::TensorType input = kernels::linking::Ends<Ks...>::inputs.front();   ///< what the first kernel reads
  static constexpr mil::TensorType output = kernels::linking::Ends<Ks...>::outputs.back();  ///< what the last kernel gives

  /// The facts of every kernel, in order, with the text in one dialect.
  template <mil::Dialect D = mil::Dialect::ios16>
  static constexpr std::array<KernelFacts, length> kernels{kernel_facts<Ks, D>...};

  /// One compiled program a kernel. `weights` is a Weights of this chain, or a weight source like `identity`.
  /// Include <anechain/anechain.hpp> to call it.
  template <mil::Dialect D = mil::Dialect::ios16, class Device, class W>
  static Compiled<Chain, Device> compile(Device& device, const W& weights);
};

namespace detail {

template <class K, class Indices>
struct Repeated;

template <class K, std::size_t... I>
struct Repeated<K, std::index_sequence<I...>> {
  template <std::size_t>
  using Each = K;
  using type = Chain<Each<I>...>;
};

}  // namespace detail

/// A chain of `Count` kernels of one type, which must give what it takes.
template <Kernel K, std::size_t Count>
using Repeat = typename detail::Repeated<K, std::make_index_sequence<Count>>::type;

}  // namespace anechain
