// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <anechain/devices/ane/constraints.hpp>
#include <anechain/kernels/kernel.hpp>

namespace anechain::ane {

namespace catalogue {

template <class K>
inline constexpr auto is_broken_by = [] {
  const mil::Graph graph = kernels::trace<K>();
  std::array<bool, std::size(constraints)> broken{};
  for (std::size_t i = 0; i < broken.size(); ++i)
    broken[i] = constraints[i].is_predicate() && constraints[i].broken_at(graph, graph.functions[0]).has_value();
  return broken;
}();

template <class K>
inline constexpr auto broken_by = [] {
  std::array<const Constraint*, static_cast<std::size_t>(std::ranges::count(is_broken_by<K>, true))> broken{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < is_broken_by<K>.size(); ++i)
    if (is_broken_by<K>[i]) broken[count++] = &constraints[i];
  return broken;
}();

}  // namespace catalogue

/// The rules of the ANE that a kernel breaks, of every certainty, at compile time, in the order of the catalogue:
///
///     static_assert(ane::check<MyKernel>.empty());
template <kernels::Kernel K>
inline constexpr std::span<const Constraint* const> check{catalogue::broken_by<K>};

}  // namespace anechain::ane
