// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include <anechain/mil/graph.hpp>

namespace anechain::mil {

/// The operands of one operation, read from the graph by name. What inference and devices see of an operation.
class Operands {
 public:
  constexpr Operands(const Graph& graph, OpKind kind, std::span<const Argument> arguments)
      : graph_(graph), arguments_(arguments), operation_(facts(kind).name.data()) {}

  constexpr bool has(Param param) const { return id(param) >= 0; }
  constexpr std::int32_t id(Param param) const { return graph_.argument(arguments_, param); }
  constexpr const TensorType& type(Param param) const {
    require(has(param), operation_, "an operand is missing");
    return graph_[id(param)].type;
  }

  /// The elements of an integer or bool operand, which must be a constant.
  constexpr std::span<const std::int64_t> numbers(Param param) const {
    const Constant& constant = known(param);
    require(constant.kind == Constant::Kind::numbers && !facts(type(param).dtype).floating, operation_, "an operand must hold integers");
    return graph_.numbers_of(constant);
  }

  /// The same, with the count checked.
  constexpr std::span<const std::int64_t> numbers(Param param, std::int64_t count) const {
    const auto found = numbers(param);
    require(std::ssize(found) == count, operation_, "a constant operand has {} elements where {} are needed", std::ssize(found), count);
    return found;
  }

  constexpr std::int64_t number(Param param) const { return numbers(param, 1)[0]; }
  constexpr bool flag(Param param) const { return has(param) && number(param) != 0; }

  constexpr std::string_view text(Param param) const {
    const Constant& constant = known(param);
    require(constant.kind == Constant::Kind::text, operation_, "an operand must be a string");
    return graph_.text(constant.text);
  }

  constexpr const char* operation() const { return operation_; }

 private:
  constexpr const Constant& known(Param param) const {
    require(has(param), operation_, "an operand is missing");
    const Constant* constant = graph_.constant_of(id(param));
    require(constant != nullptr, operation_, "an operand must be a constant");
    return *constant;
  }

  const Graph& graph_;
  std::span<const Argument> arguments_;
  const char* operation_;
};

/// How a convolution walks along one spatial axis.
struct ConvAxis {
  std::int64_t input, kernel, stride, dilation, pad_before, pad_after, output;
};

/// A convolution's extents, all checked. Spatial axes in order; a convolution has one to three.
struct ConvGeometry {
  std::int64_t batch, groups, input_channels, output_channels;
  ConvAxis axes[3];
  int axis_count;
};

/// Reads and checks conv(x, weight, bias?, strides, pad, pad_type, dilations, groups). x is [batch, channels, spatial...],
/// weight [output channels, input channels / groups, kernel...], bias [output channels].
constexpr ConvGeometry conv_geometry(const Operands& operands) {
  const char* conv = operands.operation();
  const TensorType& x = operands.type(Param::x);
  const TensorType& weight = operands.type(Param::weight);
  require(x.shape.rank >= 3 && x.shape.rank <= 5, conv, "the input has rank {}, it must be 3, 4 or 5", x.shape.rank);
  require(weight.shape.rank == x.shape.rank, conv, "the weight has rank {}, the input {}", weight.shape.rank, x.shape.rank);
  require(weight.dtype == x.dtype, conv, "the input and the weight must be of one dtype");

  ConvGeometry geometry{x.shape[0], operands.number(Param::groups), x.shape[1], weight.shape[0], {}, x.shape.rank - 2};
  const std::int64_t groups = geometry.groups;
  require(groups >= 1, conv, "there must be at least 1 group, not {}", groups);
  require(geometry.input_channels % groups == 0, conv, "the input's {} channels are not a multiple of {} groups", geometry.input_channels, groups);
  require(geometry.output_channels % groups == 0, conv, "the weight's {} output channels are not a multiple of {} groups", geometry.output_channels, groups);
  require(geometry.input_channels == weight.shape[1] * groups, conv, "the input has {} channels, the weight takes {}", geometry.input_channels,
          weight.shape[1] * groups);
  if (operands.has(Param::bias)) {
    const TensorType& bias = operands.type(Param::bias);
    require(bias.shape.rank == 1 && bias.shape[0] == geometry.output_channels, conv, "the bias has {} elements, the weight {} output channels",
            bias.elements(), geometry.output_channels);
    require(bias.dtype == x.dtype, conv, "the input and the bias must be of one dtype");
  }

  const std::string_view pad_type = operands.text(Param::pad_type);
  const bool same = pad_type == "same" || pad_type == "same_lower";
  require(same || pad_type == "valid" || pad_type == "custom", conv, "pad_type must be valid, same, same_lower or custom");
  const auto strides = operands.numbers(Param::strides, geometry.axis_count);
  const auto dilations = operands.numbers(Param::dilations, geometry.axis_count);
  const auto pad = operands.numbers(Param::pad, 2 * geometry.axis_count);
  for (int i = 0; i < geometry.axis_count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    constexpr std::int64_t limit = std::int64_t{1} << 31;
    ConvAxis axis{x.shape[2 + i], weight.shape[2 + i], strides[at], dilations[at], 0, 0, 0};
    require(axis.stride >= 1 && axis.stride < limit, conv, "a stride must be at least 1, not {}", axis.stride);
    require(axis.dilation >= 1 && axis.dilation < limit, conv, "a dilation must be at least 1, not {}", axis.dilation);
    const std::int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
    if (same) {
      axis.output = (axis.input + axis.stride - 1) / axis.stride;
      const std::int64_t total = std::max<std::int64_t>(0, (axis.output - 1) * axis.stride + reach - axis.input);
      axis.pad_before = pad_type == "same" ? total / 2 : total - total / 2;
      axis.pad_after = total - axis.pad_before;
    } else {
      if (pad_type == "custom") {
        axis.pad_before = pad[2 * at];
        axis.pad_after = pad[2 * at + 1];
        require(axis.pad_before >= 0 && axis.pad_after >= 0 && axis.pad_before < limit && axis.pad_after < limit, conv,
                "padding must not be negative: {} before, {} after", axis.pad_before, axis.pad_after);
      }
      const std::int64_t padded = axis.input + axis.pad_before + axis.pad_after;
      require(reach <= padded, conv, "the kernel reaches over {} elements, the padded input has {}", reach, padded);
      axis.output = (padded - reach) / axis.stride + 1;
    }
    geometry.axes[i] = axis;
  }
  return geometry;
}

namespace detail {

/// The shape that two shapes broadcast to: aligned at the innermost axis, an extent of 1 stretches.
constexpr Shape broadcast(const Shape& a, const Shape& b, const char* operation) {
  Shape result{{}, std::max(a.rank, b.rank)};
  for (int axis = -1; axis >= -result.rank; --axis) {
    const std::int64_t left = -axis <= a.rank ? a[axis] : 1;
    const std::int64_t right = -axis <= b.rank ? b[axis] : 1;
    require(left == right || left == 1 || right == 1, operation, "extents {} and {} do not broadcast", left, right);
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

constexpr TensorType infer_elementwise(const Operands& operands) {
  const TensorType& x = operands.type(Param::x);
  const TensorType& y = operands.type(Param::y);
  require(x.dtype == y.dtype, operands.operation(), "x and y must be of one dtype");
  return {x.dtype, broadcast(x.shape, y.shape, operands.operation())};
}

constexpr TensorType infer_cast(const Operands& operands) {
  const std::string_view name = operands.text(Param::dtype);
  for (const DType dtype : {fp16, fp32, int32})
    if (facts(dtype).name == name) return {dtype, operands.type(Param::x).shape};
  require(false, operands.operation(), "dtype must be fp16, fp32 or int32");
  return {};
}

constexpr TensorType infer_conv(const Operands& operands) {
  const ConvGeometry geometry = conv_geometry(operands);
  TensorType result{operands.type(Param::x).dtype, {{geometry.batch, geometry.output_channels}, 2 + geometry.axis_count}};
  for (int i = 0; i < geometry.axis_count; ++i) result.shape[2 + i] = geometry.axes[i].output;
  return result;
}

constexpr TensorType infer_matmul(const Operands& operands) {
  const char* matmul = operands.operation();
  const TensorType& x = operands.type(Param::x);
  const TensorType& y = operands.type(Param::y);
  require(x.dtype == y.dtype, matmul, "x and y must be of one dtype");
  require(x.shape.rank >= 2 && y.shape.rank >= 2, matmul, "x has rank {} and y rank {}, both must be at least 2", x.shape.rank, y.shape.rank);
  const bool transpose_x = operands.flag(Param::transpose_x);
  const bool transpose_y = operands.flag(Param::transpose_y);
  const std::int64_t inner_x = x.shape[transpose_x ? -2 : -1];
  const std::int64_t inner_y = y.shape[transpose_y ? -1 : -2];
  require(inner_x == inner_y, matmul, "the inner extents differ: {} in x, {} in y", inner_x, inner_y);
  Shape shape = broadcast(batch_of(x.shape), batch_of(y.shape), matmul);
  shape.rank += 2;
  shape[-2] = x.shape[transpose_x ? -1 : -2];
  shape[-1] = y.shape[transpose_y ? -2 : -1];
  return {x.dtype, shape};
}

constexpr TensorType infer_reshape(const Operands& operands) {
  const TensorType& x = operands.type(Param::x);
  const auto extents = operands.numbers(Param::shape);
  require(std::ssize(extents) <= max_rank, operands.operation(), "a rank of {} is more than the {} that anechain represents", std::ssize(extents), max_rank);
  TensorType result{x.dtype, {{}, static_cast<int>(extents.size())}};
  std::int64_t left = x.elements();
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    require(extents[axis] >= 1 && left % extents[axis] == 0, operands.operation(), "an extent of {} does not divide the {} elements left", extents[axis], left);
    left /= extents[axis];
    result.shape.extents[axis] = extents[axis];
  }
  require(left == 1, operands.operation(), "x has {} times as many elements as the new shape", left);
  return result;
}

constexpr TensorType infer_transpose(const Operands& operands) {
  const TensorType& x = operands.type(Param::x);
  const auto permutation = operands.numbers(Param::perm, x.shape.rank);
  TensorType result{x.dtype, {{}, x.shape.rank}};
  bool seen[max_rank]{};
  for (int axis = 0; axis < x.shape.rank; ++axis) {
    const std::int64_t from = permutation[static_cast<std::size_t>(axis)];
    const std::int64_t source = from < 0 ? from + x.shape.rank : from;
    require(source >= 0 && source < x.shape.rank, operands.operation(), "perm names axis {} of a tensor of rank {}", from, x.shape.rank);
    require(!seen[source], operands.operation(), "perm names axis {} twice", from);
    seen[source] = true;
    result.shape[axis] = x.shape[static_cast<int>(source)];
  }
  return result;
}

}  // namespace detail

/// The type of an operation's result, from its operands. Throws TypeError (or stops the constant evaluation) where they
/// do not fit the operation. The builder and the parser's check both call it, so one rule holds for both.
constexpr TensorType infer(const Operands& operands, OpKind kind) {
  switch (kind) {
    case OpKind::add:
    case OpKind::mul: return detail::infer_elementwise(operands);
    case OpKind::cast: return detail::infer_cast(operands);
    case OpKind::conv: return detail::infer_conv(operands);
    case OpKind::matmul: return detail::infer_matmul(operands);
    case OpKind::relu: return operands.type(Param::x);
    case OpKind::reshape: return detail::infer_reshape(operands);
    case OpKind::transpose: return detail::infer_transpose(operands);
    case OpKind::constant: break;
  }
  require(false, operands.operation(), "its result type is the one it declares");
  return {};
}

}  // namespace anechain::mil
