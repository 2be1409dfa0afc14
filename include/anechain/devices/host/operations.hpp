// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <anechain/devices/host/gemm.hpp>
#include <anechain/mil/infer.hpp>

/// How the host computes each operation. Every element of every value lies in a cell of four bytes: fp16 and fp32 as a
/// float, integers as int32.
namespace anechain::host {

union Cell {
  float number;
  std::int32_t integer;
};

/// Where a value's cells are: constants have an address, all others a place in the request's scratch memory.
struct Place {
  const Cell* constant = nullptr;
  std::size_t scratch = 0;

  const Cell* in(const Cell* memory) const { return constant != nullptr ? constant : memory + scratch; }
};

/// One planned operation: reads and writes the scratch memory that it is given.
using Task = std::function<void(Cell* memory)>;

/// What a task is planned from: the operands, where they are, where the result goes, and a way to get working memory.
struct Planning {
  const mil::Operands& operands;
  const mil::TensorType& result;
  std::size_t to;
  std::function<Place(mil::Param)> place;
  std::function<std::size_t(std::int64_t cells)> reserve;
};

namespace detail {

inline const float* numbers(const Cell* cells) { return &cells->number; }
inline float* numbers(Cell* cells) { return &cells->number; }

/// A product's extents, refused where a CBLAS could not count them.
inline ProductShape counted(std::int64_t rows, std::int64_t columns, std::int64_t depth, const char* operation) {
  for (const std::int64_t extent : {rows, columns, depth})
    mil::require(extent <= std::numeric_limits<std::int32_t>::max(), operation,
                 "a matrix product with an extent of {} is too large for the host", extent);
  return {rows, columns, depth};
}

/// Steps, in elements, from one element to the next along each axis of a packed tensor.
inline std::array<std::int64_t, mil::max_rank> steps_of(const mil::Shape& shape) {
  std::array<std::int64_t, mil::max_rank> steps{};
  std::int64_t step = 1;
  for (int axis = shape.rank - 1; axis >= 0; step *= shape[axis--]) steps[static_cast<std::size_t>(axis)] = step;
  return steps;
}

/// The same for a tensor that broadcasts to `to`: no step along axes that stretch.
inline std::array<std::int64_t, mil::max_rank> broadcast_steps(const mil::Shape& from, const mil::Shape& to) {
  const auto own = steps_of(from);
  std::array<std::int64_t, mil::max_rank> steps{};
  for (int axis = 0; axis < from.rank; ++axis)
    if (from[axis] != 1) steps[static_cast<std::size_t>(axis + to.rank - from.rank)] = own[static_cast<std::size_t>(axis)];
  return steps;
}

/// Visits the elements of a shape in order, row by row, with the offsets of `N` tensors that are walked along by steps
/// of their own: `row(index of the row's first element, offsets of the row's start)`.
template <std::size_t N, class Row>
void for_each_row(const mil::Shape& shape, const std::array<std::array<std::int64_t, mil::max_rank>, N>& steps, Row row) {
  std::array<std::int64_t, mil::max_rank> index{};
  std::array<std::int64_t, N> offsets{};
  const std::int64_t length = shape.row_elements();
  for (std::int64_t first = 0; first < shape.elements(); first += length) {
    row(first, offsets);
    for (int axis = shape.rank - 2; axis >= 0; --axis) {
      const auto at = static_cast<std::size_t>(axis);
      for (std::size_t n = 0; n < N; ++n) offsets[n] += steps[n][at];
      if (++index[at] < shape[axis]) break;
      index[at] = 0;
      for (std::size_t n = 0; n < N; ++n) offsets[n] -= steps[n][at] * shape[axis];
    }
  }
}

/// x op y, element by element, broadcasting.
template <class Operation>
Task elementwise(const Planning& plan, Operation operation) {
  const mil::Shape shape = plan.result.shape;
  const std::array steps{broadcast_steps(plan.operands.type(mil::Param::x).shape, shape),
                         broadcast_steps(plan.operands.type(mil::Param::y).shape, shape)};
  const std::int64_t length = shape.row_elements();
  const auto innermost = static_cast<std::size_t>(std::max(shape.rank - 1, 0));
  return [=, x = plan.place(mil::Param::x), y = plan.place(mil::Param::y), to = plan.to](Cell* memory) {
    for_each_row(shape, steps, [&](std::int64_t first, const std::array<std::int64_t, 2>& offsets) {
      const Cell* left = x.in(memory) + offsets[0];
      const Cell* right = y.in(memory) + offsets[1];
      Cell* result = memory + to + first;
      for (std::int64_t i = 0; i < length; ++i) result[i] = operation(left[i * steps[0][innermost]], right[i * steps[1][innermost]]);
    });
  };
}

inline Task add(const Planning& plan) {
  if (facts(plan.result.dtype).floating) return elementwise(plan, [](Cell x, Cell y) { return Cell{.number = x.number + y.number}; });
  return elementwise(plan, [](Cell x, Cell y) {
    return Cell{.integer = static_cast<std::int32_t>(static_cast<std::uint32_t>(x.integer) + static_cast<std::uint32_t>(y.integer))};
  });
}

inline Task mul(const Planning& plan) {
  if (facts(plan.result.dtype).floating) return elementwise(plan, [](Cell x, Cell y) { return Cell{.number = x.number * y.number}; });
  return elementwise(plan, [](Cell x, Cell y) {
    return Cell{.integer = static_cast<std::int32_t>(static_cast<std::uint32_t>(x.integer) * static_cast<std::uint32_t>(y.integer))};
  });
}

/// f(x), element by element.
template <class Operation>
Task unary(const Planning& plan, Operation operation) {
  return [operation, count = plan.result.elements(), x = plan.place(mil::Param::x), to = plan.to](Cell* memory) {
    const Cell* from = x.in(memory);
    Cell* result = memory + to;
    for (std::int64_t i = 0; i < count; ++i) result[i] = operation(from[i]);
  };
}

/// A NaN stays a NaN.
inline Task relu(const Planning& plan) {
  if (facts(plan.result.dtype).floating) return unary(plan, [](Cell x) { return Cell{.number = x.number < 0 ? 0 : x.number}; });
  return unary(plan, [](Cell x) { return Cell{.integer = std::max(x.integer, 0)}; });
}

/// Towards zero; what does not fit becomes the nearest integer that does, a NaN becomes 0.
inline std::int32_t to_integer(float number) {
  constexpr float limit = 0x1p31f;
  if (std::isnan(number)) return 0;
  if (number >= limit) return std::numeric_limits<std::int32_t>::max();
  if (number < -limit) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(number);
}

inline Task cast(const Planning& plan) {
  const bool from = facts(plan.operands.type(mil::Param::x).dtype).floating;
  const bool to = facts(plan.result.dtype).floating;
  if (from && !to) return unary(plan, [](Cell x) { return Cell{.integer = to_integer(x.number)}; });
  if (!from && to) return unary(plan, [](Cell x) { return Cell{.number = static_cast<float>(x.integer)}; });
  return unary(plan, [](Cell x) { return x; });
}

inline Task reshape(const Planning& plan) {
  return unary(plan, [](Cell x) { return x; });
}

inline Task transpose(const Planning& plan) {
  const mil::Shape shape = plan.result.shape;
  const mil::Shape source = plan.operands.type(mil::Param::x).shape;
  const auto permutation = plan.operands.numbers(mil::Param::perm);
  const auto own = steps_of(source);
  std::array<std::array<std::int64_t, mil::max_rank>, 1> steps{};
  for (std::size_t axis = 0; axis < permutation.size(); ++axis) {
    const std::int64_t from = permutation[axis];
    steps[0][axis] = own[static_cast<std::size_t>(from < 0 ? from + source.rank : from)];
  }
  const std::int64_t length = shape.row_elements();
  const std::int64_t step = shape.rank == 0 ? 0 : steps[0][static_cast<std::size_t>(shape.rank - 1)];
  return [=, x = plan.place(mil::Param::x), to = plan.to](Cell* memory) {
    for_each_row(shape, steps, [&](std::int64_t first, const std::array<std::int64_t, 1>& offsets) {
      const Cell* from = x.in(memory) + offsets[0];
      Cell* result = memory + to + first;
      for (std::int64_t i = 0; i < length; ++i) result[i] = from[i * step];
    });
  };
}

inline Task matmul(const Planning& plan) {
  const mil::Shape x = plan.operands.type(mil::Param::x).shape;
  const mil::Shape y = plan.operands.type(mil::Param::y).shape;
  const bool transpose_x = plan.operands.flag(mil::Param::transpose_x);
  const bool transpose_y = plan.operands.flag(mil::Param::transpose_y);
  const ProductShape product = counted(plan.result.shape[-2], plan.result.shape[-1], x[transpose_x ? -2 : -1], "matmul");
  mil::Shape batch = plan.result.shape;
  batch.rank -= 2;
  const std::int64_t block = plan.result.shape[-2] * plan.result.shape[-1];
  const auto outer_steps = [&](const mil::Shape& operand) {
    mil::Shape outer = operand;
    outer.rank -= 2;
    auto steps = broadcast_steps(outer, batch);
    for (std::int64_t& step : steps) step *= operand[-2] * operand[-1];
    return steps;
  };
  std::vector<std::array<std::int64_t, 2>> offsets;
  const std::array steps{outer_steps(x), outer_steps(y)};
  for_each_row(batch, steps, [&](std::int64_t, const std::array<std::int64_t, 2>& start) {
    const std::int64_t length = batch.row_elements();
    const auto innermost = static_cast<std::size_t>(std::max(batch.rank - 1, 0));
    for (std::int64_t i = 0; i < length; ++i) offsets.push_back({start[0] + i * steps[0][innermost], start[1] + i * steps[1][innermost]});
  });
  return [=, x_stride = x[-1], y_stride = y[-1], left = plan.place(mil::Param::x), right = plan.place(mil::Param::y),
          to = plan.to](Cell* memory) {
    float* result = numbers(memory + to);
    for (const auto& [x_offset, y_offset] : offsets) {
      multiply(product, {numbers(left.in(memory) + x_offset), x_stride, transpose_x},
               {numbers(right.in(memory) + y_offset), y_stride, transpose_y}, result, product.columns);
      result += block;
    }
  };
}

/// A convolution as a matrix product: the weight, [output channels, channels * kernel], times the input's patches,
/// [channels * kernel, output positions]. A 1x1 convolution's patches are its input itself.
struct Convolution {
  mil::ConvGeometry geometry;
  std::array<mil::ConvAxis, 3> axes;  ///< always three: missing outer ones have extent 1
  std::int64_t input_positions = 1, output_positions = 1, kernel_positions = 1;
  std::int64_t group_inputs, group_outputs;
  bool pointwise = true;

  explicit Convolution(const mil::ConvGeometry& given)
      : geometry(given), group_inputs(given.input_channels / given.groups), group_outputs(given.output_channels / given.groups) {
    axes.fill({1, 1, 1, 1, 0, 0, 1});
    for (int i = 0; i < given.axis_count; ++i) axes[static_cast<std::size_t>(i + 3 - given.axis_count)] = given.axes[i];
    for (const mil::ConvAxis& axis : axes) {
      input_positions *= axis.input;
      output_positions *= axis.output;
      kernel_positions *= axis.kernel;
      pointwise = pointwise && axis.kernel == 1 && axis.stride == 1 && axis.pad_before == 0 && axis.pad_after == 0;
    }
  }

  std::int64_t patch_cells() const {
    return pointwise ? 0 : mil::checked_product(mil::checked_product(group_inputs, kernel_positions, "conv"), output_positions, "conv");
  }

  /// Lays out the patches of one group's channels.
  void gather(const float* input, float* patches) const {
    for (std::int64_t channel = 0; channel < group_inputs; ++channel, input += input_positions)
      for (std::int64_t kd = 0; kd < axes[0].kernel; ++kd)
        for (std::int64_t kh = 0; kh < axes[1].kernel; ++kh)
          for (std::int64_t kw = 0; kw < axes[2].kernel; ++kw)
            for (std::int64_t d = 0; d < axes[0].output; ++d)
              for (std::int64_t h = 0; h < axes[1].output; ++h, patches += axes[2].output)
                gather_row(input, at(0, d, kd), at(1, h, kh), kw, patches);
  }

 private:
  /// The input position that an output position reads through a kernel position; outside where the padding is.
  std::int64_t at(std::size_t axis, std::int64_t output, std::int64_t kernel) const {
    return output * axes[axis].stride + kernel * axes[axis].dilation - axes[axis].pad_before;
  }

  void gather_row(const float* input, std::int64_t depth, std::int64_t row, std::int64_t kw, float* patch) const {
    const bool inside = depth >= 0 && depth < axes[0].input && row >= 0 && row < axes[1].input;
    const float* line = inside ? input + (depth * axes[1].input + row) * axes[2].input : nullptr;
    for (std::int64_t w = 0; w < axes[2].output; ++w) {
      const std::int64_t column = at(2, w, kw);
      patch[w] = inside && column >= 0 && column < axes[2].input ? line[column] : 0;
    }
  }
};

inline Task conv(const Planning& plan) {
  const Convolution shape{mil::conv_geometry(plan.operands)};
  const ProductShape product = counted(shape.group_outputs, shape.output_positions,
                                       mil::checked_product(shape.group_inputs, shape.kernel_positions, "conv"), "conv");
  const std::size_t scratch = plan.reserve(shape.patch_cells());
  const bool has_bias = plan.operands.has(mil::Param::bias);
  return [=, x = plan.place(mil::Param::x), weight = plan.place(mil::Param::weight),
          bias = has_bias ? plan.place(mil::Param::bias) : Place{}, to = plan.to](Cell* memory) {
    const float* input = numbers(x.in(memory));
    float* result = numbers(memory + to);
    for (std::int64_t i = 0; i < shape.geometry.batch * shape.geometry.groups; ++i) {
      const std::int64_t group = i % shape.geometry.groups;
      const float* patches = input;
      if (!shape.pointwise) {
        shape.gather(input, numbers(memory + scratch));
        patches = numbers(memory + scratch);
      }
      multiply(product, {numbers(weight.in(memory)) + group * product.rows * product.depth, product.depth}, {patches, product.columns},
               result, product.columns);
      if (has_bias) {
        const float* offset = numbers(bias.in(memory)) + group * product.rows;
        for (std::int64_t row = 0; row < product.rows; ++row)
          for (std::int64_t column = 0; column < product.columns; ++column) result[row * product.columns + column] += offset[row];
      }
      input += shape.group_inputs * shape.input_positions;
      result += product.rows * product.columns;
    }
  };
}

}  // namespace detail

/// The task of an operation. Every operation that inference knows is known here.
inline Task task_for(mil::OpKind kind, const Planning& plan) {
  switch (kind) {
    case mil::OpKind::add: return detail::add(plan);
    case mil::OpKind::cast: return detail::cast(plan);
    case mil::OpKind::conv: return detail::conv(plan);
    case mil::OpKind::matmul: return detail::matmul(plan);
    case mil::OpKind::mul: return detail::mul(plan);
    case mil::OpKind::relu: return detail::relu(plan);
    case mil::OpKind::reshape: return detail::reshape(plan);
    case mil::OpKind::transpose: return detail::transpose(plan);
    case mil::OpKind::constant: break;
  }
  return [](Cell*) {};
}

}  // namespace anechain::host
