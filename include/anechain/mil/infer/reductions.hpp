// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include <anechain/mil/infer/elementwise.hpp>

/// The types of what is summed, compared or normalised over axes.
namespace anechain::mil::detail {

/// A shape with axes reduced to one element, or left out.
constexpr Shape without_axes(const Shape& shape, const Axes& axes, bool keep) {
  Shape result{};
  for (int axis = 0; axis < shape.rank; ++axis)
    if (!axes[axis] || keep) result.extents[result.rank++] = axes[axis] ? 1 : shape[axis];
  return result;
}

constexpr TensorType infer_reduction(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  operands.holds(is_arithmetic(x), "x must be fp16, fp32 or int32");
  const Axes axes = listed_axes(operands, x.shape.rank, true);
  if (operands.broken()) return {};
  return {x.dtype, without_axes(x.shape, axes, operands.flag(Param::keep_dims))};
}

/// The integer dtype that an optional operand names.
constexpr DType index_dtype(const Operands& operands, Param param) {
  const std::string_view name = operands.text_or(param, "int32");
  for (const DType dtype : {DType::int32, DType::uint16})
    if (same_text(facts(dtype).name, name)) return dtype;
  operands.holds(param, false, "must be int32 or uint16");
  return DType::int32;
}

constexpr TensorType infer_arg_reduction(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  operands.holds(is_arithmetic(x), "x must be fp16, fp32 or int32");
  Axes axes;
  const int axis = operands.axis(x.shape.rank, -1);
  if (operands.broken()) return {};
  axes.marked[axis] = true;
  return {index_dtype(operands, Param::output_dtype), without_axes(x.shape, axes, operands.flag(Param::keep_dims))};
}

constexpr TensorType infer_softmax(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  require_floating(operands, Param::x);
  operands.axis(x.shape.rank, -1);
  return x;
}

/// gamma and beta have the extents of x along the axes that are normalised.
constexpr TensorType infer_layer_norm(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  if (!require_floating(operands, Param::x)) return {};
  const Axes axes = listed_axes(operands, x.shape.rank, true);
  if (operands.broken()) return {};
  Shape normalised{};
  for (int axis = 0; axis < x.shape.rank; ++axis)
    if (axes[axis]) normalised.extents[normalised.rank++] = x.shape[axis];
  for (const Param param : {Param::gamma, Param::beta}) {
    if (!operands.has(param)) continue;
    const TensorType type = operands.type(param);
    operands.holds(param, type.dtype == x.dtype, "must be of x's dtype");
    operands.holds(param, type.shape.rank == normalised.rank, "must have the {} axes that are normalised, not {}", normalised.rank,
                   type.shape.rank);
    operands.holds(param, type.shape == normalised, "must have the extents of the axes that are normalised: {} elements, not {}",
                   normalised.elements(), type.elements());
  }
  operands.real_or(Param::epsilon, 0);
  return x;
}

/// The values, then their indices.
constexpr TensorType infer_topk(const Operands& operands, std::uint32_t index) {
  TensorType x = operands.type(Param::x);
  operands.holds(is_number(x), "x must be numbers");
  const int axis = operands.axis(x.shape.rank, -1);
  const std::int64_t k = operands.number_or(Param::k, 1);
  if (operands.broken()) return {};
  const std::int64_t count = k == -1 ? x.shape[axis] : k;
  operands.holds(count >= 1 && count <= x.shape[axis], "k is {}, the axis has {} elements", k, x.shape[axis]);
  x.shape[axis] = count;
  if (index == 1) x.dtype = index_dtype(operands, Param::output_indices_dtype);
  return x;
}

}  // namespace anechain::mil::detail
