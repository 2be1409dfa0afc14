// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <anechain/devices/host/cell.hpp>
#include <anechain/devices/host/gemm.hpp>
#include <anechain/devices/host/reductions.hpp>
#include <anechain/mil/infer.hpp>

/// What the host computes as matrix products.
namespace anechain::host::detail {

/// A product's extents, refused where a CBLAS could not count them.
inline ProductShape counted(std::int64_t rows, std::int64_t columns, std::int64_t depth, const char* operation) {
  for (const std::int64_t extent : {rows, columns, depth})
    mil::require(extent <= std::numeric_limits<std::int32_t>::max(), operation,
                 "a matrix product with an extent of {} is too large for the host", extent);
  return {rows, columns, depth};
}

/// Matrices that are multiplied one by one: their outer axes broadcast to those of the result.
template <std::size_t N>
struct MatrixBatch {
  mil::Shape batch;
  std::array<Steps, N> steps{};

  MatrixBatch(const mil::Shape& result, const std::array<mil::Shape, N>& operands) : batch(result) {
    batch.rank -= 2;
    for (std::size_t n = 0; n < N; ++n) {
      mil::Shape outer = operands[n];
      outer.rank -= 2;
      steps[n] = broadcast_steps(outer, batch);
      for (std::int64_t& step : steps[n]) step *= operands[n][-2] * operands[n][-1];
    }
  }

  /// `visit(where the operands' matrices start)`, for each matrix of the result in order.
  template <class Visit>
  void for_each(Visit visit) const {
    for_each_row(batch, steps, [&](std::int64_t, std::array<std::int64_t, N> offsets) {
      for (std::int64_t i = 0; i < batch.row_elements(); ++i) {
        visit(offsets);
        for (std::size_t n = 0; n < N; ++n) offsets[n] += steps[n][innermost(batch)];
      }
    });
  }
};

inline Task matmul(const Planning& plan) {
  plan.require_floating_for(plan.type());
  const mil::Shape x = plan.type(mil::Param::x).shape;
  const mil::Shape y = plan.type(mil::Param::y).shape;
  const mil::Shape result_shape = plan.type().shape;
  const bool transpose_x = plan.operands.flag(mil::Param::transpose_x);
  const bool transpose_y = plan.operands.flag(mil::Param::transpose_y);
  const ProductShape product = counted(result_shape[-2], result_shape[-1], x[transpose_x ? -2 : -1], "matmul");
  return [=, batch = MatrixBatch<2>{result_shape, {x, y}}, x_stride = x[-1], y_stride = y[-1], left = plan.place(mil::Param::x),
          right = plan.place(mil::Param::y), to = plan.to()](Cell* memory) {
    float* result = numbers(memory + to);
    batch.for_each([&](const std::array<std::int64_t, 2>& at) {
      multiply(product, {left.numbers_in(memory) + at[0], x_stride, transpose_x}, {right.numbers_in(memory) + at[1], y_stride, transpose_y},
               result, product.columns);
      result += product.rows * product.columns;
    });
  };
}

inline Task linear(const Planning& plan) {
  plan.require_floating_for(plan.type());
  const mil::Shape x = plan.type(mil::Param::x).shape;
  const std::int64_t inputs = x[-1];
  const std::int64_t outputs = plan.type().shape[-1];
  const ProductShape product = counted(x.elements() / inputs, outputs, inputs, "linear");
  const bool has_bias = plan.operands.has(mil::Param::bias);
  return [=, from = plan.place(mil::Param::x), weight = plan.place(mil::Param::weight),
          bias = has_bias ? plan.place(mil::Param::bias) : Place{}, to = plan.to()](Cell* memory) {
    float* const result = numbers(memory + to);
    multiply(product, {from.numbers_in(memory), inputs}, {weight.numbers_in(memory), inputs, true}, result, outputs);
    if (!has_bias) return;
    const float* const offset = bias.numbers_in(memory);
    for (std::int64_t row = 0; row < product.rows; ++row)
      for (std::int64_t i = 0; i < outputs; ++i) result[row * outputs + i] += offset[i];
  };
}

/// Adds a mask to a matrix of scores: numbers, or bools of which the false ones hide.
struct AttentionMask {
  Place place;
  bool is_bool = false;
  std::int64_t row_step = 0, column_step = 0;

  void add_to(float* scores, std::int64_t rows, std::int64_t columns, const Cell* mask) const {
    constexpr float hidden = -std::numeric_limits<float>::infinity();
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t column = 0; column < columns; ++column) {
        const Cell cell = mask[row * row_step + column * column_step];
        scores[row * columns + column] += is_bool ? (cell.integer != 0 ? 0 : hidden) : cell.number;
      }
  }
};

inline Task attention(const Planning& plan) {
  const mil::Shape query = plan.type(mil::Param::query).shape;
  const mil::Shape key = plan.type(mil::Param::key).shape;
  const mil::Shape value = plan.type(mil::Param::value).shape;
  const mil::Shape result_shape = plan.type().shape;
  const bool has_mask = plan.operands.has(mil::Param::attn_mask);
  AttentionMask mask;
  mil::Shape mask_shape{{1, 1}, 2};
  if (has_mask) {
    const mil::TensorType type = plan.type(mil::Param::attn_mask);
    mask = {plan.place(mil::Param::attn_mask), type.dtype == mil::boolean};
    mask_shape = {{}, std::max(type.shape.rank, 2)};
    for (int axis = -1; axis >= -mask_shape.rank; --axis) mask_shape[axis] = -axis <= type.shape.rank ? type.shape[axis] : 1;
    mask.column_step = mask_shape[-1] == 1 ? 0 : 1;
    mask.row_step = mask_shape[-2] == 1 ? 0 : mask_shape[-1];
  }
  const ProductShape scores = counted(query[-2], key[-2], query[-1], "scaled_dot_product_attention");
  const ProductShape mixed = counted(query[-2], value[-1], key[-2], "scaled_dot_product_attention");
  const std::size_t working = plan.reserve(cells(scores.rows, scores.columns));
  const auto scale = static_cast<float>(plan.operands.real_or(mil::Param::scale, 1 / std::sqrt(static_cast<double>(query[-1]))));
  return [=, batch = MatrixBatch<4>{result_shape, {query, key, value, mask_shape}}, q = plan.place(mil::Param::query),
          k = plan.place(mil::Param::key), v = plan.place(mil::Param::value), to = plan.to()](Cell* memory) {
    float* result = numbers(memory + to);
    float* const score = numbers(memory + working);
    batch.for_each([&](const std::array<std::int64_t, 4>& at) {
      multiply(scores, {q.numbers_in(memory) + at[0], scores.depth}, {k.numbers_in(memory) + at[1], scores.depth, true}, score,
               scores.columns);
      for (std::int64_t i = 0; i < scores.rows * scores.columns; ++i) score[i] *= scale;
      if (has_mask) mask.add_to(score, scores.rows, scores.columns, mask.place.in(memory) + at[3]);
      for (std::int64_t row = 0; row < scores.rows; ++row) softmax_row(score + row * scores.columns, scores.columns);
      multiply(mixed, {score, mixed.depth}, {v.numbers_in(memory) + at[2], mixed.columns}, result, mixed.columns);
      result += mixed.rows * mixed.columns;
    });
  };
}

}  // namespace anechain::host::detail
