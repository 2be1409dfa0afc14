// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include <anechain/devices/host/helper.hpp>
#include <anechain/mil/operands.hpp>

/// How the host keeps values while it computes, and how its tasks walk over them.
namespace anechain::host {

/// One element of any value, in four bytes: fp16 and fp32 as a float, integers and bools as int32.
union Cell {
  float number;
  std::int32_t integer;
};

/// Where a value's cells are: constants have an address, all others a place in the request's scratch memory.
struct Place {
  const Cell* constant = nullptr;
  std::size_t scratch = 0;

  const Cell* in(const Cell* memory) const { return constant != nullptr ? constant : memory + scratch; }
  const float* numbers_in(const Cell* memory) const { return &in(memory)->number; }
};

/// One planned operation: reads and writes the scratch memory that it is given.
using Task = std::function<void(Cell* memory)>;

/// A result of an operation: its type, and where it goes.
struct Result {
  mil::TensorType type;
  std::size_t to;
};

/// Whether results are elements of the operands, so that they need no rounding.
inline bool only_moves(mil::OpKind kind) {
  return facts(kind).family == mil::Family::movement || kind == mil::OpKind::relu || kind == mil::OpKind::maximum ||
         kind == mil::OpKind::minimum || kind == mil::OpKind::select || kind == mil::OpKind::max_pool;
}

/// What a task is planned from: the operands, where they are, where the results go, and a way to get working memory, which is
/// the task's own while it runs. What only planning reads of a constant, and then keeps in another form, need not stay as it is.
struct Planning {
  const mil::Operands& operands;
  std::span<const Result> results;
  std::function<Place(std::int32_t value)> place_of;
  std::function<const Cell*(std::int32_t value)> constant;  ///< to be read now; nullptr where the value is none
  std::function<float*(std::int64_t floats)> keep;          ///< memory that lives as long as the plan
  std::function<std::size_t(std::int64_t cells)> reserve;
  Helper* helper = nullptr;  ///< lives as long as the plan

  const mil::TensorType& type() const { return results[0].type; }
  std::size_t to() const { return results[0].to; }
  mil::TensorType type(mil::Param param) const { return operands.type(param); }
  Place place(mil::Param param) const { return place_of(operands.id(param)); }

  /// Whether what is computed must be rounded to half precision.
  bool rounds() const { return type().dtype == mil::fp16 && !only_moves(operands.kind()); }

  /// For operations whose arithmetic on integers nobody has established.
  void require_floating_for(const mil::TensorType& type) const {
    operands.holds(facts(type.dtype).floating, "the host computes it for fp16 and fp32 only");
  }
};

namespace detail {

inline const float* numbers(const Cell* cells) { return &cells->number; }
inline float* numbers(Cell* cells) { return &cells->number; }

inline bool is_float(const mil::TensorType& type) { return facts(type.dtype).floating; }

/// Steps, in elements, from one element to the next along each axis.
using Steps = std::array<std::int64_t, mil::max_rank>;

inline std::size_t index(int axis) { return static_cast<std::size_t>(axis); }

/// Those of a packed tensor.
inline Steps steps_of(const mil::Shape& shape) {
  Steps steps{};
  std::int64_t step = 1;
  for (int axis = shape.rank - 1; axis >= 0; step *= shape[axis--]) steps[index(axis)] = step;
  return steps;
}

/// Those of a tensor that broadcasts to `to`: none along axes that stretch.
inline Steps broadcast_steps(const mil::Shape& from, const mil::Shape& to) {
  const Steps own = steps_of(from);
  Steps steps{};
  for (int axis = 0; axis < from.rank; ++axis)
    if (from[axis] != 1) steps[index(axis + to.rank - from.rank)] = own[index(axis)];
  return steps;
}

inline std::size_t innermost(const mil::Shape& shape) { return index(std::max(shape.rank - 1, 0)); }

/// Visits the elements of a shape in order, row by row, with the offsets of `N` tensors that are walked along by steps
/// of their own: `row(index of the row's first element, offsets of the row's start)`.
template <std::size_t N, class Row>
void for_each_row(const mil::Shape& shape, const std::array<Steps, N>& steps, Row row) {
  Steps at{};
  std::array<std::int64_t, N> offsets{};
  const std::int64_t length = shape.row_elements();
  const std::int64_t elements = shape.elements();
  for (std::int64_t first = 0; first < elements; first += length) {
    row(first, offsets);
    for (int axis = shape.rank - 2; axis >= 0; --axis) {
      const std::size_t i = index(axis);
      for (std::size_t n = 0; n < N; ++n) offsets[n] += steps[n][i];
      if (++at[i] < shape[axis]) break;
      at[i] = 0;
      for (std::size_t n = 0; n < N; ++n) offsets[n] -= steps[n][i] * shape[axis];
    }
  }
}

/// A shape that several tensors are walked along in, with as few axes as it can have: those that all of them go through at a
/// steady pace become one, and rows become long.
template <std::size_t N>
struct Merged {
  mil::Shape shape;
  std::array<Steps, N> steps{};

  Merged(const mil::Shape& full, const std::array<Steps, N>& given) {
    for (int axis = 0; axis < full.rank; ++axis) {
      if (full[axis] == 1 && axis + 1 < full.rank) continue;
      const bool joins = shape.rank > 0 && goes_on(full[axis], axis, given);
      if (joins)
        shape.extents[shape.rank - 1] *= full[axis];
      else
        shape.extents[shape.rank++] = full[axis];
      for (std::size_t n = 0; n < N; ++n) steps[n][index(shape.rank - 1)] = given[n][index(axis)];
    }
  }

 private:
  bool goes_on(std::int64_t extent, int axis, const std::array<Steps, N>& given) const {
    for (std::size_t n = 0; n < N; ++n)
      if (steps[n][index(shape.rank - 1)] != given[n][index(axis)] * extent) return false;
    return true;
  }
};

/// A tensor seen along one axis: so many blocks, each with `length` rows of `inner` elements.
struct Lines {
  std::int64_t outer = 1, length = 1, inner = 1;

  Lines(const mil::Shape& shape, int axis) : length(shape.rank == 0 ? 1 : shape[axis]) {
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank; ++i) inner *= shape[i];
  }
};

/// A size of working memory: a product that can be counted.
inline std::int64_t cells(std::int64_t a, std::int64_t b) { return mil::checked_product(a, b, "working memory"); }

/// Towards zero; what does not fit becomes the nearest integer that does, a NaN becomes 0.
inline std::int32_t to_integer(float number) {
  constexpr float limit = 0x1p31f;
  if (number != number) return 0;
  if (number >= limit) return std::numeric_limits<std::int32_t>::max();
  if (number < -limit) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(number);
}

}  // namespace detail
}  // namespace anechain::host
