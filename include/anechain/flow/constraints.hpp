// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include <anechain/flow/chain.hpp>

// What a device cannot run does not compile for it.
namespace anechain {

/// A device that says of a graph which of its constraints it breaks, and how long a chain may be.
template <class D>
concept DeviceWithConstraints = requires(const mil::Graph& graph) {
  { D::constraints[0].id } -> std::convertible_to<std::string_view>;
  { D::constraints[0].rule } -> std::convertible_to<std::string_view>;
  { D::first_broken(graph) } -> std::same_as<std::int32_t>;
  { D::longest_chain } -> std::convertible_to<std::size_t>;
};

namespace detail {

using kernels::tracing::Rule;

/// What the compiler shows of a kernel that its device cannot run.
template <std::size_t Index, class K, Rule Constraint, Rule Words>
struct KernelBreaksConstraint {
  static constexpr bool value = Words.text[0] == '\0';
  static_assert(value,
                "anechain: the kernel at [Index] breaks a constraint of the device that this chain is compiled for: see "
                "KernelBreaksConstraint, which has the constraint's name and words");
};

template <std::size_t Length, std::size_t Budget>
struct ChainOverBudget {
  static_assert(
      Length <= Budget,
      "anechain: this chain has more kernels than the device compiles in one process: fuse some of them, or make the chain shorter");
  static constexpr bool value = Length <= Budget;
};

template <class D, class K>
inline constexpr std::int32_t first_broken = D::first_broken(trace<K>());

template <class D, class... Ks>
constexpr std::size_t first_refused() {
  constexpr std::array<std::int32_t, sizeof...(Ks)> broken{first_broken<D, Ks>...};
  for (std::size_t i = 0; i < broken.size(); ++i)
    if (broken[i] >= 0) return i;
  return kernels::linking::all_well;
}

/// What the compiler shows of a flow with a kernel that its device cannot run.
template <class N, Label Node, Rule Constraint, Rule Words>
struct NodeBreaksConstraint {
  static constexpr bool value = Words.text[0] == '\0';
  static_assert(value,
                "anechain: the kernel of a node breaks a constraint of the device that this flow is compiled for: see "
                "NodeBreaksConstraint<net, Node, constraint, its words>");
};

/// The first node of each kernel of a flow: equal kernels are looked at once.
template <class N>
struct DistinctKernels {
  static constexpr std::size_t list(std::size_t* to) {
    const auto& all = flow::detail::contents<N>.nodes;
    std::size_t found = 0;
    for (std::size_t n = 0; n < all.size(); ++n) {
      bool is_new = all[n].kernel != nullptr;
      for (std::size_t before = 0; before < n; ++before) is_new = is_new && all[before].kernel != all[n].kernel;
      if (is_new) to[found++] = n;
    }
    return found;
  }
  static constexpr std::size_t most = flow::detail::contents<N>.nodes.size();
  static constexpr std::size_t count = [] {
    std::size_t first[most]{};
    return list(first);
  }();
  static constexpr std::array<std::size_t, count> nodes = [] {
    std::size_t first[most]{};
    list(first);
    std::array<std::size_t, count> kept{};
    for (std::size_t i = 0; i < count; ++i) kept[i] = first[i];
    return kept;
  }();
};

template <class D, class N, std::size_t Node>
inline constexpr std::int32_t first_broken_at = [] {
  const flow::NodeFacts& node = flow::detail::contents<N>.nodes[Node];
  return D::first_broken(
      kernels::trace({node.kernel->inputs.data(), node.kernel->inputs.size()}, node.kernel->outputs.size(), flow::detail::bodies<N>[Node]));
}();

template <class D, class N, std::size_t... I>
constexpr bool kernels_can_be_run(std::index_sequence<I...>) {
  using Distinct = DistinctKernels<N>;
  constexpr std::array<std::int32_t, sizeof...(I)> broken{first_broken_at<D, N, Distinct::nodes[I]>...};
  constexpr std::size_t refused = [&] {
    std::size_t i = 0;
    while (i < sizeof...(I) && broken[i] < 0) ++i;
    return i;
  }();
  if constexpr (refused < sizeof...(I)) {
    constexpr const auto& constraint = D::constraints[static_cast<std::size_t>(broken[refused])];
    constexpr std::string_view name = flow::detail::contents<N>.nodes[Distinct::nodes[refused]].name;
    return NodeBreaksConstraint<N, Label<name.size() + 1>{name}, Rule<constraint.id.size() + 1>{constraint.id.data()},
                                Rule<constraint.rule.size() + 1>{constraint.rule.data()}>::value;
  }
  return true;
}

}  // namespace detail

/// True where a device can run these kernels as a chain, or says nothing of it; otherwise a failed static_assert that names the kernel
/// and the rule.
template <class D, class... Ks>
constexpr bool can_be_run_by() {
  if constexpr (DeviceWithConstraints<D>) {
    using namespace detail;
    constexpr std::size_t refused = first_refused<D, Ks...>();
    if constexpr (sizeof...(Ks) > D::longest_chain) {
      return ChainOverBudget<sizeof...(Ks), D::longest_chain>::value;
    } else if constexpr (refused != kernels::linking::all_well) {
      using K = std::tuple_element_t<refused, std::tuple<Ks...>>;
      constexpr const auto& constraint = D::constraints[static_cast<std::size_t>(first_broken<D, K>)];
      return KernelBreaksConstraint<refused, K, Rule<constraint.id.size() + 1>{constraint.id.data()},
                                    Rule<constraint.rule.size() + 1>{constraint.rule.data()}>::value;
    }
  }
  return true;
}

/// The same for a flow.
template <class D, class N>
constexpr bool flow_can_be_run_by() {
  if constexpr (DeviceWithConstraints<D>) {
    constexpr std::size_t programs = flow::detail::contents<N>.kernels.size();
    if constexpr (programs > D::longest_chain)
      return detail::ChainOverBudget<programs, D::longest_chain>::value;
    else
      return detail::kernels_can_be_run<D, N>(std::make_index_sequence<detail::DistinctKernels<N>::count>{});
  }
  return true;
}

}  // namespace anechain
