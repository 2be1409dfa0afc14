// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/mil/graph.hpp>
#include <anechain/mil/infer.hpp>

namespace anechain::mil {

/// Floating-point operations of one operation: two for each multiply-add, one for each element of an elementwise
/// result, none for what only moves or converts.
constexpr std::int64_t flops(const Graph& graph, const Operation& operation) {
  const Operands operands{graph, operation.kind, graph.arguments_of(operation)};
  const std::int64_t results = graph[operation.result].type.elements();
  switch (operation.kind) {
    case OpKind::add:
    case OpKind::mul:
    case OpKind::relu: return results;
    case OpKind::conv: {
      const TensorType weight = operands.type(Param::weight);
      const std::int64_t products = weight.elements() / weight.shape[0];
      return checked_product(results, checked_product(2, products, "conv") + (operands.has(Param::bias) ? 1 : 0), "conv");
    }
    case OpKind::matmul:
      return checked_product(2 * results, operands.type(Param::x).shape[operands.flag(Param::transpose_x) ? -2 : -1], "matmul");
    case OpKind::cast:
    case OpKind::constant:
    case OpKind::reshape:
    case OpKind::transpose: return 0;
  }
  return 0;
}

/// Floating-point operations of a whole program.
constexpr std::int64_t flops(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Operation& operation : graph.operations) sum += flops(graph, operation);
  return sum;
}

}  // namespace anechain::mil
