// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include <anechain/devices/host/cell.hpp>
#include <anechain/devices/host/products.hpp>
#include <anechain/mil/infer.hpp>

/// What the host computes with windows that walk over spatial axes.
namespace anechain::host::detail {

/// A window seen as one over three axes: missing outer ones have extent 1.
struct Extended {
  std::array<mil::WindowAxis, 3> axes;
  std::int64_t input_positions = 1, output_positions = 1, kernel_positions = 1;
  bool pointwise = true;

  explicit Extended(const mil::Windows& given) {
    axes.fill({1, 1, 1, 1, 0, 0, 1});
    for (int i = 0; i < given.axis_count; ++i) axes[index(i + 3 - given.axis_count)] = given.axes[i];
    for (const mil::WindowAxis& axis : axes) {
      input_positions *= axis.input;
      output_positions *= axis.output;
      kernel_positions = cells(kernel_positions, axis.kernel);
      pointwise = pointwise && axis.kernel == 1 && axis.stride == 1 && axis.pad_before == 0 && axis.pad_after == 0;
    }
  }

  /// The input position that an output position reads through a kernel position; outside where the padding is.
  std::int64_t at(std::size_t axis, std::int64_t output, std::int64_t kernel) const {
    return output * axes[axis].stride + kernel * axes[axis].dilation - axes[axis].pad_before;
  }
};

/// A convolution as a matrix product: the weight, [output channels, channels * kernel], times the input's patches,
/// [channels * kernel, output positions]. A 1x1 convolution's patches are its input itself.
struct Convolution {
  mil::ConvGeometry geometry;
  Extended window;
  std::int64_t group_inputs, group_outputs;

  explicit Convolution(const mil::ConvGeometry& given)
      : geometry(given),
        window(given),
        group_inputs(given.input_channels / given.groups),
        group_outputs(given.output_channels / given.groups) {}

  std::int64_t patch_cells() const {
    return window.pointwise ? 0 : cells(cells(group_inputs, window.kernel_positions), window.output_positions);
  }

  /// Lays out the patches of one group's channels.
  void gather(const float* input, float* patches) const {
    for (std::int64_t channel = 0; channel < group_inputs; ++channel, input += window.input_positions)
      for (std::int64_t kd = 0; kd < window.axes[0].kernel; ++kd)
        for (std::int64_t kh = 0; kh < window.axes[1].kernel; ++kh)
          for (std::int64_t kw = 0; kw < window.axes[2].kernel; ++kw)
            for (std::int64_t d = 0; d < window.axes[0].output; ++d)
              for (std::int64_t h = 0; h < window.axes[1].output; ++h, patches += window.axes[2].output)
                gather_row(input, window.at(0, d, kd), window.at(1, h, kh), kw, patches);
  }

 private:
  void gather_row(const float* input, std::int64_t depth, std::int64_t row, std::int64_t kw, float* patch) const {
    const bool inside = depth >= 0 && depth < window.axes[0].input && row >= 0 && row < window.axes[1].input;
    const float* line = inside ? input + (depth * window.axes[1].input + row) * window.axes[2].input : nullptr;
    for (std::int64_t w = 0; w < window.axes[2].output; ++w) {
      const std::int64_t column = window.at(2, w, kw);
      patch[w] = inside && column >= 0 && column < window.axes[2].input ? line[column] : 0;
    }
  }
};

inline Task conv(const Planning& plan) {
  const Convolution shape{mil::conv_geometry(plan.operands)};
  const ProductShape extents =
      counted(shape.group_outputs, shape.window.output_positions, cells(shape.group_inputs, shape.window.kernel_positions), "conv");
  const std::size_t scratch = plan.reserve(shape.patch_cells());
  const ProductOperand patches = shape.window.pointwise ? ProductOperand{plan, mil::Param::x} : ProductOperand{Place{nullptr, scratch}};
  const PlannedProduct product{plan, extents, {plan, mil::Param::weight}, patches, plan.type().dtype == mil::fp16};
  const bool has_bias = plan.operands.has(mil::Param::bias);
  return [=, x = shape.window.pointwise ? Place{} : plan.place(mil::Param::x), bias = has_bias ? plan.place(mil::Param::bias) : Place{},
          to = plan.to()](Cell* memory) {
    float* result = numbers(memory + to);
    for (std::int64_t i = 0; i < shape.geometry.batch * shape.geometry.groups; ++i) {
      const std::int64_t group = i % shape.geometry.groups;
      const std::int64_t input = i * shape.group_inputs * shape.window.input_positions;
      if (!shape.window.pointwise) shape.gather(x.numbers_in(memory) + input, numbers(memory + scratch));
      for (std::int64_t row = 0; has_bias && row < extents.rows; ++row)
        std::fill_n(result + row * extents.columns, extents.columns, bias.numbers_in(memory)[group * extents.rows + row]);
      product.run(memory, group * extents.rows * extents.depth, shape.window.pointwise ? input : 0, result, has_bias);
      result += extents.rows * extents.columns;
    }
  };
}

/// Visits the input elements within a window: `visit(offset of the element)`.
template <class Visit>
void for_each_in_window(const Extended& window, std::int64_t d, std::int64_t h, std::int64_t w, Visit visit) {
  const auto range = [&](std::size_t axis, std::int64_t output) {
    const std::int64_t start = window.at(axis, output, 0);
    return std::pair{std::max<std::int64_t>(start, 0), std::min(start + window.axes[axis].kernel, window.axes[axis].input)};
  };
  const auto [first_depth, last_depth] = range(0, d);
  const auto [first_row, last_row] = range(1, h);
  const auto [first_column, last_column] = range(2, w);
  for (std::int64_t depth = first_depth; depth < last_depth; ++depth)
    for (std::int64_t row = first_row; row < last_row; ++row)
      for (std::int64_t column = first_column; column < last_column; ++column)
        visit((depth * window.axes[1].input + row) * window.axes[2].input + column);
}

/// What of a window lies within the input and its padding: what avg_pool divides by. A window that ceil_mode lets reach
/// further does not count what is behind the padding, as in PyTorch.
inline std::int64_t padded_count(const Extended& window, const std::array<std::int64_t, 3>& output) {
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const mil::WindowAxis& along = window.axes[axis];
    const std::int64_t start = window.at(axis, output[axis], 0);
    count *= std::min(start + along.kernel, along.input + along.pad_after) - start;
  }
  return count;
}

inline Task pool(const Planning& plan) {
  const Extended window{mil::pool_windows(plan.operands)};
  const mil::Shape shape = plan.type().shape;
  const bool averages = plan.operands.kind() == mil::OpKind::avg_pool;
  const bool only_inside = plan.operands.flag(mil::Param::exclude_padding_from_average);
  return [=, planes = shape[0] * shape[1], x = plan.place(mil::Param::x), to = plan.to()](Cell* memory) {
    const float* from = x.numbers_in(memory);
    float* result = numbers(memory + to);
    for (std::int64_t plane = 0; plane < planes; ++plane, from += window.input_positions)
      for (std::int64_t d = 0; d < window.axes[0].output; ++d)
        for (std::int64_t h = 0; h < window.axes[1].output; ++h)
          for (std::int64_t w = 0; w < window.axes[2].output; ++w) {
            float most = -std::numeric_limits<float>::infinity();
            float sum = 0;
            std::int64_t inside = 0;
            for_each_in_window(window, d, h, w, [&](std::int64_t at) {
              most = most != most || most > from[at] ? most : from[at];
              sum += from[at];
              ++inside;
            });
            const std::int64_t count = only_inside ? inside : padded_count(window, {d, h, w});
            *result++ = averages ? sum / static_cast<float>(count) : most;
          }
  };
}

}  // namespace anechain::host::detail
