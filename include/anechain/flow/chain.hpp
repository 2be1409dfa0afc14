// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <anechain/flow/cut.hpp>
#include <anechain/flow/flow.hpp>
#include <anechain/kernels/fuse.hpp>

namespace anechain {

/// Kernels in a row, each reading what the one before it gave. Kernels that do not fit each other do not compile.
template <class... Ks>
struct Chain {
  static_assert(sizeof...(Ks) > 0, "anechain::Chain: name at least one kernel");
  static_assert(kernels::linking::are_linked_kernels<Ks...>());

  /// The same computation as one program, or as several: see flow::Cut.
  ///@{
  using Fused = Flow<flow::Cut<Chain>>;
  template <Label... Names>
  using Cut = Flow<flow::Cut<Chain, Names...>>;
  ///@}

  static constexpr std::string_view name = kernels::SequenceName<Ks...>::text;              ///< "Conv1x1<64, 32> x12"
  static constexpr std::size_t length = sizeof...(Ks);                                      ///< its kernels
  static constexpr mil::TensorType input = kernels::linking::Ends<Ks...>::inputs.front();   ///< what the first kernel reads
  static constexpr mil::TensorType output = kernels::linking::Ends<Ks...>::outputs.back();  ///< what the last kernel gives

  /// The facts of every kernel, in order.
  static constexpr std::array<KernelFacts, length> kernels{kernel_facts<Ks>...};

  /// The chain as a flow.
  static constexpr flow::Facts facts = flow::detail::contents<Chain>.facts(name);

  /// Each kernel reads what the one before it gave.
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    constexpr const KernelFacts* row[]{&kernel_facts<Ks>...};
    constexpr kernels::AnyBody bodies[]{kernels::any_body<Ks>...};
    for (std::size_t k = 0; k < length; ++k) x = f.run({.kernel = row[k]}, flow::detail::short_name(row[k]->name), {&x, 1}, bodies[k]);
    return x;
  }

  /// One compiled program a kernel. `weights` is a Weights of this chain, or a weight source like `identity`. With a dialect, the device
  /// gets the programs in that one, whatever the kernels say. Include <anechain/anechain.hpp> to call it.
  template <class Device, class W>
  static Compiled<Chain, Device> compile(Device& device, const W& weights, std::optional<mil::Dialect> dialect = std::nullopt);
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

namespace detail {

template <class... Chains>
struct Concatenated;
template <class... As>
struct Concatenated<Chain<As...>> {
  using type = Chain<As...>;
};
template <class... As, class... Bs, class... Rest>
struct Concatenated<Chain<As...>, Chain<Bs...>, Rest...> : Concatenated<Chain<As..., Bs...>, Rest...> {};

template <class K>
struct PartsOf {
  static constexpr bool is_fused = false;
  using type = Chain<K>;
};
template <class... Ks>
struct PartsOf<Fuse<Ks...>> {
  static constexpr bool is_fused = true;
  using type = typename Concatenated<typename PartsOf<Ks>::type...>::type;
};

/// What a chain or a flow was before kernels of it were fused: of Chain<Fuse<A, B>, C> it is Chain<A, B, C>.
template <class F>
struct Whole {
  using type = F;
};
template <class... Ks>
  requires(PartsOf<Ks>::is_fused || ...)
struct Whole<Chain<Ks...>> {
  using type = typename Concatenated<typename PartsOf<Ks>::type...>::type;
};
template <class F, Label... Names>
struct Whole<Flow<flow::Cut<F, Names...>>> : Whole<F> {};

}  // namespace detail

/// A chain of `Count` kernels of one type, which must give what it takes.
template <Kernel K, std::size_t Count>
using Repeat = typename detail::Repeated<K, std::make_index_sequence<Count>>::type;

}  // namespace anechain
