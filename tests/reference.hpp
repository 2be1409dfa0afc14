// SPDX-License-Identifier: MIT
//
// Naive double-precision reference implementations of some MIL tensor operations, written straight from their
// mathematical definitions with the plainest loops. They are a test oracle: clarity matters here and speed does not.
// Arguments outside a definition's domain throw std::invalid_argument.

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace reference {

/// A dense tensor, row-major: the innermost (last) axis varies fastest. Rank 0 is a scalar with one element.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<double> data;
};

namespace detail {

inline void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

/// A non-negative index or axis as the type that std::vector wants.
inline std::size_t to_size(std::int64_t value) { return static_cast<std::size_t>(value); }

inline std::int64_t rank_of(const std::vector<std::int64_t>& shape) { return static_cast<std::int64_t>(shape.size()); }

/// The product of the dimensions; 1 for rank 0.
inline std::int64_t element_count(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) {
    require(dimension >= 0, "a dimension is negative");
    count *= dimension;
  }
  return count;
}

inline void require_consistent(const Tensor& x) {
  require(to_size(element_count(x.shape)) == x.data.size(), "the tensor's data does not fill its shape");
}

/// The coordinates of the row-major position `offset` in a tensor of this shape.
inline std::vector<std::int64_t> coordinates_of(std::int64_t offset, const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> coordinates(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    coordinates[axis] = offset % shape[axis];
    offset /= shape[axis];
  }
  return coordinates;
}

/// The row-major position of these coordinates in a tensor of this shape (of the same rank).
inline std::int64_t offset_of(const std::vector<std::int64_t>& coordinates, const std::vector<std::int64_t>& shape) {
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) offset = offset * shape[axis] + coordinates[axis];
  return offset;
}

/// numpy's broadcast of two shapes: align them at the last axis, count missing leading dimensions as 1; of each two
/// aligned dimensions, either they are equal or one of them is 1 and the result has the other.
inline std::vector<std::int64_t> broadcast_shape(std::vector<std::int64_t> a, std::vector<std::int64_t> b) {
  while (a.size() < b.size()) a.insert(a.begin(), 1);
  while (b.size() < a.size()) b.insert(b.begin(), 1);
  std::vector<std::int64_t> shape;
  for (std::size_t axis = 0; axis < a.size(); ++axis) {
    require(a[axis] == b[axis] || a[axis] == 1 || b[axis] == 1, "the shapes do not broadcast");
    shape.push_back(a[axis] == 1 ? b[axis] : a[axis]);
  }
  return shape;
}

/// The row-major position, in an operand of this shape, that the broadcast result's `coordinates` read: leading axes
/// that the operand lacks are dropped, and an axis of dimension 1 is read at 0.
inline std::int64_t broadcast_offset(const std::vector<std::int64_t>& coordinates, const std::vector<std::int64_t>& shape) {
  const std::size_t missing = coordinates.size() - shape.size();
  std::vector<std::int64_t> own(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) own[axis] = shape[axis] == 1 ? 0 : coordinates[missing + axis];
  return offset_of(own, shape);
}

/// out[c] = operation(x[c], y[c]) with x and y broadcast to their common shape.
template <typename Operation>
Tensor elementwise(const Tensor& x, const Tensor& y, Operation operation) {
  require_consistent(x);
  require_consistent(y);
  Tensor out{broadcast_shape(x.shape, y.shape), {}};
  const std::int64_t count = element_count(out.shape);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::vector<std::int64_t> coordinates = coordinates_of(i, out.shape);
    const double left = x.data[to_size(broadcast_offset(coordinates, x.shape))];
    const double right = y.data[to_size(broadcast_offset(coordinates, y.shape))];
    out.data.push_back(operation(left, right));
  }
  return out;
}

/// One spatial axis of a convolution.
struct ConvAxis {
  std::int64_t in = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_before = 0;
  std::int64_t out = 1;
};

/// Sets `pad_before` and `out` from the other members. With extent = (kernel - 1) * dilation + 1:
///   valid, custom:    out = floor((in + begin + end - extent) / stride) + 1, begin = end = 0 for valid
///   same, same_lower: out = ceil(in / stride), total = max(0, (out - 1) * stride + extent - in);
///                     before = floor(total / 2) for same, ceil(total / 2) for same_lower
inline void resolve_padding(ConvAxis& axis, const std::string& pad_type, std::int64_t custom_begin, std::int64_t custom_end) {
  require(axis.kernel >= 1 && axis.stride >= 1 && axis.dilation >= 1, "kernel, strides and dilations must be positive");
  const std::int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
  if (pad_type == "same" || pad_type == "same_lower") {
    axis.out = (axis.in + axis.stride - 1) / axis.stride;
    const std::int64_t total = std::max<std::int64_t>(0, (axis.out - 1) * axis.stride + extent - axis.in);
    axis.pad_before = pad_type == "same" ? total / 2 : total - total / 2;
  } else {
    require(pad_type == "valid" || pad_type == "custom", "unknown pad_type");
    const std::int64_t begin = pad_type == "custom" ? custom_begin : 0;
    const std::int64_t end = pad_type == "custom" ? custom_end : 0;
    require(begin >= 0 && end >= 0, "padding must not be negative");
    require(axis.in + begin + end >= extent, "the kernel is larger than the padded input");
    axis.out = (axis.in + begin + end - extent) / axis.stride + 1;
    axis.pad_before = begin;
  }
  require(axis.out >= 1, "the output is empty");
}

}  // namespace detail

/// Convolution (cross-correlation: the kernel is not flipped) over 1 to 3 spatial axes.
/// x: [N, Cin, in...], weight: [Cout, Cin / groups, kernel...], bias: [Cout], or empty for none; out: [N, Cout, out...].
///   out[n, co, o] = bias[co] + sum over ci < Cin / groups and kernel positions k of
///                   weight[co, ci, k] * x[n, g * (Cin / groups) + ci, o * stride + k * dilation - pad_before]
/// with g = floor(co / (Cout / groups)) and x = 0 outside its bounds (such terms are left out, so that even an infinite
/// weight adds nothing there). pad_type is "valid", "same" (out = ceil(in / stride), the odd element of padding after),
/// "same_lower" (the odd element before) or "custom"; `pad` holds begin, end of each spatial axis in order and is read
/// for "custom" only.
inline Tensor conv(const Tensor& x, const Tensor& weight, const std::vector<double>& bias /*may be empty*/,
                   const std::vector<std::int64_t>& strides, const std::vector<std::int64_t>& dilations, const std::string& pad_type,
                   const std::vector<std::int64_t>& pad, std::int64_t groups) {
  using detail::require;
  using detail::to_size;
  detail::require_consistent(x);
  detail::require_consistent(weight);
  require(x.shape.size() >= 3 && x.shape.size() <= 5, "x must have 1 to 3 spatial axes");
  require(weight.shape.size() == x.shape.size(), "x and weight must have the same rank");
  const std::size_t spatial_rank = x.shape.size() - 2;
  require(strides.size() == spatial_rank && dilations.size() == spatial_rank, "strides or dilations of the wrong length");
  require(pad_type != "custom" || pad.size() == 2 * spatial_rank, "pad of the wrong length");

  const std::int64_t batches = x.shape[0];
  const std::int64_t in_channels = x.shape[1];
  const std::int64_t out_channels = weight.shape[0];
  require(groups >= 1 && in_channels % groups == 0 && out_channels % groups == 0, "the channels are not divisible by groups");
  const std::int64_t group_in_channels = in_channels / groups;
  const std::int64_t group_out_channels = out_channels / groups;
  require(weight.shape[1] == group_in_channels, "weight.shape[1] must be Cin / groups");
  require(bias.empty() || bias.size() == to_size(out_channels), "bias of the wrong length");

  // Always three spatial axes: missing leading ones have input, kernel and output of size 1, which changes neither the
  // sum nor the row-major layout.
  std::array<detail::ConvAxis, 3> axes;
  Tensor out{{batches, out_channels}, {}};
  for (std::size_t i = 0; i < spatial_rank; ++i) {
    detail::ConvAxis& axis = axes[3 - spatial_rank + i];
    axis.in = x.shape[2 + i];
    axis.kernel = weight.shape[2 + i];
    axis.stride = strides[i];
    axis.dilation = dilations[i];
    const bool custom = pad_type == "custom";
    detail::resolve_padding(axis, pad_type, custom ? pad[2 * i] : 0, custom ? pad[2 * i + 1] : 0);
    out.shape.push_back(axis.out);
  }
  const auto& [a, b, c] = axes;

  for (std::int64_t n = 0; n < batches; ++n) {
    for (std::int64_t co = 0; co < out_channels; ++co) {
      const std::int64_t group = co / group_out_channels;
      for (std::int64_t oa = 0; oa < a.out; ++oa) {
        for (std::int64_t ob = 0; ob < b.out; ++ob) {
          for (std::int64_t oc = 0; oc < c.out; ++oc) {
            double sum = 0.0;
            for (std::int64_t ci = 0; ci < group_in_channels; ++ci) {
              for (std::int64_t ka = 0; ka < a.kernel; ++ka) {
                for (std::int64_t kb = 0; kb < b.kernel; ++kb) {
                  for (std::int64_t kc = 0; kc < c.kernel; ++kc) {
                    const std::int64_t ia = oa * a.stride + ka * a.dilation - a.pad_before;
                    const std::int64_t ib = ob * b.stride + kb * b.dilation - b.pad_before;
                    const std::int64_t ic = oc * c.stride + kc * c.dilation - c.pad_before;
                    if (ia < 0 || ia >= a.in || ib < 0 || ib >= b.in || ic < 0 || ic >= c.in) continue;
                    const std::int64_t channel = group * group_in_channels + ci;
                    const std::int64_t x_offset = (((n * in_channels + channel) * a.in + ia) * b.in + ib) * c.in + ic;
                    const std::int64_t w_offset = (((co * group_in_channels + ci) * a.kernel + ka) * b.kernel + kb) * c.kernel + kc;
                    sum += weight.data[to_size(w_offset)] * x.data[to_size(x_offset)];
                  }
                }
              }
            }
            if (!bias.empty()) sum += bias[to_size(co)];
            out.data.push_back(sum);
          }
        }
      }
    }
  }
  return out;
}

/// Matrix product over the last two axes; the axes before them broadcast numpy-style. Ranks must be at least 2.
///   out[..., i, j] = sum over k of X[..., i, k] * Y[..., k, j]
/// where X is x, with its last two axes swapped if transpose_x, and Y likewise.
inline Tensor matmul(const Tensor& x, const Tensor& y, bool transpose_x, bool transpose_y) {
  using detail::to_size;
  detail::require_consistent(x);
  detail::require_consistent(y);
  detail::require(x.shape.size() >= 2 && y.shape.size() >= 2, "matmul needs ranks of at least 2");
  const std::int64_t x_rows = x.shape[x.shape.size() - 2];
  const std::int64_t x_columns = x.shape[x.shape.size() - 1];
  const std::int64_t y_rows = y.shape[y.shape.size() - 2];
  const std::int64_t y_columns = y.shape[y.shape.size() - 1];
  const std::int64_t rows = transpose_x ? x_columns : x_rows;
  const std::int64_t inner = transpose_x ? x_rows : x_columns;
  const std::int64_t columns = transpose_y ? y_rows : y_columns;
  detail::require(inner == (transpose_y ? y_columns : y_rows), "the inner dimensions differ");

  const std::vector<std::int64_t> x_batch(x.shape.begin(), x.shape.end() - 2);
  const std::vector<std::int64_t> y_batch(y.shape.begin(), y.shape.end() - 2);
  const std::vector<std::int64_t> out_batch = detail::broadcast_shape(x_batch, y_batch);
  Tensor out{out_batch, {}};
  out.shape.push_back(rows);
  out.shape.push_back(columns);

  const std::int64_t batches = detail::element_count(out_batch);
  for (std::int64_t batch = 0; batch < batches; ++batch) {
    const std::vector<std::int64_t> coordinates = detail::coordinates_of(batch, out_batch);
    const std::int64_t x_start = detail::broadcast_offset(coordinates, x_batch) * x_rows * x_columns;
    const std::int64_t y_start = detail::broadcast_offset(coordinates, y_batch) * y_rows * y_columns;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        double sum = 0.0;
        for (std::int64_t k = 0; k < inner; ++k) {
          const std::int64_t x_offset = x_start + (transpose_x ? k * x_columns + i : i * x_columns + k);
          const std::int64_t y_offset = y_start + (transpose_y ? j * y_columns + k : k * y_columns + j);
          sum += x.data[to_size(x_offset)] * y.data[to_size(y_offset)];
        }
        out.data.push_back(sum);
      }
    }
  }
  return out;
}

/// out = x + y, elementwise with numpy-style broadcasting.
inline Tensor add(const Tensor& x, const Tensor& y) {
  return detail::elementwise(x, y, [](double left, double right) { return left + right; });
}

/// out = x * y, elementwise with numpy-style broadcasting.
inline Tensor mul(const Tensor& x, const Tensor& y) {
  return detail::elementwise(x, y, [](double left, double right) { return left * right; });
}

/// out = max(x, 0), elementwise: negative values become +0, all others (NaN and either zero among them) stay.
inline Tensor relu(const Tensor& x) {
  detail::require_consistent(x);
  Tensor out = x;
  for (double& value : out.data) {
    if (value < 0.0) value = 0.0;
  }
  return out;
}

/// The same elements in the same row-major order under another shape with as many elements. In `shape`, 0 stands for
/// x's dimension on the same axis (ranks must then be equal), and at most one -1 for whatever makes the counts equal.
inline Tensor reshape(const Tensor& x, std::vector<std::int64_t> shape) {
  detail::require_consistent(x);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] != 0) continue;
    detail::require(shape.size() == x.shape.size(), "a 0 in reshape's shape needs equal ranks");
    shape[axis] = x.shape[axis];
  }
  const auto unknown = std::find(shape.begin(), shape.end(), -1);
  if (unknown != shape.end()) {
    *unknown = 1;
    const std::int64_t known = detail::element_count(shape);  // also rejects a second -1
    detail::require(known > 0, "reshape cannot infer a dimension");
    *unknown = detail::element_count(x.shape) / known;
  }
  detail::require(detail::element_count(shape) == detail::element_count(x.shape), "reshape must keep the number of elements");
  return Tensor{std::move(shape), x.data};
}

/// Permutes the axes: axis i of the result is axis perm[i] of x. A negative axis counts from the end (-1 is the last).
///   out.shape[i] = x.shape[perm[i]], out[c[0], c[1], ...] = x[d[0], d[1], ...] with d[perm[i]] = c[i]
inline Tensor transpose(const Tensor& x, std::vector<std::int64_t> perm) {
  using detail::to_size;
  detail::require_consistent(x);
  const std::int64_t rank = detail::rank_of(x.shape);
  detail::require(detail::rank_of(perm) == rank, "perm must have one entry for each axis");
  std::vector<bool> used(perm.size(), false);
  for (std::int64_t& axis : perm) {
    if (axis < 0) axis += rank;
    detail::require(axis >= 0 && axis < rank, "perm names an axis that x lacks");
    detail::require(!used[to_size(axis)], "perm names an axis twice");
    used[to_size(axis)] = true;
  }

  Tensor out;
  for (const std::int64_t axis : perm) out.shape.push_back(x.shape[to_size(axis)]);
  const std::int64_t count = detail::element_count(out.shape);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::vector<std::int64_t> target = detail::coordinates_of(i, out.shape);
    std::vector<std::int64_t> source(target.size());
    for (std::size_t axis = 0; axis < perm.size(); ++axis) source[to_size(perm[axis])] = target[axis];
    out.data.push_back(x.data[to_size(detail::offset_of(source, x.shape))]);
  }
  return out;
}

struct Quartiles {
  double q1, median, q3;
};

/// The quantiles for p = 1/4, 1/2, 3/4 by Hyndman and Fan's definition 7 (the default of R and numpy): with the samples
/// sorted as s[0] <= ... <= s[n-1], h = (n - 1) * p, j = floor(h) and g = h - j,
///   Q(p) = (1 - g) * s[j] + g * s[j+1]
/// There must be at least one sample, and no NaN.
inline Quartiles quartiles(std::vector<double> samples) {
  detail::require(!samples.empty(), "no samples");
  for (const double sample : samples) detail::require(!std::isnan(sample), "a sample is NaN");
  std::sort(samples.begin(), samples.end());

  const auto quantile = [&samples](std::size_t quarters) {
    const std::size_t four_h = (samples.size() - 1) * quarters;
    const std::size_t j = four_h / 4;
    const double g = static_cast<double>(four_h % 4) / 4.0;
    if (g == 0.0) return samples[j];  // s[j+1] does not matter, and need not exist
    return (1.0 - g) * samples[j] + g * samples[j + 1];
  };
  return Quartiles{quantile(1), quantile(2), quantile(3)};
}

}  // namespace reference
