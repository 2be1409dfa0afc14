// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/flow/facts.hpp>

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
inline WeightPlace find_weight(const Facts& facts, std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = path.substr(slash == path.npos ? 0 : slash + 1);
  const std::string_view place = slash == path.npos ? std::string_view{} : path.substr(0, slash);
  const auto is_in = [&](std::string_view node) {
    return place.empty() || node == place || (node.starts_with(place) && node.substr(place.size()).starts_with('/'));
  };
  std::vector<WeightPlace> found;
  std::string nodes;
  std::string known;
  for_each_weight(facts, [&](const std::string& its, const WeightPlace& its_place, const WeightFacts&) {
    known += (known.empty() ? "" : ", ") + its;
    const std::string_view node = std::string_view{its}.substr(0, its.size() - its_place.name.size() - 1);
    if (its_place.name != name || !is_in(node)) return;
    found.push_back(its_place);
    nodes += (nodes.empty() ? "" : ", ") + std::string{node};
  });
  if (found.empty())
    throw std::out_of_range("the flow has no weight '" + std::string{path} + "'; it has " + (known.empty() ? "none" : known));
  if (found.size() > 1)
    throw std::out_of_range("'" + std::string{path} + "' names the weights of several nodes: write one of " + nodes + " before it");
  return found.front();
}

}  // namespace anechain::flow
