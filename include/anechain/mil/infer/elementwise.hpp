// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <anechain/mil/infer/shapes.hpp>

/// The types of what is done element by element.
namespace anechain::mil::detail {

constexpr bool is_arithmetic(const TensorType& type) { return is_floating(type) || type.dtype == DType::int32; }

constexpr bool is_number(const TensorType& type) { return type.dtype != DType::string && type.dtype != DType::boolean; }

constexpr TensorType infer_unary(const Operands& operands, bool also_integers) {
  const TensorType x = operands.type(Param::x);
  if (also_integers)
    operands.holds(is_arithmetic(x), "x must be fp16, fp32 or int32");
  else
    operands.holds(is_floating(x), "x must be fp16 or fp32");
  for (const Param param : {Param::alpha, Param::beta, Param::epsilon})
    if (operands.has(param))
      operands.holds(param, operands.type(param).shape.rank == 0 && is_floating(operands.type(param)) && operands.is_immediate(param),
                     "must be one floating number in the program's text");
  if (operands.has(Param::mode)) {
    const std::string_view mode = operands.text(Param::mode);
    operands.holds(Param::mode,
                   same_text(mode, "EXACT") || same_text(mode, "TANH_APPROXIMATION") || same_text(mode, "SIGMOID_APPROXIMATION"),
                   "must be EXACT, TANH_APPROXIMATION or SIGMOID_APPROXIMATION");
  }
  return x;
}

constexpr TensorType infer_binary(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const TensorType y = operands.type(Param::y);
  operands.holds(x.dtype == y.dtype, "x and y must be of one dtype");
  operands.holds(is_arithmetic(x), "x and y must be fp16, fp32 or int32");
  return {x.dtype, broadcast(x.shape, y.shape, operands)};
}

constexpr TensorType infer_logical(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const TensorType y = operands.type(Param::y);
  operands.holds(x.dtype == DType::boolean && y.dtype == DType::boolean, "x and y must be bools");
  return {DType::boolean, broadcast(x.shape, y.shape, operands)};
}

constexpr TensorType infer_logical_not(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  operands.holds(x.dtype == DType::boolean, "x must be bools");
  return x;
}

constexpr TensorType infer_select(const Operands& operands) {
  const TensorType a = operands.type(Param::a);
  const TensorType b = operands.type(Param::b);
  const TensorType cond = operands.type(Param::cond);
  operands.holds(cond.dtype == DType::boolean, "cond must be bools");
  operands.holds(a.dtype == b.dtype && a.dtype != DType::string, "a and b must be of one dtype");
  return {a.dtype, broadcast(broadcast(a.shape, b.shape, operands), cond.shape, operands)};
}

/// The dtypes between which `cast` converts (coremltools, iOS17's elementwise_unary).
inline constexpr DType castable[]{fp16, fp32, int32, DType::boolean, int8, uint8, DType::int16, DType::uint16};

constexpr TensorType infer_cast(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  operands.holds(x.dtype != DType::string, "x must not be a string");
  const std::string_view name = operands.text(Param::dtype);
  for (const DType dtype : castable)
    if (same_text(facts(dtype).name, name)) return {dtype, x.shape};
  operands.holds(false, "dtype must be fp16, fp32, int32, int16, uint16, int8, uint8 or bool");
  return {};
}

}  // namespace anechain::mil::detail
