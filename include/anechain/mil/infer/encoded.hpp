// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include <anechain/mil/infer/shapes.hpp>

/// The types of what is held in fewer bits: quantised values, and weights that are stored smaller than they are used.
namespace anechain::mil {
namespace detail {

constexpr bool is_byte(const TensorType& type) { return type.dtype == int8 || type.dtype == uint8; }

/// scale and zero_point are scalars, or have an element for each one of x along the axis.
constexpr void check_scale(const Operands& operands, const TensorType& x) {
  for (const Param param : {Param::scale, Param::zero_point}) {
    if (!operands.has(param)) continue;
    const Shape shape = operands.type(param).shape;
    if (shape.rank == 0) continue;
    if (!operands.holds(param, shape.rank == 1, "must be a scalar or have one axis") ||
        !operands.holds(param, operands.has(Param::axis), "has several elements, so an axis is needed"))
      return;
    const int axis = operands.axis(x.shape.rank);
    if (operands.broken()) return;
    operands.holds(param, shape[0] == x.shape[axis], "has {} elements, the axis has {}", shape[0], x.shape[axis]);
  }
}

/// Of quantize and dequantize: an axis only where there are several scales, and as many zero points as scales.
constexpr void check_pair(const Operands& operands) {
  const int rank = operands.type(Param::scale).shape.rank;
  operands.holds(rank > 0 || !operands.has(Param::axis), "an axis is given for a scale that is one number");
  if (operands.has(Param::zero_point))
    operands.holds(Param::zero_point, operands.type(Param::zero_point).shape.rank == rank,
                   "must be a scalar where the scale is one, and only there");
}

constexpr TensorType infer_quantize(const Operands& operands) {
  const TensorType x = operands.type(Param::input);
  require_floating(operands, Param::input);
  require_one_dtype(operands, Param::input, Param::scale);
  check_scale(operands, x);
  check_pair(operands);
  const std::string_view name = operands.text(Param::output_dtype);
  const DType dtype = same_text(name, "int8") ? int8 : uint8;
  operands.holds(Param::output_dtype, dtype == int8 || same_text(name, "uint8"), "must be int8 or uint8");
  if (operands.has(Param::zero_point))
    operands.holds(Param::zero_point, operands.type(Param::zero_point).dtype == dtype, "must be of the output's dtype");
  return {dtype, x.shape};
}

constexpr TensorType infer_dequantize(const Operands& operands) {
  const TensorType x = operands.type(Param::input);
  operands.holds(Param::input, is_byte(x), "must be int8 or uint8");
  require_floating(operands, Param::scale);
  check_scale(operands, x);
  check_pair(operands);
  if (operands.has(Param::zero_point))
    operands.holds(Param::zero_point, operands.type(Param::zero_point).dtype == x.dtype, "must be of the input's dtype");
  return {operands.type(Param::scale).dtype, x.shape};
}

constexpr TensorType infer_affine(const Operands& operands) {
  const TensorType data = operands.type(Param::quantized_data);
  operands.holds(Param::quantized_data, is_byte(data), "must be int8 or uint8");
  require_floating(operands, Param::scale);
  const TensorType zero_point = operands.type(Param::zero_point);
  operands.holds(Param::zero_point, is_byte(zero_point) || zero_point.dtype == fp32, "must be int8, uint8 or fp32");
  operands.axis(data.shape.rank);
  check_scale(operands, data);
  return {operands.type(Param::scale).dtype, data.shape};
}

/// The shape that an attribute lists.
constexpr Shape listed_shape(const Operands& operands) {
  const auto extents = operands.numbers(Param::shape);
  Shape shape{};
  if (!operands.holds(std::ssize(extents) <= max_rank, "a rank of {} is more than the {} that anechain represents", std::ssize(extents),
                      max_rank))
    return shape;
  std::int64_t elements = 1;
  for (const std::int64_t extent : extents) {
    constexpr std::int64_t most = std::int64_t{1} << 42;
    if (!operands.holds(extent >= 1 && extent <= most / elements, "an extent of {} after {} elements", extent, elements)) return {};
    elements *= extent;
    shape.extents[shape.rank++] = extent;
  }
  return shape;
}

constexpr bool are_packed_bytes(const Operands& operands, Param param, std::int64_t bits) {
  const TensorType type = operands.type(param);
  return operands.holds(param, type.dtype == uint8 && type.shape.rank == 1, "must be uint8 with one axis") &&
         operands.holds(param, type.shape[0] == (bits + 7) / 8, "has {} bytes where {} are needed", type.shape[0], (bits + 7) / 8);
}

constexpr bool is_stored_dtype(const TensorType& type) { return is_floating(type) || is_byte(type); }

}  // namespace detail

/// Bits of an index into a lookup table of so many entries: 2, 4, 16, 64 or 256; 0 for others.
constexpr int lut_index_bits(std::int64_t entries) {
  const bool known = entries == 2 || entries == 4 || entries == 16 || entries == 64 || entries == 256;
  return known ? std::countr_zero(static_cast<std::uint64_t>(entries)) : 0;
}

namespace detail {

constexpr TensorType infer_lut(const Operands& operands) {
  const TensorType lut = operands.type(Param::lut);
  const Shape shape = listed_shape(operands);
  if (!operands.holds(Param::lut, lut.shape.rank == 1 && is_stored_dtype(lut), "must be fp16, fp32, int8 or uint8 with one axis"))
    return {};
  const int bits = lut_index_bits(lut.shape[0]);
  operands.holds(Param::lut, bits != 0, "has {} entries, it must have 2, 4, 16, 64 or 256", lut.shape[0]);
  if (operands.broken()) return {};
  are_packed_bytes(operands, Param::indices, shape.elements() * bits);
  return {lut.dtype, shape};
}

constexpr TensorType infer_sparse(const Operands& operands) {
  const TensorType data = operands.type(Param::nonzero_data);
  const Shape shape = listed_shape(operands);
  operands.holds(Param::nonzero_data, data.shape.rank == 1 && is_stored_dtype(data), "must be fp16, fp32, int8 or uint8 with one axis");
  if (operands.broken()) return {};
  are_packed_bytes(operands, Param::mask, shape.elements());
  operands.holds(Param::nonzero_data, data.elements() <= shape.elements(), "has {} elements, the tensor only {}", data.elements(),
                 shape.elements());
  return {data.dtype, shape};
}

}  // namespace detail
}  // namespace anechain::mil
