// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/devices/host/cell.hpp>
#include <anechain/devices/host/elementwise.hpp>
#include <anechain/devices/host/encoded.hpp>
#include <anechain/devices/host/movement.hpp>
#include <anechain/devices/host/products.hpp>
#include <anechain/devices/host/recurrent.hpp>
#include <anechain/devices/host/reductions.hpp>
#include <anechain/devices/host/windows.hpp>

namespace anechain::host {
namespace detail {

inline Task own_task(const Planning& plan) {
  switch (plan.operands.kind()) {
    case mil::OpKind::avg_pool:
    case mil::OpKind::max_pool: return pool(plan);
    case mil::OpKind::cast: return cast(plan);
    case mil::OpKind::concat: return concat(plan);
    case mil::OpKind::constexpr_affine_dequantize: return dequantize(plan, mil::Param::quantized_data);
    case mil::OpKind::constexpr_lut_to_dense: return look_up(plan);
    case mil::OpKind::constexpr_sparse_to_dense: return spread(plan);
    case mil::OpKind::conv: return conv(plan);
    case mil::OpKind::dequantize: return dequantize(plan, mil::Param::input);
    case mil::OpKind::expand_dims:
    case mil::OpKind::identity:
    case mil::OpKind::reshape:
    case mil::OpKind::squeeze: return copy(plan, mil::Param::x);
    case mil::OpKind::gather: return gather(plan);
    case mil::OpKind::gather_along_axis: return gather_along_axis(plan);
    case mil::OpKind::gru: return gru(plan);
    case mil::OpKind::layer_norm: return layer_norm(plan);
    case mil::OpKind::linear: return linear(plan);
    case mil::OpKind::logical_not: return logical_not(plan);
    case mil::OpKind::lstm: return lstm(plan);
    case mil::OpKind::matmul: return matmul(plan);
    case mil::OpKind::pad: return pad(plan);
    case mil::OpKind::quantize: return quantize(plan);
    case mil::OpKind::range_1d: return range(plan);
    case mil::OpKind::read_state: return copy(plan, mil::Param::input);
    case mil::OpKind::reduce_argmax:
    case mil::OpKind::reduce_argmin: return reduce_arg(plan);
    case mil::OpKind::scaled_dot_product_attention: return attention(plan);
    case mil::OpKind::select: return select(plan);
    case mil::OpKind::shape: return extents(plan);
    case mil::OpKind::slice_by_index:
    case mil::OpKind::slice_by_size: return slice(plan);
    case mil::OpKind::softmax: return softmax(plan);
    case mil::OpKind::split: return split(plan);
    case mil::OpKind::stack: return join(plan);
    case mil::OpKind::tile: return tile(plan);
    case mil::OpKind::topk: return topk(plan);
    case mil::OpKind::transpose: return transpose(plan);
    case mil::OpKind::write_state: return write_state(plan);
    default: break;
  }
  plan.operands.holds(false, "the host cannot run it");
  return {};
}

}  // namespace detail

/// The task of an operation. Throws mil::TypeError for one that the host cannot run.
inline Task task_for(const Planning& plan) {
  switch (facts(plan.operands.kind()).family) {
    case mil::Family::unary:
    case mil::Family::unary_any: return detail::unary(plan);
    case mil::Family::binary:
    case mil::Family::comparison:
    case mil::Family::logical: return detail::binary(plan);
    case mil::Family::reduction: return detail::reduce(plan);
    default: return detail::own_task(plan);
  }
}

/// Whether the task of an operation rounds what it writes to half precision where it must, piece by piece.
inline bool rounds_itself(mil::OpKind kind) {
  const mil::Family family = facts(kind).family;
  return only_moves(kind) || family == mil::Family::unary || family == mil::Family::unary_any || family == mil::Family::binary ||
         kind == mil::OpKind::conv || kind == mil::OpKind::linear || kind == mil::OpKind::matmul;
}

}  // namespace anechain::host
