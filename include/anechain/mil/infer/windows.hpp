// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <anechain/mil/infer/shapes.hpp>

/// Windows that walk over spatial axes: convolutions and pooling.
namespace anechain::mil {

/// How a window walks along one spatial axis.
struct WindowAxis {
  std::int64_t input, kernel, stride, dilation, pad_before, pad_after, output;
};

/// The axes of a window, in order; there are one to three.
struct Windows {
  WindowAxis axes[3];
  int axis_count;
};

/// A convolution's extents, all checked.
struct ConvGeometry : Windows {
  std::int64_t batch, groups, input_channels, output_channels;
};

namespace detail {

inline constexpr std::int64_t window_limit = std::int64_t{1} << 31;

/// Positions of a window along an axis. Core ML's `ceil_mode` is PyTorch's: a last window that would start in the padding
/// behind the input is left out (coremltools, ops/defs/_utils.py, spatial_dimensions_out_shape).
constexpr std::int64_t window_positions(const WindowAxis& axis, std::int64_t reach, bool ceil_mode) {
  const std::int64_t padding = axis.pad_before + axis.pad_after;
  const std::int64_t room = axis.input + padding - reach;
  if (!ceil_mode) return room / axis.stride + 1;
  const std::int64_t positions = (room + axis.stride - 1) / axis.stride + 1;
  return padding > 0 && (positions - 1) * axis.stride >= axis.input + axis.pad_before ? positions - 1 : positions;
}

/// Reads strides, pad_type, pad and, where `dilates`, dilations. `kernel` has an extent for each spatial axis of x.
constexpr Windows windows(const Operands& operands, const Shape& x, const std::int64_t* kernel, bool dilates) {
  Windows windows{{}, x.rank - 2};
  const std::int64_t count = windows.axis_count;
  const std::string_view pad_type = operands.text_or(Param::pad_type, "valid");
  const bool custom = same_text(pad_type, "custom");
  const bool same_upper = same_text(pad_type, "same");
  const bool same = same_upper || same_text(pad_type, "same_lower");
  operands.holds(same || custom || same_text(pad_type, "valid"), "pad_type must be valid, same, same_lower or custom");
  const bool has_strides = operands.has(Param::strides);
  const bool has_dilations = dilates && operands.has(Param::dilations);
  const bool has_pad = custom && operands.has(Param::pad);  // it says nothing otherwise
  const std::int64_t* const strides = has_strides ? operands.numbers(Param::strides, count).data() : nullptr;
  const std::int64_t* const dilations = has_dilations ? operands.numbers(Param::dilations, count).data() : nullptr;
  const std::int64_t* const pad = has_pad ? operands.numbers(Param::pad, 2 * count).data() : nullptr;
  const bool ceil_mode = operands.flag(Param::ceil_mode);
  operands.holds(!ceil_mode || !same, "ceil_mode must be false where pad_type is same");
  if (operands.broken()) return {};
  for (int i = 0; i < windows.axis_count; ++i) {
    WindowAxis axis{x[2 + i], kernel[i], has_strides ? strides[i] : 1, has_dilations ? dilations[i] : 1, 0, 0, 0};
    if (!operands.holds(axis.stride >= 1 && axis.stride < window_limit, "a stride must be at least 1, not {}", axis.stride) ||
        !operands.holds(axis.dilation >= 1 && axis.dilation < window_limit, "a dilation must be at least 1, not {}", axis.dilation) ||
        !operands.holds(axis.kernel >= 1, "a kernel must reach over at least 1 element, not {}", axis.kernel) ||
        !operands.holds(axis.kernel < window_limit && axis.input < window_limit, "an extent of {} is too large",
                        std::max(axis.kernel, axis.input)))
      return {};
    const std::int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
    if (same) {
      axis.output = (axis.input + axis.stride - 1) / axis.stride;
      const std::int64_t total = std::max<std::int64_t>(0, (axis.output - 1) * axis.stride + reach - axis.input);
      axis.pad_before = same_upper ? total / 2 : total - total / 2;
      axis.pad_after = total - axis.pad_before;
    } else {
      if (has_pad) {
        axis.pad_before = pad[2 * i];
        axis.pad_after = pad[2 * i + 1];
        if (!operands.holds(axis.pad_before >= 0 && axis.pad_after >= 0 && axis.pad_before < window_limit && axis.pad_after < window_limit,
                            "padding must not be negative: {} before, {} after", axis.pad_before, axis.pad_after) ||
            !operands.holds(!ceil_mode || axis.pad_before == axis.pad_after,
                            "padding must be the same on both sides where ceil_mode is true: {} before, {} after", axis.pad_before,
                            axis.pad_after))
          return {};
      }
      const std::int64_t padded = axis.input + axis.pad_before + axis.pad_after;
      if (!operands.holds(reach <= padded, "the kernel reaches over {} elements, the padded input has {}", reach, padded)) return {};
      axis.output = window_positions(axis, reach, ceil_mode);
    }
    windows.axes[i] = axis;
  }
  return windows;
}

constexpr bool has_spatial_axes(const Operands& operands, const TensorType& x) {
  return operands.holds(x.shape.rank >= 3 && x.shape.rank <= 5, "the input has rank {}, it must be 3, 4 or 5", x.shape.rank);
}

}  // namespace detail

/// Reads and checks conv(x, weight, bias?, strides?, pad?, pad_type?, dilations?, groups?). x is [batch, channels,
/// spatial...], weight [output channels, input channels / groups, kernel...], bias [output channels].
constexpr ConvGeometry conv_geometry(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const TensorType weight = operands.type(Param::weight);
  if (!detail::has_spatial_axes(operands, x) ||
      !operands.holds(weight.shape.rank == x.shape.rank, "the weight has rank {}, the input {}", weight.shape.rank, x.shape.rank) ||
      !operands.holds(weight.dtype == x.dtype, "the input and the weight must be of one dtype") ||
      !operands.holds(detail::is_floating(x), "the input must be of a floating dtype"))
    return {};

  ConvGeometry geometry{{}, x.shape[0], operands.number_or(Param::groups, 1), x.shape[1], weight.shape[0]};
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
    if (!operands.holds(bias.shape.rank == 1, "the bias has rank {}, it must be 1", bias.shape.rank) ||
        !operands.holds(bias.shape[0] == geometry.output_channels, "the bias has {} elements, the weight {} output channels",
                        bias.elements(), geometry.output_channels) ||
        !operands.holds(bias.dtype == x.dtype, "the input and the bias must be of one dtype"))
      return {};
  }
  static_cast<Windows&>(geometry) = detail::windows(operands, x.shape, weight.shape.extents + 2, true);
  return geometry;
}

/// Reads and checks max_pool or avg_pool(x, kernel_sizes, strides?, pad_type, pad?, ceil_mode?).
constexpr Windows pool_windows(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  if (!detail::has_spatial_axes(operands, x) || !detail::require_floating(operands, Param::x)) return {};
  const auto kernel = operands.numbers(Param::kernel_sizes, x.shape.rank - 2);
  operands.holds(!operands.flag(Param::ceil_mode) || x.shape.rank <= 4, "ceil_mode is for one or two spatial axes, not for {}",
                 x.shape.rank - 2);
  if (operands.broken()) return {};
  const Windows windows = detail::windows(operands, x.shape, kernel.data(), false);
  for (int i = 0; i < windows.axis_count; ++i) {
    const WindowAxis& axis = windows.axes[i];
    const std::int64_t last = (axis.output - 1) * axis.stride - axis.pad_before;
    operands.holds(axis.pad_before < axis.kernel && last < axis.input,
                   "a window has no element of x: it starts at {}, the axis has {} elements",
                   axis.pad_before < axis.kernel ? last : -axis.pad_before, axis.input);
  }
  return windows;
}

namespace detail {

constexpr TensorType infer_conv(const Operands& operands) {
  const ConvGeometry geometry = conv_geometry(operands);
  TensorType result{operands.type(Param::x).dtype, {{geometry.batch, geometry.output_channels}, 2 + geometry.axis_count}};
  for (int i = 0; i < geometry.axis_count; ++i) result.shape[2 + i] = geometry.axes[i].output;
  return result;
}

constexpr TensorType infer_pool(const Operands& operands) {
  const Windows windows = pool_windows(operands);
  TensorType result = operands.type(Param::x);
  for (int i = 0; i < windows.axis_count; ++i) result.shape[2 + i] = windows.axes[i].output;
  return result;
}

}  // namespace detail
}  // namespace anechain::mil
