// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <anechain/mil/graph.hpp>

namespace anechain::mil {

/// A rule of an operation that a program breaks, as data: what a diagnostic is made from.
struct BrokenRule {
  OpKind operation{};
  const char* rule = nullptr;  ///< null: none is broken
  std::int64_t first = 0;
  std::int64_t second = 0;
};

/// The operands of one operation, read from the graph by name, and the place where its rules are enforced. What
/// inference and devices see of an operation.
class Operands {
 public:
  /// A broken rule throws TypeError; in a constant evaluation it is written to `broken`, where one is given, so that a
  /// diagnostic can be made whose template arguments are the facts. Only the first is kept.
  constexpr Operands(const Graph& graph, OpKind kind, std::span<const Argument> arguments, BrokenRule* broken = nullptr)
      : graph_(graph), kind_(kind), broken_(broken) {
    const Argument* const end = arguments.data() + arguments.size();
    for (const Argument* argument = arguments.data(); argument != end; ++argument)
      bound_[static_cast<std::size_t>(argument->param)] = argument->value + 1;
  }

  /// Enforces a rule: "{}" in it stand for the two numbers.
  constexpr bool holds(bool condition, const char* rule, std::int64_t first = 0, std::int64_t second = 0) const {
    if (condition) return true;
    if (broken_ == nullptr || !std::is_constant_evaluated()) require(false, facts(kind_).name.data(), rule, first, second);
    if (broken_->rule == nullptr) *broken_ = {kind_, rule, first, second};
    return false;
  }

  /// Whether a rule was broken and evaluation goes on all the same: what is read then is zero.
  constexpr bool broken() const { return broken_ != nullptr && broken_->rule != nullptr; }

  constexpr bool has(Param param) const { return id(param) >= 0; }
  constexpr std::int32_t id(Param param) const { return bound_[static_cast<std::size_t>(param)] - 1; }
  constexpr TensorType type(Param param) const {
    return holds(has(param), "an operand is missing") ? graph_[id(param)].type : TensorType{};
  }

  /// The elements of an integer or bool operand, which must be a constant. Valid while the graph does not change.
  constexpr std::span<const std::int64_t> numbers(Param param) const {
    const Constant* constant = known(param);
    if (constant == nullptr) return {};
    const bool integers = constant->kind == Constant::Kind::numbers && !facts(type(param).dtype).floating;
    return holds(integers, "an operand must hold integers") ? graph_.numbers_of(*constant) : std::span<const std::int64_t>{};
  }

  /// The same, with the count checked.
  constexpr std::span<const std::int64_t> numbers(Param param, std::int64_t count) const {
    const auto found = numbers(param);
    return holds(std::ssize(found) == count, "a constant operand has {} elements where {} are needed", std::ssize(found), count)
               ? found
               : std::span<const std::int64_t>{};
  }

  constexpr std::int64_t number(Param param) const {
    const auto found = numbers(param, 1);
    return found.empty() ? 0 : found[0];
  }
  constexpr bool flag(Param param) const { return has(param) && number(param) != 0; }

  constexpr std::string_view text(Param param) const {
    const Constant* constant = known(param);
    if (constant == nullptr || !holds(constant->kind == Constant::Kind::text, "an operand must be a string")) return {};
    return graph_.text(constant->text);
  }

 private:
  constexpr const Constant* known(Param param) const {
    if (!holds(has(param), "an operand is missing")) return nullptr;
    const Constant* constant = graph_.constant_of(id(param));
    holds(constant != nullptr, "an operand must be a constant");
    return constant;
  }

  const Graph& graph_;
  std::int32_t bound_[param_table.size()]{};  ///< one more than the value bound to each parameter; 0: none
  OpKind kind_;
  BrokenRule* broken_;
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
  const TensorType x = operands.type(Param::x);
  const TensorType weight = operands.type(Param::weight);
  const int axis_count = x.shape.rank - 2;
  if (!operands.holds(axis_count >= 1 && axis_count <= 3, "the input has rank {}, it must be 3, 4 or 5", x.shape.rank) ||
      !operands.holds(weight.shape.rank == x.shape.rank, "the weight has rank {}, the input {}", weight.shape.rank, x.shape.rank) ||
      !operands.holds(weight.dtype == x.dtype, "the input and the weight must be of one dtype") ||
      !operands.holds(facts(x.dtype).floating, "the input must be of a floating dtype"))
    return {};

  ConvGeometry geometry{x.shape[0], operands.number(Param::groups), x.shape[1], weight.shape[0], {}, axis_count};
  const std::int64_t groups = geometry.groups;
  if (!operands.holds(groups >= 1, "there must be at least 1 group, not {}", groups) ||
      !operands.holds(groups <= geometry.input_channels && geometry.input_channels % groups == 0,
                      "the input's {} channels are not a multiple of {} groups", geometry.input_channels, groups) ||
      !operands.holds(geometry.output_channels % groups == 0, "the weight's {} output channels are not a multiple of {} groups",
                      geometry.output_channels, groups) ||
      !operands.holds(geometry.input_channels == weight.shape[1] * groups, "the input has {} channels, the weight takes {}",
                      geometry.input_channels, weight.shape[1] * groups))
    return {};
  if (operands.has(Param::bias)) {
    const TensorType bias = operands.type(Param::bias);
    if (!operands.holds(bias.shape.rank == 1 && bias.shape[0] == geometry.output_channels,
                        "the bias has {} elements, the weight {} output channels", bias.elements(), geometry.output_channels) ||
        !operands.holds(bias.dtype == x.dtype, "the input and the bias must be of one dtype"))
      return {};
  }

  const std::string_view pad_type = operands.text(Param::pad_type);
  const bool custom = same_text(pad_type, "custom");
  const bool same_upper = same_text(pad_type, "same");
  const bool same = same_upper || same_text(pad_type, "same_lower");
  operands.holds(same || custom || same_text(pad_type, "valid"), "pad_type must be valid, same, same_lower or custom");
  const auto strides = operands.numbers(Param::strides, axis_count);
  const auto dilations = operands.numbers(Param::dilations, axis_count);
  const auto pad = operands.numbers(Param::pad, 2 * std::int64_t{axis_count});
  if (operands.broken()) return {};
  for (int i = 0; i < axis_count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    constexpr std::int64_t limit = std::int64_t{1} << 31;
    ConvAxis axis{x.shape[2 + i], weight.shape[2 + i], strides[at], dilations[at], 0, 0, 0};
    if (!operands.holds(axis.stride >= 1 && axis.stride < limit, "a stride must be at least 1, not {}", axis.stride) ||
        !operands.holds(axis.dilation >= 1 && axis.dilation < limit, "a dilation must be at least 1, not {}", axis.dilation) ||
        !operands.holds(axis.kernel < limit && axis.input < limit, "an extent of {} is too large", std::max(axis.kernel, axis.input)))
      return {};
    const std::int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
    if (same) {
      axis.output = (axis.input + axis.stride - 1) / axis.stride;
      const std::int64_t total = std::max<std::int64_t>(0, (axis.output - 1) * axis.stride + reach - axis.input);
      axis.pad_before = same_upper ? total / 2 : total - total / 2;
      axis.pad_after = total - axis.pad_before;
    } else {
      if (custom) {
        axis.pad_before = pad[2 * at];
        axis.pad_after = pad[2 * at + 1];
        if (!operands.holds(axis.pad_before >= 0 && axis.pad_after >= 0 && axis.pad_before < limit && axis.pad_after < limit,
                            "padding must not be negative: {} before, {} after", axis.pad_before, axis.pad_after))
          return {};
      }
      const std::int64_t padded = axis.input + axis.pad_before + axis.pad_after;
      if (!operands.holds(reach <= padded, "the kernel reaches over {} elements, the padded input has {}", reach, padded)) return {};
      axis.output = (padded - reach) / axis.stride + 1;
    }
    geometry.axes[i] = axis;
  }
  return geometry;
}

namespace detail {

/// The shape that two shapes broadcast to: aligned at the innermost axis, an extent of 1 stretches.
constexpr Shape broadcast(const Shape& a, const Shape& b, const Operands& operands) {
  Shape result{{}, std::max(a.rank, b.rank)};
  for (int axis = -1; axis >= -result.rank; --axis) {
    const std::int64_t left = -axis <= a.rank ? a[axis] : 1;
    const std::int64_t right = -axis <= b.rank ? b[axis] : 1;
    operands.holds(left == right || left == 1 || right == 1, "extents {} and {} do not broadcast", left, right);
    result[axis] = std::max(left, right);
  }
  return result;
}

constexpr bool is_number(DType dtype) { return dtype != DType::string && dtype != DType::boolean; }

/// A shape without its two innermost axes: what a matrix product is repeated over.
constexpr Shape batch_of(Shape shape) {
  shape[-1] = shape[-2] = 0;
  shape.rank -= 2;
  return shape;
}

constexpr TensorType infer_elementwise(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const TensorType y = operands.type(Param::y);
  operands.holds(x.dtype == y.dtype, "x and y must be of one dtype");
  operands.holds(is_number(x.dtype), "x and y must be numbers");
  return {x.dtype, broadcast(x.shape, y.shape, operands)};
}

constexpr TensorType infer_relu(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  operands.holds(is_number(x.dtype), "x must be numbers");
  return x;
}

constexpr TensorType infer_cast(const Operands& operands) {
  operands.holds(operands.type(Param::x).dtype != DType::string, "x must not be a string");
  const std::string_view name = operands.text(Param::dtype);
  for (const DType dtype : {fp16, fp32, int32})
    if (same_text(facts(dtype).name, name)) return {dtype, operands.type(Param::x).shape};
  operands.holds(false, "dtype must be fp16, fp32 or int32");
  return {};
}

constexpr TensorType infer_conv(const Operands& operands) {
  const ConvGeometry geometry = conv_geometry(operands);
  TensorType result{operands.type(Param::x).dtype, {{geometry.batch, geometry.output_channels}, 2 + geometry.axis_count}};
  for (int i = 0; i < geometry.axis_count; ++i) result.shape[2 + i] = geometry.axes[i].output;
  return result;
}

constexpr TensorType infer_matmul(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const TensorType y = operands.type(Param::y);
  if (!operands.holds(x.dtype == y.dtype, "x and y must be of one dtype") ||
      !operands.holds(facts(x.dtype).floating, "x and y must be of a floating dtype") ||
      !operands.holds(x.shape.rank >= 2 && y.shape.rank >= 2, "x has rank {} and y rank {}, both must be at least 2", x.shape.rank,
                      y.shape.rank))
    return {};
  const bool transpose_x = operands.flag(Param::transpose_x);
  const bool transpose_y = operands.flag(Param::transpose_y);
  const std::int64_t inner_x = x.shape[transpose_x ? -2 : -1];
  const std::int64_t inner_y = y.shape[transpose_y ? -1 : -2];
  operands.holds(inner_x == inner_y, "the inner extents differ: {} in x, {} in y", inner_x, inner_y);
  Shape shape = broadcast(batch_of(x.shape), batch_of(y.shape), operands);
  shape.rank += 2;
  shape[-2] = x.shape[transpose_x ? -1 : -2];
  shape[-1] = y.shape[transpose_y ? -2 : -1];
  return {x.dtype, shape};
}

constexpr TensorType infer_reshape(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const auto extents = operands.numbers(Param::shape);
  if (!operands.holds(std::ssize(extents) <= max_rank, "a rank of {} is more than the {} that anechain represents", std::ssize(extents),
                      max_rank))
    return {};
  TensorType result{x.dtype, {{}, static_cast<int>(extents.size())}};
  std::int64_t left = x.elements();
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (!operands.holds(extents[axis] >= 1 && left % extents[axis] == 0, "an extent of {} does not divide the {} elements left",
                        extents[axis], left))
      return {};
    left /= extents[axis];
    result.shape.extents[axis] = extents[axis];
  }
  operands.holds(left == 1, "x has {} times as many elements as the new shape", left);
  return result;
}

constexpr TensorType infer_transpose(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const auto permutation = operands.numbers(Param::perm, x.shape.rank);
  if (operands.broken()) return {};
  TensorType result{x.dtype, {{}, x.shape.rank}};
  bool seen[max_rank]{};
  for (int axis = 0; axis < x.shape.rank; ++axis) {
    const std::int64_t from = permutation[static_cast<std::size_t>(axis)];
    const std::int64_t source = from < 0 ? from + x.shape.rank : from;
    if (!operands.holds(source >= 0 && source < x.shape.rank, "perm names axis {} of a tensor of rank {}", from, x.shape.rank) ||
        !operands.holds(!seen[source], "perm names axis {} twice", from))
      return {};
    seen[source] = true;
    result.shape[axis] = x.shape[static_cast<int>(source)];
  }
  return result;
}

}  // namespace detail

/// The type of an operation's result, from its operands, whose rules it enforces (see Operands). The builder and the
/// parser's check both call it, so one rule holds for both.
constexpr TensorType infer(const Operands& operands, OpKind kind) {
  switch (kind) {
    case OpKind::add:
    case OpKind::mul: return detail::infer_elementwise(operands);
    case OpKind::cast: return detail::infer_cast(operands);
    case OpKind::conv: return detail::infer_conv(operands);
    case OpKind::matmul: return detail::infer_matmul(operands);
    case OpKind::relu: return detail::infer_relu(operands);
    case OpKind::reshape: return detail::infer_reshape(operands);
    case OpKind::transpose: return detail::infer_transpose(operands);
    case OpKind::constant: break;
  }
  operands.holds(false, "its result type is the one it declares");
  return {};
}

}  // namespace anechain::mil
