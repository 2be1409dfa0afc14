// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <anechain/devices/host/cell.hpp>
#include <anechain/devices/host/gemm.hpp>
#include <anechain/devices/host/wide.hpp>
#include <anechain/mil/infer.hpp>

/// What the host computes as matrix products.
namespace anechain::host::detail {

/// A product's extents, refused where what is counted from them might not be countable.
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

/// One operand of a product: a matrix, or several of the same extents one after another.
struct ProductOperand {
  Place place;                      ///< unless it is constant
  const float* constant = nullptr;  ///< while planning
  std::int64_t elements = 0;        ///< of a constant, in all
  bool transposed = false;

  ProductOperand(Place of, bool is_transposed = false) : place(of), transposed(is_transposed) {}
  ProductOperand(const Planning& plan, mil::Param param, bool is_transposed = false) : transposed(is_transposed) {
    if (const Cell* const cells = plan.constant(plan.operands.id(param)); cells != nullptr) {
      constant = numbers(cells);
      elements = plan.type(param).elements();
    } else {
      place = plan.place(param);
    }
  }
};

/// A product as part of a plan: constant operands are packed while planning, others at each run into working memory.
class PlannedProduct {
 public:
  /// `rounds`: the result to half precision.
  PlannedProduct(const Planning& plan, const ProductShape& shape, const ProductOperand& left, const ProductOperand& right, bool rounds)
      : product_(shape),
        left_{left.place, nullptr, 0, left.transposed ? shape.rows : shape.depth, left.transposed},
        right_{right.place, nullptr, 0, right.transposed ? shape.depth : shape.columns, right.transposed},
        left_elements_(shape.rows * shape.depth),
        right_elements_(shape.depth * shape.columns),
        rounds_(rounds),
        helper_(plan.helper) {
    if (left.constant == nullptr) {
      left_.working = plan.reserve(product_.left_floats());
    } else {
      float* to = plan.keep(cells(left.elements / left_elements_, product_.left_floats()));
      left_.packed = to;
      for (std::int64_t at = 0; at < left.elements; at += left_elements_, to += product_.left_floats())
        product_.pack_left({left.constant + at, left_.stride, left.transposed}, to);
    }
    if (right.constant == nullptr) {
      right_.working = plan.reserve(product_.right_floats());
    } else {
      float* to = plan.keep(cells(right.elements / right_elements_, product_.right_floats()));
      right_.packed = to;
      for (std::int64_t at = 0; at < right.elements; at += right_elements_, to += product_.right_floats())
        product_.pack_right({right.constant + at, right_.stride, right.transposed}, to);
    }
  }

  /// result = left * right, or result += left * right. The operands start so many elements behind their places.
  void run(Cell* memory, std::int64_t left_at, std::int64_t right_at, float* result, bool adds = false) const {
    const Panels left = left_.packed != nullptr ? Panels{left_.packed + left_at / left_elements_ * product_.left_floats()}
                                                : product_.pack_left(left_.matrix(memory, left_at), numbers(memory + left_.working));
    const Panels right = right_.packed != nullptr ? Panels{right_.packed + right_at / right_elements_ * product_.right_floats()}
                                                  : product_.right(right_.matrix(memory, right_at), numbers(memory + right_.working));
    product_.run(left, right, result, adds, rounds_, helper_);
  }

 private:
  struct Side {
    Place place;
    const float* packed;
    std::size_t working;
    std::int64_t stride;
    bool transposed;

    Matrix matrix(const Cell* memory, std::int64_t at) const { return {place.numbers_in(memory) + at, stride, transposed}; }
  };

  Product product_;
  Side left_, right_;
  std::int64_t left_elements_, right_elements_;
  bool rounds_;
  Helper* helper_;
};

inline Task matmul(const Planning& plan) {
  plan.require_floating_for(plan.type());
  const mil::Shape x = plan.type(mil::Param::x).shape;
  const mil::Shape y = plan.type(mil::Param::y).shape;
  const mil::Shape result_shape = plan.type().shape;
  const bool transpose_x = plan.operands.flag(mil::Param::transpose_x);
  const bool transpose_y = plan.operands.flag(mil::Param::transpose_y);
  const ProductShape shape = counted(result_shape[-2], result_shape[-1], x[transpose_x ? -2 : -1], "matmul");
  const PlannedProduct product{
      plan, shape, {plan, mil::Param::x, transpose_x}, {plan, mil::Param::y, transpose_y}, plan.type().dtype == mil::fp16};
  return [=, batch = MatrixBatch<2>{result_shape, {x, y}}, to = plan.to()](Cell* memory) {
    float* result = numbers(memory + to);
    batch.for_each([&](const std::array<std::int64_t, 2>& at) {
      product.run(memory, at[0], at[1], result);
      result += shape.rows * shape.columns;
    });
  };
}

inline Task linear(const Planning& plan) {
  plan.require_floating_for(plan.type());
  const mil::Shape x = plan.type(mil::Param::x).shape;
  const std::int64_t inputs = x[-1];
  const ProductShape shape = counted(x.elements() / inputs, plan.type().shape[-1], inputs, "linear");
  const PlannedProduct product{plan, shape, {plan, mil::Param::x}, {plan, mil::Param::weight, true}, plan.type().dtype == mil::fp16};
  const bool has_bias = plan.operands.has(mil::Param::bias);
  return [=, bias = has_bias ? plan.place(mil::Param::bias) : Place{}, to = plan.to()](Cell* memory) {
    float* const result = numbers(memory + to);
    for (std::int64_t row = 0; has_bias && row < shape.rows; ++row)
      std::copy_n(bias.numbers_in(memory), shape.columns, result + row * shape.columns);
    product.run(memory, 0, 0, result, has_bias);
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
  const PlannedProduct compare{plan, scores, {plan, mil::Param::query}, {plan, mil::Param::key, true}, false};
  const PlannedProduct mix{plan, mixed, Place{nullptr, working}, {plan, mil::Param::value}, false};
  const auto scale = static_cast<float>(plan.operands.real_or(mil::Param::scale, 1 / std::sqrt(static_cast<double>(query[-1]))));
  return [=, batch = MatrixBatch<4>{result_shape, {query, key, value, mask_shape}}, to = plan.to()](Cell* memory) {
    float* result = numbers(memory + to);
    float* const score = numbers(memory + working);
    batch.for_each([&](const std::array<std::int64_t, 4>& at) {
      compare.run(memory, at[0], at[1], score);
      for (std::int64_t i = 0; i < scores.rows * scores.columns; ++i) score[i] *= scale;
      if (has_mask) mask.add_to(score, scores.rows, scores.columns, mask.place.in(memory) + at[3]);
      softmax_rows()(score, scores.rows, scores.columns);
      mix.run(memory, 0, at[2], result);
      result += mixed.rows * mixed.columns;
    });
  };
}

}  // namespace anechain::host::detail
