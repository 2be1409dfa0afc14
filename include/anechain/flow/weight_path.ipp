// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/flow/facts.hpp>
#include <anechain/flow/weight_path.hpp>

namespace anechain::flow {

ANECHAIN_INLINE WeightPlace find_weight(const Facts& facts, std::string_view path) {
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
