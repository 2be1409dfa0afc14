// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <anechain/flow/facts.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain::flow {

/// A weight of a flow: which of its kernels has it, and what it is called there.
struct WeightPlace {
  std::size_t kernel;     ///< counted without steps of the CPU
  std::string_view name;  ///< as its kernel's body calls it
};

/// Calls `visit(path, place, weight)` for every weight of a flow, in the order of its kernels: the path of "layer3/Attention" and "wq" is
/// "layer3/Attention/wq".
template <class Visit>
void for_each_weight(const Facts& facts, Visit visit) {
  std::size_t kernel = 0;
  for (const NodeFacts& node : facts.nodes) {
    if (node.kernel == nullptr) continue;
    for (const WeightFacts& weight : node.kernel->weights)
      visit(std::string{node.name} + "/" + std::string{weight.name}, WeightPlace{kernel, weight.name}, weight);
    ++kernel;
  }
}

/// The weight that a path names: the node and the weight, "layer3/Attention/wq", or a scope in which only one node has a weight of this
/// name, "layer3/wq". Throws std::out_of_range if there is none, or several.
WeightPlace find_weight(const Facts& facts, std::string_view path);

}  // namespace anechain::flow

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/flow/weight_path.ipp>
#endif
