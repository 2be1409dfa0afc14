// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <anechain/flow/flow.hpp>
#include <anechain/kernels/fuse.hpp>

namespace anechain {

/// Kernels in a row, each reading what the one before it gave. Kernels that do not fit each other do not compile.
template <class... Ks>
struct Chain {
  static_assert(sizeof...(Ks) > 0, "anechain::Chain: name at least one kernel");
  static_assert(kernels::linking::are_linked_kernels<Ks...>());

  /// The same computation as one program: a chain of one kernel.
  using Fused = Chain<Fuse<Ks...>>;

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
    for (const KernelFacts* const kernel : row) x = f.run(*kernel, x);
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

/// The kernels that a chain computes, however they are fused: Chain<Fuse<A, B>, C> has the parts A, B and C.
template <class C>
struct Parts;
template <class... Ks>
struct Parts<Chain<Ks...>> {
  template <bool AnyFused>
  static auto parts() {
    if constexpr (AnyFused)
      return std::type_identity<typename Concatenated<typename PartsOf<Ks>::type...>::type>{};
    else
      return std::type_identity<Chain<Ks...>>{};
  }
  using type = typename decltype(parts<(PartsOf<Ks>::is_fused || ...)>())::type;
};

}  // namespace detail

/// A chain of `Count` kernels of one type, which must give what it takes.
template <Kernel K, std::size_t Count>
using Repeat = typename detail::Repeated<K, std::make_index_sequence<Count>>::type;

}  // namespace anechain
