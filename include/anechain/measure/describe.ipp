// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <anechain/flow/facts.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/measure/describe.hpp>
#include <anechain/measure/measured_contender.hpp>
#include <anechain/support/digest.hpp>

namespace anechain {

ANECHAIN_INLINE MeasuredKernel measured_kernel(const KernelFacts& kernel) {
  std::uint64_t weights = digest_basis;
  for (const WeightFacts& weight : kernel.weights) {
    const std::uint64_t places[]{weight.placement.metadata, weight.placement.size};
    weights = digest(std::as_bytes(std::span{places}), digest(to_string(weight.type), digest(weight.name, weights)));
  }
  const auto types = [](std::span<const mil::Port> ports) {
    std::vector<mil::TensorType> all;
    for (const mil::Port& port : ports) all.push_back(port.type);
    return all;
  };
  return {std::string{kernel.name}, digest(kernel.text), weights, types(kernel.inputs), types(kernel.outputs), kernel.flops, kernel.bytes};
}

ANECHAIN_INLINE std::optional<MeasuredLinks> measured_links(const flow::Facts& facts) {
  bool is_row = facts.carried.empty() && facts.parameters.empty() && facts.results.size() == 1;
  MeasuredLinks links;
  for (std::size_t n = 0; n < facts.nodes.size(); ++n) {
    const flow::NodeFacts& node = facts.nodes[n];
    is_row = is_row && node.kernel != nullptr && node.inputs().size() == 1 && node.outputs().size() == 1;
    for (const flow::Source& source : facts.sources_of(node)) {
      const flow::ValueFacts& value = facts.values[static_cast<std::size_t>(source.value)];
      is_row = is_row && source.is_whole() && value.node + 1 == static_cast<std::int32_t>(n);
      if (value.kind != flow::ValueFacts::Kind::result || (node.kernel == nullptr && source.is_whole())) continue;
      ++links.count;
      links.bytes += flow::type_of(source, value.port->type).packed_bytes();
    }
  }
  for (const flow::CarriedFacts& carried : facts.carried)
    for (const flow::Source& source : facts.sources)
      if (source.value == carried.value) {
        ++links.count;
        links.bytes += carried.port.type.packed_bytes();
      }
  if (is_row) return std::nullopt;
  return links;
}

}  // namespace anechain
