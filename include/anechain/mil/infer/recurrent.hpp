// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include <anechain/mil/infer/shapes.hpp>

/// The types of recurrent layers.
namespace anechain::mil {

/// A recurrent layer's extents, all checked: x is [steps, batch, inputs].
struct RecurrentGeometry {
  std::int64_t steps = 1, batch = 1, inputs = 1, hidden = 1;
  bool forward = true;    ///< a cell that goes through the steps in order
  bool backward = false;  ///< one that goes from the last to the first
  bool sequence = false;  ///< every step is given, not the last alone

  constexpr std::int64_t directions() const { return forward && backward ? 2 : 1; }
};

namespace detail {

constexpr void check_matrix(const Operands& operands, Param param, std::int64_t rows, std::int64_t columns, DType dtype) {
  const TensorType type = operands.type(param);
  const bool fits = type.shape.rank == 2 && type.shape[0] == rows && type.shape[1] == columns;
  operands.holds(param, fits && type.dtype == dtype, "must be [{}, {}] of x's dtype", rows, columns);
}

constexpr void check_vector(const Operands& operands, Param param, std::int64_t elements, DType dtype) {
  if (!operands.has(param)) return;
  const TensorType type = operands.type(param);
  operands.holds(param, type.shape.rank == 1 && type.shape[0] == elements && type.dtype == dtype, "must be [{}] of x's dtype", elements);
}

}  // namespace detail

/// Reads and checks lstm(...) or gru(...): four gates [input, forget, output, cell], or three [reset, output, update].
constexpr RecurrentGeometry recurrent_geometry(const Operands& operands) {
  const bool is_lstm = operands.kind() == OpKind::lstm;
  const TensorType x = operands.type(Param::x);
  const TensorType recurrent = operands.type(Param::weight_hh);
  if (!detail::require_floating(operands, Param::x) ||
      !operands.holds(x.shape.rank == 3, "x has rank {}, it must be 3: [steps, batch, inputs]", x.shape.rank) ||
      !operands.holds(Param::weight_hh, recurrent.shape.rank == 2, "has rank {}, it must be 2", recurrent.shape.rank))
    return {};
  const std::string_view direction = operands.text_or(Param::direction, "forward");
  const bool both = is_lstm && same_text(direction, "bidirectional");
  RecurrentGeometry geometry{.steps = x.shape[0], .batch = x.shape[1], .inputs = x.shape[2], .hidden = recurrent.shape[1]};
  geometry.backward = both || same_text(direction, "reverse");
  geometry.forward = both || !geometry.backward;
  geometry.sequence = operands.flag(Param::output_sequence);
  operands.holds(Param::direction, both || geometry.backward || same_text(direction, "forward"),
                 is_lstm ? "must be forward, reverse or bidirectional" : "must be forward or reverse");
  const std::int64_t rows = (is_lstm ? 4 : 3) * geometry.hidden;
  detail::check_matrix(operands, Param::weight_ih, rows, geometry.inputs, x.dtype);
  detail::check_matrix(operands, Param::weight_hh, rows, geometry.hidden, x.dtype);
  detail::check_vector(operands, Param::bias, rows, x.dtype);
  detail::check_matrix(operands, Param::initial_h, geometry.batch, geometry.directions() * geometry.hidden, x.dtype);
  if (is_lstm) {
    detail::check_matrix(operands, Param::initial_c, geometry.batch, geometry.directions() * geometry.hidden, x.dtype);
    detail::check_vector(operands, Param::peephole, 3 * geometry.hidden, x.dtype);
  }
  if (both) {
    detail::check_matrix(operands, Param::weight_ih_back, rows, geometry.inputs, x.dtype);
    detail::check_matrix(operands, Param::weight_hh_back, rows, geometry.hidden, x.dtype);
    detail::check_vector(operands, Param::bias_back, rows, x.dtype);
    detail::check_vector(operands, Param::peephole_back, 3 * geometry.hidden, x.dtype);
  }
  return geometry;
}

namespace detail {

/// The outputs, then the last hidden state, then, for lstm, the last cell state.
constexpr TensorType infer_recurrent(const Operands& operands, std::uint32_t index) {
  const RecurrentGeometry geometry = recurrent_geometry(operands);
  const DType dtype = operands.type(Param::x).dtype;
  const std::int64_t width = geometry.directions() * geometry.hidden;
  if (index > 0) return {dtype, {{geometry.batch, width}, 2}};
  return {dtype, {{geometry.sequence ? geometry.steps : 1, geometry.batch, width}, 3}};
}

}  // namespace detail
}  // namespace anechain::mil
