// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

#include <anechain/mil/operands.hpp>

/// What the rules of several operations have in common.
namespace anechain::mil {
namespace detail {

/// The shape that two shapes broadcast to: aligned at the innermost axis, an extent of 1 stretches.
constexpr Shape broadcast(const Shape& a, const Shape& b, const Operands& operands) {
  if (a == b) return a;
  Shape result{{}, std::max(a.rank, b.rank)};
  for (int axis = -1; axis >= -result.rank; --axis) {
    const std::int64_t left = -axis <= a.rank ? a[axis] : 1;
    const std::int64_t right = -axis <= b.rank ? b[axis] : 1;
    operands.holds(left == right || left == 1 || right == 1, "extents {} and {} do not broadcast", left, right);
    result[axis] = std::max(left, right);
  }
  return result;
}

/// A shape without its two innermost axes: what a matrix product is repeated over.
constexpr Shape batch_of(Shape shape) {
  shape[-1] = shape[-2] = 0;
  shape.rank -= 2;
  return shape;
}

constexpr bool is_floating(const TensorType& type) { return type.dtype == fp16 || type.dtype == fp32; }

constexpr bool require_floating(const Operands& operands, Param param) {
  return operands.holds(param, is_floating(operands.type(param)), "must be fp16 or fp32");
}

constexpr bool require_one_dtype(const Operands& operands, Param first, Param second) {
  return operands.holds(operands.type(first).dtype == operands.type(second).dtype,
                        first == Param::x && second == Param::y ? "x and y must be of one dtype" : "the operands must be of one dtype");
}

}  // namespace detail

/// Which axes an operation works over.
struct Axes {
  bool marked[max_rank]{};

  constexpr bool operator[](int axis) const { return marked[axis]; }
};

/// The axes that `axes` lists; all of them where it is left out and `all` says so.
constexpr Axes listed_axes(const Operands& operands, int rank, bool all) {
  Axes axes;
  if (!operands.has(Param::axes)) {
    for (int axis = 0; axis < rank; ++axis) axes.marked[axis] = all;
    return axes;
  }
  for (const std::int64_t given : operands.numbers(Param::axes)) {
    const int axis = operands.counted_axis(given, rank);
    if (operands.broken()) return axes;
    operands.holds(Param::axes, !axes.marked[axis], "names axis {} twice", given);
    axes.marked[axis] = true;
  }
  return axes;
}

}  // namespace anechain::mil
