// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/mil/infer/elementwise.hpp>

/// The types of matrix products.
namespace anechain::mil::detail {

/// Whether two operands of a product go together: of one dtype, or, from ios17 on, both floating and one of them a constant.
constexpr bool require_dtypes_of_product(const Operands& operands, Param first, Param second) {
  const TensorType a = operands.type(first);
  const TensorType b = operands.type(second);
  const bool one_is_constant = operands.is_constant(first) || operands.is_constant(second);
  return operands.holds(a.dtype == b.dtype || (is_floating(a) && is_floating(b) && one_is_constant),
                        first == Param::x && second == Param::y
                            ? "x and y must be of one dtype, or both floating and one of them a constant"
                            : "x and the weight must be of one dtype, or both floating and the weight a constant");
}

constexpr TensorType infer_matmul(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const TensorType y = operands.type(Param::y);
  if (!require_dtypes_of_product(operands, Param::x, Param::y) ||
      !operands.holds(is_arithmetic(x), "x and y must be fp16, fp32 or int32") ||
      !operands.holds(x.shape.rank >= 2 && y.shape.rank >= 2, "x has rank {} and y rank {}, both must be at least 2", x.shape.rank,
                      y.shape.rank))
    return {};
  const bool transpose_x = operands.flag(Param::transpose_x);
  const bool transpose_y = operands.flag(Param::transpose_y);
  const std::int64_t inner_x = x.shape[transpose_x ? -2 : -1];
  const std::int64_t inner_y = y.shape[transpose_y ? -1 : -2];
  operands.holds(inner_x == inner_y, "the inner extents differ: {} in x, {} in y", inner_x, inner_y);
  Shape shape = broadcast(batch_of(x.shape), batch_of(y.shape), operands);
  shape.rank += 2;
  shape[-2] = x.shape[transpose_x ? -1 : -2];
  shape[-1] = y.shape[transpose_y ? -2 : -1];
  return {operands.is_constant(Param::x) ? y.dtype : x.dtype, shape};
}

/// x [..., inputs], weight [outputs, inputs], bias [outputs].
constexpr TensorType infer_linear(const Operands& operands) {
  TensorType x = operands.type(Param::x);
  const TensorType weight = operands.type(Param::weight);
  if (!operands.holds(is_arithmetic(x), "x must be fp16, fp32 or int32") || !require_dtypes_of_product(operands, Param::x, Param::weight) ||
      !operands.holds(x.shape.rank >= 1, "x must have at least one axis") ||
      !operands.holds(weight.shape.rank == 2, "the weight has rank {}, it must be 2: [outputs, inputs]", weight.shape.rank) ||
      !operands.holds(x.shape[-1] == weight.shape[1], "x has {} inputs, the weight takes {}", x.shape[-1], weight.shape[1]))
    return {};
  if (operands.has(Param::bias)) {
    const TensorType bias = operands.type(Param::bias);
    operands.holds(bias.dtype == x.dtype || bias.dtype == weight.dtype, "the bias must be of the dtype of x or of the weight");
    operands.holds(bias.shape.rank == 1, "the bias has rank {}, it must be 1", bias.shape.rank);
    operands.holds(bias.elements() == weight.shape[0], "the bias has {} elements, the weight {} outputs", bias.elements(), weight.shape[0]);
  }
  x.shape[-1] = weight.shape[0];
  return x;
}

/// query [..., positions, width], key [..., keys, width], value [..., keys, values], attn_mask [..., positions, keys].
constexpr TensorType infer_attention(const Operands& operands) {
  const TensorType query = operands.type(Param::query);
  const TensorType key = operands.type(Param::key);
  const TensorType value = operands.type(Param::value);
  if (!require_floating(operands, Param::query) || !require_one_dtype(operands, Param::query, Param::key) ||
      !require_one_dtype(operands, Param::query, Param::value) ||
      !operands.holds(query.shape.rank >= 3 && key.shape.rank == query.shape.rank && value.shape.rank == query.shape.rank,
                      "query, key and value must have one rank, at least 3: key has {}, value {}", key.shape.rank, value.shape.rank) ||
      !operands.holds(query.shape[-1] == key.shape[-1], "the query's width is {}, the key's {}", query.shape[-1], key.shape[-1]) ||
      !operands.holds(key.shape[-2] == value.shape[-2], "there are {} keys, but {} values", key.shape[-2], value.shape[-2]))
    return {};
  Shape shape = batch_of(query.shape);
  if (!operands.holds(shape == batch_of(key.shape) && shape == batch_of(value.shape),
                      "query, key and value must have the same outer extents"))
    return {};
  shape.rank += 2;
  shape[-2] = query.shape[-2];
  shape[-1] = key.shape[-2];
  if (operands.has(Param::attn_mask)) {
    const TensorType mask = operands.type(Param::attn_mask);
    operands.holds(Param::attn_mask, mask.dtype == DType::boolean || mask.dtype == query.dtype, "must be bools or of the query's dtype");
    const Shape scores = broadcast(mask.shape, shape, operands);
    operands.holds(Param::attn_mask, scores == shape && mask.shape.rank > 0 && mask.shape[-1] == shape[-1],
                   "must broadcast to [..., {}, {}], and have all its columns", shape[-2], shape[-1]);
  }
  shape[-1] = value.shape[-1];
  return {query.dtype, shape};
}

}  // namespace anechain::mil::detail
