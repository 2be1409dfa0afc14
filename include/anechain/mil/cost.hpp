// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/mil/graph.hpp>
#include <anechain/mil/infer.hpp>

namespace anechain::mil {
namespace detail {

/// Of softmax: the maximum, the difference, the exponential, the sum, the quotient.
inline constexpr std::int64_t softmax_operations = 5;
/// Of layer_norm: the mean, the difference, the square, the variance, the quotient, gain and bias.
inline constexpr std::int64_t layer_norm_operations = 7;

constexpr std::int64_t attention_flops(const Operands& operands, const Shape& result) {
  const Shape query = operands.type(Param::query).shape;
  const std::int64_t keys = operands.type(Param::key).shape[-2];
  const std::int64_t rows = result.elements() / result[-1];
  const std::int64_t a_score = 2 * query[-1] + 1 + softmax_operations + (operands.has(Param::attn_mask) ? 1 : 0) + 2 * result[-1];
  return checked_product(checked_product(rows, keys, "scaled_dot_product_attention"), a_score, "scaled_dot_product_attention");
}

/// The products of every step and gate, and a dozen operations for each element of the state.
constexpr std::int64_t recurrent_flops(const Operands& operands) {
  const RecurrentGeometry geometry = recurrent_geometry(operands);
  const std::int64_t gates = operands.kind() == OpKind::lstm ? 4 : 3;
  const std::int64_t a_cell = gates * 2 * (geometry.inputs + geometry.hidden) + 12;
  const std::int64_t cells = checked_product(geometry.steps * geometry.batch, geometry.directions() * geometry.hidden, "recurrent");
  return checked_product(cells, a_cell, "recurrent");
}

constexpr std::int64_t window_flops(const Operands& operands, std::int64_t results) {
  const Windows windows = pool_windows(operands);
  std::int64_t elements = 1;
  for (int i = 0; i < windows.axis_count; ++i) elements = checked_product(elements, windows.axes[i].kernel, "pool");
  return checked_product(results, elements, "pool");
}

constexpr std::int64_t own_flops(const Operands& operands, const TensorType& result) {
  const std::int64_t results = result.elements();
  switch (operands.kind()) {
    case OpKind::conv: {
      const TensorType weight = operands.type(Param::weight);
      const std::int64_t products = weight.elements() / weight.shape[0];
      return checked_product(results, checked_product(2, products, "conv") + (operands.has(Param::bias) ? 1 : 0), "conv");
    }
    case OpKind::linear:
      return checked_product(results, 2 * operands.type(Param::x).shape[-1] + (operands.has(Param::bias) ? 1 : 0), "linear");
    case OpKind::matmul:
      return checked_product(2 * results, operands.type(Param::x).shape[operands.flag(Param::transpose_x) ? -2 : -1], "matmul");
    case OpKind::scaled_dot_product_attention: return attention_flops(operands, result.shape);
    case OpKind::softmax: return checked_product(softmax_operations, results, "softmax");
    case OpKind::layer_norm: return checked_product(layer_norm_operations, results, "layer_norm");
    case OpKind::reduce_argmax:
    case OpKind::reduce_argmin: return operands.type(Param::x).elements();
    case OpKind::avg_pool:
    case OpKind::max_pool: return window_flops(operands, results);
    case OpKind::quantize:
    case OpKind::dequantize: return checked_product(2, results, "quantize");
    case OpKind::lstm:
    case OpKind::gru: return recurrent_flops(operands);
    case OpKind::logical_not:
    case OpKind::select: return results;
    default: return 0;
  }
}

}  // namespace detail

/// Floating-point operations of one operation: two for each multiply-add, one for each element of an elementwise result or
/// that goes into a reduction, none for what only moves, converts or decodes. All extents must be known.
constexpr std::int64_t flops(const Graph& graph, const Operation& operation) {
  if (operation.result_count == 0) return 0;
  const TensorType& result = graph[operation.result].type;
  switch (facts(operation.kind).family) {
    case Family::unary:
    case Family::unary_any:
    case Family::binary:
    case Family::comparison:
    case Family::logical: return result.elements();
    case Family::reduction: return Operands{graph, operation}.type(Param::x).elements();
    case Family::own: return detail::own_flops({graph, operation}, result);
    case Family::constant:
    case Family::decoding:
    case Family::movement:
    case Family::foreign: return 0;
  }
  return 0;
}

/// Floating-point operations of one function.
constexpr std::int64_t flops(const Graph& graph, const Function& function) {
  std::int64_t sum = 0;
  for (const Operation& operation : graph.operations_of(function)) sum += flops(graph, operation);
  return sum;
}

}  // namespace anechain::mil
