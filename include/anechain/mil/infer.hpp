// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/mil/infer/elementwise.hpp>
#include <anechain/mil/infer/encoded.hpp>
#include <anechain/mil/infer/movement.hpp>
#include <anechain/mil/infer/products.hpp>
#include <anechain/mil/infer/recurrent.hpp>
#include <anechain/mil/infer/reductions.hpp>
#include <anechain/mil/infer/windows.hpp>
#include <anechain/mil/operands.hpp>

namespace anechain::mil {

/// How many results an operation has.
constexpr std::int64_t result_count(const Operands& operands) {
  switch (operands.kind()) {
    case OpKind::split: return detail::split_count(operands);
    case OpKind::topk: return operands.has(Param::return_indices) && !operands.flag(Param::return_indices) ? 1 : 2;
    case OpKind::gru: return 2;
    case OpKind::lstm: return 3;
    case OpKind::write_state: return 0;
    default: return 1;
  }
}

namespace detail {

constexpr TensorType infer_own(const Operands& operands, std::uint32_t index) {
  switch (operands.kind()) {
    case OpKind::avg_pool:
    case OpKind::max_pool: return infer_pool(operands);
    case OpKind::cast: return infer_cast(operands);
    case OpKind::concat: return infer_concat(operands);
    case OpKind::constexpr_affine_dequantize: return infer_affine(operands);
    case OpKind::constexpr_lut_to_dense: return infer_lut(operands);
    case OpKind::constexpr_sparse_to_dense: return infer_sparse(operands);
    case OpKind::conv: return infer_conv(operands);
    case OpKind::dequantize: return infer_dequantize(operands);
    case OpKind::expand_dims: return infer_expand_dims(operands);
    case OpKind::gather: return infer_gather(operands);
    case OpKind::gather_along_axis: return infer_gather_along_axis(operands);
    case OpKind::gru:
    case OpKind::lstm: return infer_recurrent(operands, index);
    case OpKind::identity: return operands.type(Param::x);
    case OpKind::layer_norm: return infer_layer_norm(operands);
    case OpKind::linear: return infer_linear(operands);
    case OpKind::logical_not: return infer_logical_not(operands);
    case OpKind::matmul: return infer_matmul(operands);
    case OpKind::pad: return infer_pad(operands);
    case OpKind::quantize: return infer_quantize(operands);
    case OpKind::range_1d: return infer_range(operands);
    case OpKind::read_state: return operands.type(Param::input);
    case OpKind::reduce_argmax:
    case OpKind::reduce_argmin: return infer_arg_reduction(operands);
    case OpKind::reshape: return infer_reshape(operands);
    case OpKind::scaled_dot_product_attention: return infer_attention(operands);
    case OpKind::select: return infer_select(operands);
    case OpKind::shape: return infer_shape(operands);
    case OpKind::slice_by_index:
    case OpKind::slice_by_size: return infer_slice(operands);
    case OpKind::softmax: return infer_softmax(operands);
    case OpKind::split: return infer_split(operands, index);
    case OpKind::squeeze: return infer_squeeze(operands);
    case OpKind::stack: return infer_stack(operands);
    case OpKind::tile: return infer_tile(operands);
    case OpKind::topk: return infer_topk(operands, index);
    case OpKind::transpose: return infer_transpose(operands);
    default: break;
  }
  operands.holds(false, "its result type is the one it declares");
  return {};
}

}  // namespace detail

/// The type of an operation's result number `index`, from its operands, whose rules it enforces (see Operands). The
/// builder and `check` both call it, so one rule holds for both. All extents of the operands must be known.
constexpr TensorType infer(const Operands& operands, std::uint32_t index = 0) {
  switch (facts(operands.kind()).family) {
    case Family::unary: return detail::infer_unary(operands, false);
    case Family::unary_any: return detail::infer_unary(operands, true);
    case Family::binary: return detail::infer_binary(operands);
    case Family::comparison: return {DType::boolean, detail::infer_binary(operands).shape};
    case Family::logical: return detail::infer_logical(operands);
    case Family::reduction: return detail::infer_reduction(operands);
    default: return detail::infer_own(operands, index);
  }
}

}  // namespace anechain::mil
