// SPDX-License-Identifier: MIT
//
// More naive double-precision reference implementations of MIL operations, written straight from their mathematical
// definitions with the plainest loops. They are a test oracle: clarity matters here and speed does not.
//
// The definitions are those that coremltools publishes for MIL (the op definitions iOS15 to iOS18). Where its text leaves
// something open, its own value inference, its tests or torch decide; comments say so. Booleans and integers are doubles
// in a Tensor too (true is 1, false is 0; any value other than 0 counts as true). Nothing is rounded to a narrower type.
// An optional tensor is a pointer, null for none. Axes may be negative: -1 is the last. Arguments outside a definition's
// domain throw std::invalid_argument.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reference.hpp"

namespace reference {

namespace detail {

using Shape = std::vector<std::int64_t>;

/// The axis or index counted from the front; it must be in [-size, size).
inline std::int64_t from_front(std::int64_t axis, std::int64_t size) {
  require(axis >= -size && axis < size, "an axis or index is out of range");
  return axis < 0 ? axis + size : axis;
}

/// x's dimension on the axis.
inline std::int64_t dimension(const Tensor& x, std::int64_t axis) { return x.shape[to_size(from_front(axis, rank_of(x.shape)))]; }

/// One entry for each axis: whether `axes` names it. No axis may be named twice.
inline std::vector<bool> named_axes(const std::vector<std::int64_t>& axes, std::int64_t rank) {
  std::vector<bool> named(to_size(rank), false);
  for (const std::int64_t axis : axes) {
    const std::size_t i = to_size(from_front(axis, rank));
    require(!named[i], "an axis is named twice");
    named[i] = true;
  }
  return named;
}

inline double at(const Tensor& x, const Shape& coordinates) { return x.data[to_size(offset_of(coordinates, x.shape))]; }

/// The tensor of this shape with out[c] = value_at(c) for all coordinates c.
template <typename Function>
Tensor build(Shape shape, Function value_at) {
  Tensor out{std::move(shape), {}};
  const std::int64_t count = element_count(out.shape);
  for (std::int64_t i = 0; i < count; ++i) out.data.push_back(value_at(coordinates_of(i, out.shape)));
  return out;
}

/// Replaces each line of x along the axis by function(line), which must have out_length elements.
template <typename Function>
Tensor along_axis(const Tensor& x, std::int64_t axis, std::int64_t out_length, Function function) {
  require_consistent(x);
  const std::size_t a = to_size(from_front(axis, rank_of(x.shape)));
  Shape starts = x.shape;
  starts[a] = 1;
  Tensor out{x.shape, {}};
  out.shape[a] = out_length;
  out.data.resize(to_size(element_count(out.shape)));
  for (std::int64_t i = 0; i < element_count(starts); ++i) {
    Shape coordinates = coordinates_of(i, starts);
    std::vector<double> line;
    for (coordinates[a] = 0; coordinates[a] < x.shape[a]; ++coordinates[a]) line.push_back(at(x, coordinates));
    const std::vector<double> result = function(line);
    require(result.size() == to_size(out_length), "a line of the wrong length");
    for (coordinates[a] = 0; coordinates[a] < out_length; ++coordinates[a]) {
      out.data[to_size(offset_of(coordinates, out.shape))] = result[to_size(coordinates[a])];
    }
  }
  return out;
}

/// The integer that an element of an index tensor holds.
inline std::int64_t to_integer(double value) {
  require(std::floor(value) == value && std::abs(value) < 9007199254740992.0, "an index is not an integer");
  return static_cast<std::int64_t>(value);
}

inline void require_shape(const Tensor& x, const Shape& shape, const char* message) {
  require_consistent(x);
  require(x.shape == shape, message);
}

inline void require_shape(const Tensor* x, const Shape& shape, const char* message) {
  if (x != nullptr) require_shape(*x, shape, message);
}

/// ceil(numerator / denominator) for a positive denominator.
inline std::int64_t ceil_div(std::int64_t numerator, std::int64_t denominator) {
  return numerator > 0 ? (numerator + denominator - 1) / denominator : -(-numerator / denominator);
}

}  // namespace detail

// Elementwise ---------------------------------------------------------------------------------------------------------

/// out[c] = f(x[c]).
template <typename Function>
Tensor map(const Tensor& x, Function f) {
  detail::require_consistent(x);
  return detail::build(x.shape, [&](const detail::Shape& c) { return static_cast<double>(f(detail::at(x, c))); });
}

/// out[c] = f(x[c], y[c]) with numpy-style broadcasting.
template <typename Function>
Tensor zip(const Tensor& x, const Tensor& y, Function f) {
  return detail::elementwise(x, y, [&](double left, double right) { return static_cast<double>(f(left, right)); });
}

/// out[c] = a[c] where cond[c] is true (not 0), else b[c]; all three broadcast numpy-style (numpy.where, which is
/// coremltools' value inference).
inline Tensor select(const Tensor& cond, const Tensor& a, const Tensor& b) {
  detail::require_consistent(cond);
  detail::require_consistent(a);
  detail::require_consistent(b);
  detail::Shape shape = detail::broadcast_shape(detail::broadcast_shape(cond.shape, a.shape), b.shape);
  return detail::build(std::move(shape), [&](const detail::Shape& c) {
    const bool chosen = cond.data[detail::to_size(detail::broadcast_offset(c, cond.shape))] != 0.0;
    const Tensor& source = chosen ? a : b;
    return source.data[detail::to_size(detail::broadcast_offset(c, source.shape))];
  });
}

/// 1 / (1 + e^-x).
inline double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// gelu, mode EXACT: x / 2 * (1 + erf(x / sqrt(2))).
inline double gelu_exact(double x) { return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0))); }

/// gelu, mode TANH_APPROXIMATION: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).
inline double gelu_tanh(double x) {
  const double pi = std::acos(-1.0);
  return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / pi) * (x + 0.044715 * x * x * x)));
}

/// gelu, mode SIGMOID_APPROXIMATION: x * sigmoid(1.702 * x).
inline double gelu_sigmoid(double x) { return x * sigmoid(1.702 * x); }

/// x * sigmoid(x).
inline double silu(double x) { return x * sigmoid(x); }

/// log(1 + e^x), as log(1 + e^-|x|) + max(x, 0), which does not overflow.
inline double softplus(double x) { return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0); }

/// x / (1 + |x|).
inline double softsign(double x) { return x / (1.0 + std::abs(x)); }

/// x where x >= 0, else alpha * x.
inline double leaky_relu(double x, double alpha) { return x < 0.0 ? alpha * x : x; }

/// x where x > 0, else alpha * (e^x - 1).
inline double elu(double x, double alpha) { return x > 0.0 ? x : alpha * std::expm1(x); }

/// min(max(alpha * x + beta, 0), 1).
inline double sigmoid_hard(double x, double alpha, double beta) { return std::min(std::max(alpha * x + beta, 0.0), 1.0); }

/// min(max(x, 0), 6).
inline double relu6(double x) { return std::min(std::max(x, 0.0), 6.0); }

/// alpha * tanh(beta * x).
inline double scaled_tanh(double x, double alpha, double beta) { return alpha * std::tanh(beta * x); }

/// x where x >= alpha, else 0.
inline double thresholded_relu(double x, double alpha) { return x < alpha ? 0.0 : x; }

/// min(beta, x) where x >= 0, else min(beta, alpha * x).
inline double clamped_relu(double x, double alpha, double beta) { return std::min(x >= 0.0 ? x : alpha * x, beta); }

/// alpha * x + beta.
inline double linear_activation(double x, double alpha, double beta) { return alpha * x + beta; }

/// x - y * floor(x / y): the result has the sign of y. coremltools' text says only "x % y"; its value inference is
/// python's and numpy's operator %, which this is (a zero has the sign of y, and y = 0 gives NaN).
inline double mod(double x, double y) {
  const double remainder = std::fmod(x, y);  // exact, with the sign of x
  if (remainder == 0.0) return std::copysign(0.0, y);
  return (y < 0.0) != (remainder < 0.0) ? remainder + y : remainder;
}

/// x / y rounded towards negative infinity. As in coremltools' value inference (numpy's operator //) it is the exact
/// quotient that is rounded: floor_div(1, 0.1) is 9, because the double 0.1 is a little more than a tenth, although the
/// rounded quotient 1 / 0.1 is 10. y = 0 gives x / y, so an infinity or NaN.
inline double floor_div(double x, double y) {
  if (y == 0.0) return x / y;
  const double remainder = std::fmod(x, y);
  double quotient = (x - remainder) / y;  // an integer, but for rounding
  if (remainder != 0.0 && (y < 0.0) != (remainder < 0.0)) quotient -= 1.0;
  return quotient == 0.0 ? std::copysign(0.0, x / y) : std::round(quotient);
}

/// The nearest integer, halves to the even neighbour. coremltools' round says "0.5 is rounded to 0", and its value
/// inference is numpy.round, which rounds halves to even.
inline double round_half_even(double x) {
  const double below = std::floor(x);
  const double fraction = x - below;
  const bool up = fraction > 0.5 || (fraction == 0.5 && std::fmod(below, 2.0) != 0.0);
  return std::copysign(up ? below + 1.0 : below, x);  // -0.5 gives -0
}

// Reductions ----------------------------------------------------------------------------------------------------------

namespace detail {

inline double reduce_values(const std::string& name, const std::vector<double>& values) {
  double sum = 0.0;
  double absolute_sum = 0.0;
  double square_sum = 0.0;
  double product = 1.0;
  for (const double value : values) {
    sum += value;
    absolute_sum += std::abs(value);
    square_sum += value * value;
    product *= value;
  }
  if (name == "reduce_sum") return sum;
  if (name == "reduce_prod") return product;
  if (name == "reduce_l1_norm") return absolute_sum;
  if (name == "reduce_l2_norm") return std::sqrt(square_sum);
  if (name == "reduce_sum_square") return square_sum;
  if (name == "reduce_log_sum") return std::log(sum);

  require(!values.empty(), "this reduction of no elements is undefined");
  if (name == "reduce_mean") return sum / static_cast<double>(values.size());
  double maximum = values[0];
  double minimum = values[0];
  for (const double value : values) {  // a NaN wins, as in numpy
    if (value > maximum || std::isnan(value)) maximum = value;
    if (value < minimum || std::isnan(value)) minimum = value;
  }
  if (name == "reduce_max") return maximum;
  if (name == "reduce_min") return minimum;
  require(name == "reduce_log_sum_exp", "unknown reduction");
  if (std::isinf(maximum)) return maximum;  // coremltools' value inference would subtract infinities and give NaN
  double exponential_sum = 0.0;
  for (const double value : values) exponential_sum += std::exp(value - maximum);
  return maximum + std::log(exponential_sum);
}

/// x's shape with the reduced axes set to 1 or, unless keep_dims, left out.
inline Shape reduced_shape(const Shape& shape, const std::vector<bool>& reduced, bool keep_dims) {
  Shape result;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (!reduced[axis]) result.push_back(shape[axis]);
    if (reduced[axis] && keep_dims) result.push_back(1);
  }
  return result;
}

}  // namespace detail

/// Reduces over the axes; empty `axes` means all. Names and meanings, over the reduced elements v:
///   reduce_sum, reduce_mean, reduce_max, reduce_min, reduce_prod,
///   reduce_l1_norm sum |v|, reduce_l2_norm sqrt(sum v^2), reduce_sum_square sum v^2,
///   reduce_log_sum log(sum v), reduce_log_sum_exp log(sum e^v)
/// coremltools' value inference casts the result back to x's type, so that for integers it truncates; this does not.
inline Tensor reduce(const std::string& name, const Tensor& x, const std::vector<std::int64_t>& axes, bool keep_dims) {
  using detail::to_size;
  detail::require_consistent(x);
  std::vector<bool> reduced = detail::named_axes(axes, detail::rank_of(x.shape));
  if (axes.empty()) reduced.assign(x.shape.size(), true);

  const detail::Shape kept = detail::reduced_shape(x.shape, reduced, true);
  std::vector<std::vector<double>> groups(to_size(detail::element_count(kept)));
  for (std::int64_t i = 0; i < detail::element_count(x.shape); ++i) {
    detail::Shape coordinates = detail::coordinates_of(i, x.shape);
    for (std::size_t axis = 0; axis < reduced.size(); ++axis) {
      if (reduced[axis]) coordinates[axis] = 0;
    }
    groups[to_size(detail::offset_of(coordinates, kept))].push_back(x.data[to_size(i)]);
  }
  Tensor out{detail::reduced_shape(x.shape, reduced, keep_dims), {}};
  for (const std::vector<double>& group : groups) out.data.push_back(detail::reduce_values(name, group));
  return out;
}

/// The index of the greatest ("reduce_argmax") or least ("reduce_argmin") element along the axis. The first of equal
/// ones wins: coremltools guarantees nothing for ties, numpy, its value inference, takes the first. A NaN wins, as in
/// numpy.
inline Tensor reduce_arg(const std::string& name, const Tensor& x, std::int64_t axis, bool keep_dims) {
  detail::require(name == "reduce_argmax" || name == "reduce_argmin", "unknown reduction");
  const double sign = name == "reduce_argmax" ? 1.0 : -1.0;
  Tensor out = detail::along_axis(x, axis, 1, [sign](const std::vector<double>& line) {
    detail::require(!line.empty(), "no elements to choose from");
    std::size_t best = 0;
    for (std::size_t i = 1; i < line.size(); ++i) {
      if (std::isnan(line[best])) break;
      if (sign * line[i] > sign * line[best] || std::isnan(line[i])) best = i;
    }
    return std::vector<double>{static_cast<double>(best)};
  });
  if (!keep_dims) out.shape.erase(out.shape.begin() + detail::from_front(axis, detail::rank_of(x.shape)));
  return out;
}

// Normalisations ------------------------------------------------------------------------------------------------------

/// e^x / sum(e^x) along the axis, with the greatest element subtracted first, which changes nothing but the overflow.
inline Tensor softmax(const Tensor& x, std::int64_t axis) {
  return detail::along_axis(x, axis, detail::dimension(x, axis), [](std::vector<double> line) {
    if (line.empty()) return line;
    const double maximum = *std::max_element(line.begin(), line.end());
    double sum = 0.0;
    for (double& value : line) {
      value = std::exp(value - maximum);
      sum += value;
    }
    for (double& value : line) value /= sum;
    return line;
  });
}

/// gamma * (x - mean) / sqrt(variance + epsilon) + beta with mean and variance (divided by the count) over the axes;
/// empty `axes` means all. gamma and beta have x's dimensions of the named axes, in x's order whatever the order in `axes`.
inline Tensor layer_norm(const Tensor& x, const std::vector<std::int64_t>& axes, const Tensor* gamma, const Tensor* beta, double epsilon) {
  std::vector<bool> normalised = detail::named_axes(axes, detail::rank_of(x.shape));
  if (axes.empty()) normalised.assign(x.shape.size(), true);
  detail::Shape parameter_shape;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
    if (normalised[axis]) parameter_shape.push_back(x.shape[axis]);
  }
  detail::require_shape(gamma, parameter_shape, "gamma of the wrong shape");
  detail::require_shape(beta, parameter_shape, "beta of the wrong shape");

  const Tensor mean = reduce("reduce_mean", x, axes, true);
  const Tensor centred = zip(x, mean, [](double value, double m) { return value - m; });
  const Tensor variance = reduce("reduce_mean", mul(centred, centred), axes, true);
  const Tensor scaled = zip(centred, variance, [epsilon](double value, double v) { return value / std::sqrt(v + epsilon); });
  return detail::build(x.shape, [&](const detail::Shape& c) {
    detail::Shape own;
    for (std::size_t axis = 0; axis < c.size(); ++axis) {
      if (normalised[axis]) own.push_back(c[axis]);
    }
    const double factor = gamma != nullptr ? detail::at(*gamma, own) : 1.0;
    const double offset = beta != nullptr ? detail::at(*beta, own) : 0.0;
    return factor * detail::at(scaled, c) + offset;
  });
}

// Linear --------------------------------------------------------------------------------------------------------------

/// out[..., o] = bias[o] + sum over i of weight[o, i] * x[..., i].
inline Tensor linear(const Tensor& x, const Tensor& weight, const Tensor* bias) {
  detail::require_consistent(x);
  detail::require_consistent(weight);
  detail::require(!x.shape.empty() && weight.shape.size() == 2 && weight.shape[1] == x.shape.back(), "shapes do not fit");
  detail::require_shape(bias, {weight.shape[0]}, "bias of the wrong shape");
  detail::Shape shape = x.shape;
  shape.back() = weight.shape[0];
  return detail::build(std::move(shape), [&](detail::Shape c) {
    const std::int64_t o = c.back();
    double sum = 0.0;
    for (std::int64_t i = 0; i < weight.shape[1]; ++i) {
      c.back() = i;
      sum += detail::at(weight, {o, i}) * detail::at(x, c);
    }
    return sum + (bias != nullptr ? bias->data[detail::to_size(o)] : 0.0);
  });
}

// Joining, splitting, reshaping ---------------------------------------------------------------------------------------

/// Concatenates along the axis; the other dimensions must be equal. With interleave all shapes must be equal, and element
/// j of the axis of values[i] goes to j * values.size() + i. Scalars (all of rank 0) give a vector.
inline Tensor concat(const std::vector<Tensor>& values, std::int64_t axis, bool interleave) {
  using detail::to_size;
  detail::require(!values.empty(), "concat of nothing");
  std::vector<Tensor> parts = values;
  for (Tensor& part : parts) {
    detail::require_consistent(part);
    detail::require(part.shape.size() == values[0].shape.size(), "the ranks differ");
    if (part.shape.empty()) part.shape = {1};
  }
  const std::size_t a = to_size(detail::from_front(axis, detail::rank_of(parts[0].shape)));
  Tensor out{parts[0].shape, {}};
  out.shape[a] = 0;
  for (const Tensor& part : parts) {
    for (std::size_t i = 0; i < out.shape.size(); ++i) {
      detail::require(part.shape[i] == parts[0].shape[i] || (i == a && !interleave), "the shapes do not fit");
    }
    out.shape[a] += part.shape[a];
  }
  out.data.resize(to_size(detail::element_count(out.shape)));
  std::int64_t start = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    for (std::int64_t i = 0; i < detail::element_count(parts[p].shape); ++i) {
      detail::Shape c = detail::coordinates_of(i, parts[p].shape);
      if (interleave) {
        c[a] = c[a] * static_cast<std::int64_t>(parts.size()) + static_cast<std::int64_t>(p);
      } else {
        c[a] += start;
      }
      out.data[to_size(detail::offset_of(c, out.shape))] = parts[p].data[to_size(i)];
    }
    start += parts[p].shape[a];
  }
  return out;
}

/// Consecutive parts of these sizes along the axis; the sizes must add up to its dimension.
inline std::vector<Tensor> split(const Tensor& x, std::int64_t axis, const std::vector<std::int64_t>& sizes) {
  using detail::to_size;
  detail::require_consistent(x);
  const std::size_t a = to_size(detail::from_front(axis, detail::rank_of(x.shape)));
  std::vector<Tensor> parts;
  std::int64_t start = 0;
  for (const std::int64_t size : sizes) {
    detail::require(size >= 0 && start + size <= x.shape[a], "the sizes do not add up to the dimension");
    detail::Shape shape = x.shape;
    shape[a] = size;
    parts.push_back(detail::build(shape, [&](detail::Shape c) {
      c[a] += start;
      return detail::at(x, c);
    }));
    start += size;
  }
  detail::require(start == x.shape[a], "the sizes do not add up to the dimension");
  return parts;
}

/// Joins tensors of equal shape along a new axis, in [-rank - 1, rank].
inline Tensor stack(const std::vector<Tensor>& values, std::int64_t axis) {
  detail::require(!values.empty(), "stack of nothing");
  const std::int64_t a = detail::from_front(axis, detail::rank_of(values[0].shape) + 1);
  std::vector<Tensor> parts = values;
  for (Tensor& part : parts) {
    detail::require(part.shape == values[0].shape, "the shapes differ");
    part.shape.insert(part.shape.begin() + a, 1);
  }
  return concat(parts, a, false);
}

/// Repeats the whole of axis i reps[i] times; there is one entry for each axis, and each is positive.
inline Tensor tile(const Tensor& x, const std::vector<std::int64_t>& reps) {
  detail::require_consistent(x);
  detail::require(reps.size() == x.shape.size() && !reps.empty(), "reps must have one entry for each axis");
  detail::Shape shape = x.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    detail::require(reps[i] >= 1, "reps must be positive");
    shape[i] *= reps[i];
  }
  return detail::build(std::move(shape), [&](detail::Shape c) {
    for (std::size_t i = 0; i < c.size(); ++i) c[i] %= x.shape[i];
    return detail::at(x, c);
  });
}

/// Pads the last pad.size() / 2 axes; `pad` holds begin, end of each of them in order (coremltools' text indexes pad as
/// if N were the rank; its value inference aligns it at the last axis). Modes: "constant" fills with `value`; "reflect"
/// mirrors without repeating the border (amounts of at most the dimension - 1); "replicate" repeats the border.
/// coremltools' text limits replicate to the dimension; its value inference (numpy's edge) and torch do not, nor does this.
inline Tensor pad(const Tensor& x, const std::vector<std::int64_t>& amounts, const std::string& mode, double value) {
  detail::require_consistent(x);
  detail::require(amounts.size() % 2 == 0 && amounts.size() / 2 <= x.shape.size(), "pad of the wrong length");
  detail::require(mode == "constant" || mode == "reflect" || mode == "replicate", "unknown pad mode");
  detail::Shape begins(x.shape.size(), 0);
  detail::Shape shape = x.shape;
  for (std::size_t i = 0; i < amounts.size() / 2; ++i) {
    const std::size_t axis = x.shape.size() - amounts.size() / 2 + i;
    const std::int64_t most = std::max(amounts[2 * i], amounts[2 * i + 1]);
    detail::require(std::min(amounts[2 * i], amounts[2 * i + 1]) >= 0, "pad must not be negative");
    detail::require(mode != "reflect" || most == 0 || most <= x.shape[axis] - 1, "pad too large for reflect");
    detail::require(mode != "replicate" || most == 0 || x.shape[axis] >= 1, "nothing to replicate");
    begins[axis] = amounts[2 * i];
    shape[axis] += amounts[2 * i] + amounts[2 * i + 1];
  }
  return detail::build(std::move(shape), [&](detail::Shape c) {
    for (std::size_t axis = 0; axis < c.size(); ++axis) {
      const std::int64_t last = x.shape[axis] - 1;
      c[axis] -= begins[axis];
      if (mode == "constant" && (c[axis] < 0 || c[axis] > last)) return value;
      if (mode == "replicate") c[axis] = std::min(std::max<std::int64_t>(c[axis], 0), last);
      if (mode == "reflect" && c[axis] < 0) c[axis] = -c[axis];
      if (mode == "reflect" && c[axis] > last) c[axis] = 2 * last - c[axis];
    }
    return detail::at(x, c);
  });
}

/// Removes the named axes, whose dimensions must be 1; empty `axes` means all axes of dimension 1.
inline Tensor squeeze(const Tensor& x, const std::vector<std::int64_t>& axes) {
  detail::require_consistent(x);
  const std::vector<bool> named = detail::named_axes(axes, detail::rank_of(x.shape));
  Tensor out{{}, x.data};
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
    detail::require(!named[axis] || x.shape[axis] == 1, "a squeezed dimension is not 1");
    if (!named[axis] && !(axes.empty() && x.shape[axis] == 1)) out.shape.push_back(x.shape[axis]);
  }
  return out;
}

/// Inserts axes of dimension 1 so that they are at these places of the result (negative ones count from its end).
inline Tensor expand_dims(const Tensor& x, const std::vector<std::int64_t>& axes) {
  detail::require_consistent(x);
  const std::vector<bool> named = detail::named_axes(axes, detail::rank_of(x.shape) + detail::rank_of(axes));
  Tensor out{{}, x.data};
  std::size_t next = 0;
  for (const bool is_new : named) out.shape.push_back(is_new ? 1 : x.shape[next++]);
  return out;
}

// Slicing and gathering -----------------------------------------------------------------------------------------------

/// numpy's x[begin : end : stride] on each axis. Empty stride means all 1, an empty mask all false. begin_mask: from the
/// first element (the last one for a negative stride; numpy's None, as in coremltools' value inference, where the text
/// says 0). end_mask: up to and including the last element (the first one for a negative stride). squeeze_mask: only
/// the element at begin (at 0 with begin_mask), whatever end and stride; the axis is left out. Negative begin and end
/// count from the end of the axis, and out-of-range ones are clamped as in numpy, but not for squeezed axes.
/// coremltools' shape inference differs from numpy, and so from this, in that it rejects 0 <= end < begin for a positive
/// stride and does not clamp an end beyond the dimension.
inline Tensor slice_by_index(const Tensor& x, const std::vector<std::int64_t>& begin, const std::vector<std::int64_t>& end,
                             const std::vector<std::int64_t>& stride = {}, const std::vector<bool>& begin_mask = {},
                             const std::vector<bool>& end_mask = {}, const std::vector<bool>& squeeze_mask = {}) {
  detail::require_consistent(x);
  const std::size_t rank = x.shape.size();
  detail::require(begin.size() == rank && end.size() == rank, "begin or end of the wrong length");
  detail::require(stride.empty() || stride.size() == rank, "stride of the wrong length");
  for (const std::vector<bool>* mask : {&begin_mask, &end_mask, &squeeze_mask}) {
    detail::require(mask->empty() || mask->size() == rank, "a mask of the wrong length");
  }
  const auto is_set = [](const std::vector<bool>& mask, std::size_t axis) { return !mask.empty() && mask[axis]; };

  detail::Shape starts;
  detail::Shape steps;
  detail::Shape counts;
  detail::Shape kept_counts;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::int64_t n = x.shape[axis];
    const std::int64_t step = stride.empty() ? 1 : stride[axis];
    detail::require(step != 0, "a stride is 0");
    std::int64_t first = begin[axis] < 0 ? begin[axis] + n : begin[axis];
    std::int64_t past = end[axis] < 0 ? end[axis] + n : end[axis];
    if (is_set(squeeze_mask, axis)) {
      if (is_set(begin_mask, axis)) first = 0;
      detail::require(first >= 0 && first < n, "the index of a squeezed axis is out of range");
      starts.push_back(first);
      steps.push_back(1);
      counts.push_back(1);
      continue;
    }
    const std::int64_t low = step > 0 ? 0 : -1;  // where a slice can start or stop
    const std::int64_t high = step > 0 ? n : n - 1;
    first = is_set(begin_mask, axis) ? (step > 0 ? low : high) : std::min(std::max(first, low), high);
    past = is_set(end_mask, axis) ? (step > 0 ? high : low) : std::min(std::max(past, low), high);
    const std::int64_t distance = step > 0 ? past - first : first - past;
    starts.push_back(first);
    steps.push_back(step);
    counts.push_back(std::max<std::int64_t>(0, detail::ceil_div(distance, std::abs(step))));
    kept_counts.push_back(counts.back());
  }
  Tensor out = detail::build(counts, [&](detail::Shape c) {
    for (std::size_t axis = 0; axis < rank; ++axis) c[axis] = starts[axis] + c[axis] * steps[axis];
    return detail::at(x, c);
  });
  out.shape = kept_counts;
  return out;
}

/// size[i] elements from begin[i] on each axis; size -1 means all that remain. A negative begin counts from the end, as
/// in coremltools' value inference (which also takes a size of 0 as -1, against its text and its shape inference; here a
/// size of 0 is empty). Slices that reach out of x are rejected.
inline Tensor slice_by_size(const Tensor& x, const std::vector<std::int64_t>& begin, const std::vector<std::int64_t>& size) {
  detail::require_consistent(x);
  detail::require(begin.size() == x.shape.size() && size.size() == x.shape.size(), "begin or size of the wrong length");
  detail::Shape starts;
  detail::Shape shape;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
    starts.push_back(begin[axis] < 0 ? begin[axis] + x.shape[axis] : begin[axis]);
    shape.push_back(size[axis] == -1 ? x.shape[axis] - starts[axis] : size[axis]);
    detail::require(starts[axis] >= 0 && shape[axis] >= 0 && starts[axis] + shape[axis] <= x.shape[axis], "slice out of range");
  }
  return detail::build(std::move(shape), [&](detail::Shape c) {
    for (std::size_t axis = 0; axis < c.size(); ++axis) c[axis] += starts[axis];
    return detail::at(x, c);
  });
}

/// Picks along the axis (tf.gather, numpy.take): with b = batch_dims, p leading, q index and r trailing coordinates,
///   out[p..., q..., r...] = x[p..., indices[p[0], ..., p[b-1], q...], r...], out.shape = x[:axis] + indices[b:] + x[axis+1:]
/// Indices are in [-n, n), negative ones counting from the end (iOS15, iOS16; from iOS17 on negative ones are out of
/// bounds). axis >= batch_dims.
inline Tensor gather(const Tensor& x, const Tensor& indices, std::int64_t axis, std::int64_t batch_dims) {
  using detail::to_size;
  detail::require_consistent(x);
  detail::require_consistent(indices);
  const std::int64_t a = detail::from_front(axis, detail::rank_of(x.shape));
  const std::int64_t index_rank = detail::rank_of(indices.shape) - batch_dims;
  detail::require(batch_dims >= 0 && batch_dims <= a && index_rank >= 0, "batch_dims out of range");
  for (std::size_t i = 0; i < to_size(batch_dims); ++i) detail::require(x.shape[i] == indices.shape[i], "batch dimensions differ");

  detail::Shape shape(x.shape.begin(), x.shape.begin() + a);
  shape.insert(shape.end(), indices.shape.begin() + batch_dims, indices.shape.end());
  shape.insert(shape.end(), x.shape.begin() + a + 1, x.shape.end());
  return detail::build(std::move(shape), [&](const detail::Shape& c) {
    detail::Shape index_at(c.begin(), c.begin() + batch_dims);
    index_at.insert(index_at.end(), c.begin() + a, c.begin() + a + index_rank);
    const std::int64_t index = detail::to_integer(detail::at(indices, index_at));
    detail::Shape source(c.begin(), c.begin() + a);
    source.push_back(detail::from_front(index, x.shape[to_size(a)]));
    source.insert(source.end(), c.begin() + a + index_rank, c.end());
    return detail::at(x, source);
  });
}

/// out[c] = x[c with c[axis] replaced by indices[c]] (numpy.take_along_axis); out has the shape of indices, which equals
/// x's but for the axis. Negative indices as in gather.
inline Tensor gather_along_axis(const Tensor& x, const Tensor& indices, std::int64_t axis) {
  detail::require_consistent(x);
  detail::require_consistent(indices);
  detail::require(x.shape.size() == indices.shape.size(), "the ranks differ");
  const std::size_t a = detail::to_size(detail::from_front(axis, detail::rank_of(x.shape)));
  for (std::size_t i = 0; i < x.shape.size(); ++i) detail::require(i == a || x.shape[i] == indices.shape[i], "the shapes differ");
  return detail::build(indices.shape, [&](detail::Shape c) {
    c[a] = detail::from_front(detail::to_integer(detail::at(indices, c)), x.shape[a]);
    return detail::at(x, c);
  });
}

// Generating and ordering ---------------------------------------------------------------------------------------------

/// start, start + step, ... before end (numpy.arange): max(0, ceil((end - start) / step)) elements.
inline Tensor range_1d(double start, double end, double step) {
  detail::require(step != 0.0 && std::isfinite(start) && std::isfinite(end) && std::isfinite(step), "no such range");
  Tensor out{{0}, {}};
  out.shape[0] = static_cast<std::int64_t>(std::max(0.0, std::ceil((end - start) / step)));
  for (std::int64_t i = 0; i < out.shape[0]; ++i) out.data.push_back(start + static_cast<double>(i) * step);
  return out;
}

/// x's dimensions as a vector.
inline Tensor shape_of(const Tensor& x) {
  return detail::build({detail::rank_of(x.shape)},
                       [&](const detail::Shape& c) { return static_cast<double>(x.shape[detail::to_size(c[0])]); });
}

/// The indices that sort each line along the axis. Equal elements keep their order (coremltools' value inference is
/// numpy.argsort, which promises nothing for them). There must be no NaN.
inline Tensor argsort(const Tensor& x, std::int64_t axis, bool ascending) {
  detail::require_consistent(x);
  for (const double value : x.data) detail::require(!std::isnan(value), "NaN cannot be sorted");
  return detail::along_axis(x, axis, detail::dimension(x, axis), [ascending](const std::vector<double>& line) {
    std::vector<std::size_t> order(line.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
      if (line[left] == line[right]) return left < right;
      return ascending ? line[left] < line[right] : line[left] > line[right];
    });
    std::vector<double> result;
    for (const std::size_t index : order) result.push_back(static_cast<double>(index));
    return result;
  });
}

/// The k greatest (least if ascending) elements along the axis, sorted, and their indices; of equal elements the first
/// come first (see argsort). k = -1 means all (iOS17).
inline std::pair<Tensor, Tensor> topk(const Tensor& x, std::int64_t k, std::int64_t axis, bool ascending) {
  const std::int64_t length = detail::dimension(x, axis);
  if (k == -1) k = length;
  detail::require(k >= 0 && k <= length, "k out of range");
  const Tensor indices = split(argsort(x, axis, ascending), axis, {k, length - k})[0];
  return {gather_along_axis(x, indices, axis), indices};
}

// Depth and space -----------------------------------------------------------------------------------------------------

// Attention -----------------------------------------------------------------------------------------------------------

/// softmax(q * transpose(k) * scale + mask) * v over the last two axes, with q [B..., L, E], k [B..., S, E] and
/// v [B..., S, EV] of equal rank, 3 at least, and equal leading dimensions (coremltools rejects others, torch would
/// broadcast them). The mask is added to the scores and broadcasts to [B..., L, S], but its last dimension must be S.
/// No scale means 1 / sqrt(E). coremltools' iOS18 definition has no `scale` argument; that a given one replaces
/// 1 / sqrt(E) is torch's definition. A query whose keys are all masked by -inf gives NaN, as in coremltools' value inference.
inline Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor* mask,
                                           std::optional<double> scale = std::nullopt) {
  const std::size_t rank = q.shape.size();
  detail::require(rank >= 3 && k.shape.size() == rank && v.shape.size() == rank, "q, k and v need the same rank, 3 at least");
  for (std::size_t i = 0; i + 2 < rank; ++i) {
    detail::require(q.shape[i] == k.shape[i] && q.shape[i] == v.shape[i], "the leading dimensions differ");
  }
  detail::require(k.shape[rank - 2] == v.shape[rank - 2], "k and v differ in length");
  const double factor = scale.has_value() ? *scale : 1.0 / std::sqrt(static_cast<double>(q.shape[rank - 1]));
  Tensor scores = map(matmul(q, k, false, true), [factor](double score) { return factor * score; });
  if (mask != nullptr) {
    detail::require(!mask->shape.empty() && mask->shape.back() == scores.shape.back(), "the mask's last dimension must be S");
    detail::require(detail::broadcast_shape(scores.shape, mask->shape) == scores.shape, "the mask does not broadcast to the scores");
    scores = add(scores, *mask);
  }
  return matmul(softmax(scores, -1), v, false, false);
}

/// scaled_dot_product_attention with a boolean mask: a score takes part where the mask is true, and is -inf elsewhere.
inline Tensor scaled_dot_product_attention_boolean(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask,
                                                   std::optional<double> scale = std::nullopt) {
  const Tensor additive = map(mask, [](double take) { return take != 0.0 ? 0.0 : -std::numeric_limits<double>::infinity(); });
  return scaled_dot_product_attention(q, k, v, &additive, scale);
}

// Pooling and transposed convolution ----------------------------------------------------------------------------------

namespace detail {

/// One spatial axis of a pooling.
struct PoolAxis {
  std::int64_t in, kernel, stride, before, after, out;
};

/// See max_pool.
inline std::vector<PoolAxis> pool_axes(const Tensor& x, const std::vector<std::int64_t>& kernel_sizes,
                                       const std::vector<std::int64_t>& strides, const std::string& pad_type,
                                       const std::vector<std::int64_t>& pad, bool ceil_mode) {
  require_consistent(x);
  require(x.shape.size() >= 3 && x.shape.size() <= 5, "x must have 1 to 3 spatial axes");
  const std::size_t rank = x.shape.size() - 2;
  const bool custom = pad_type == "custom";
  require(custom || pad_type == "valid" || pad_type == "same" || pad_type == "same_lower", "unknown pad_type");
  require(kernel_sizes.size() == rank && (strides.empty() || strides.size() == rank), "kernel_sizes or strides of the wrong length");
  require(!custom || pad.size() == 2 * rank, "pad of the wrong length");
  require(!ceil_mode || rank <= 2, "ceil_mode is only for 1 or 2 spatial axes");
  require(!ceil_mode || custom || pad_type == "valid", "ceil_mode is only for valid and custom");

  std::vector<PoolAxis> axes;
  for (std::size_t i = 0; i < rank; ++i) {
    PoolAxis axis{x.shape[2 + i], kernel_sizes[i], strides.empty() ? 1 : strides[i], 0, 0, 0};
    require(axis.kernel >= 1 && axis.stride >= 1, "kernel sizes and strides must be positive");
    if (custom) {
      axis.before = pad[2 * i];
      axis.after = pad[2 * i + 1];
      require(axis.before >= 0 && axis.after >= 0, "padding must not be negative");
      require(!ceil_mode || axis.before == axis.after, "ceil_mode needs symmetric padding");
    }
    if (pad_type == "same" || pad_type == "same_lower") {
      axis.out = ceil_div(axis.in, axis.stride);
      const std::int64_t total = std::max<std::int64_t>(0, (axis.out - 1) * axis.stride + axis.kernel - axis.in);
      axis.before = pad_type == "same" ? total / 2 : total - total / 2;
      axis.after = total - axis.before;
    } else {
      const std::int64_t room = axis.in + axis.before + axis.after - axis.kernel;
      require(ceil_mode ? room + axis.stride > 0 : room >= 0, "the kernel is larger than the padded input");
      axis.out = (ceil_mode ? ceil_div(room, axis.stride) : room / axis.stride) + 1;
      const bool padded = axis.before + axis.after > 0;
      if (ceil_mode && padded && (axis.out - 1) * axis.stride >= axis.in + axis.before) axis.out -= 1;
    }
    require(axis.out >= 1, "the output is empty");
    axes.push_back(axis);
  }
  return axes;
}

/// out = combine(the elements of x in the window, the number of positions of the window in the padded input).
template <typename Combine>
Tensor pool(const Tensor& x, const std::vector<PoolAxis>& axes, Combine combine) {
  Shape shape{x.shape[0], x.shape[1]};
  Shape window;
  for (const PoolAxis& axis : axes) {
    shape.push_back(axis.out);
    window.push_back(axis.kernel);
  }
  return build(std::move(shape), [&](const Shape& c) {
    std::vector<double> elements;
    std::int64_t positions = 0;
    for (std::int64_t w = 0; w < element_count(window); ++w) {
      const Shape offset = coordinates_of(w, window);
      Shape source = c;
      bool inside = true;
      bool in_padded = true;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        source[2 + i] = c[2 + i] * axes[i].stride - axes[i].before + offset[i];
        inside = inside && source[2 + i] >= 0 && source[2 + i] < axes[i].in;
        in_padded = in_padded && source[2 + i] < axes[i].in + axes[i].after;
      }
      if (inside) elements.push_back(at(x, source));
      if (in_padded) positions += 1;
    }
    return static_cast<double>(combine(elements, positions));
  });
}

}  // namespace detail

/// The maximum of each window of x [N, C, 1 to 3 spatial axes]. Padding never wins, and a NaN does, as in torch. Empty
/// strides means all 1; pad holds begin, end of each spatial axis and is read for "custom" only. Sizes of an axis:
///   valid, custom:    out = floor((in + begin + end - kernel) / stride) + 1, begin = end = 0 for valid
///   same, same_lower: out = ceil(in / stride), total = max(0, (out - 1) * stride + kernel - in),
///                     begin = floor(total / 2) for same, ceil(total / 2) for same_lower
///   ceil_mode (valid or symmetric custom, 1 or 2 spatial axes): ceil for floor in the first, then out is one less if
///                     (out - 1) * stride >= in + begin and there is padding at all
/// Without padding ceil_mode can make a window with no element of x (torch would drop it); such are rejected here.
inline Tensor max_pool(const Tensor& x, const std::vector<std::int64_t>& kernel_sizes, const std::vector<std::int64_t>& strides,
                       const std::string& pad_type, const std::vector<std::int64_t>& pad, bool ceil_mode) {
  const auto axes = detail::pool_axes(x, kernel_sizes, strides, pad_type, pad, ceil_mode);
  return detail::pool(x, axes, [](const std::vector<double>& elements, std::int64_t) {
    return detail::reduce_values("reduce_max", elements);  // rejects a window without elements
  });
}

/// The sum of each window (see max_pool) divided by the number of its elements of x if exclude_padding_from_average,
/// else by the number of its positions in the padded input: the kernel's size, but for windows that ceil_mode lets reach
/// beyond the padding, whose positions there torch does not count (coremltools does not say).
inline Tensor avg_pool(const Tensor& x, const std::vector<std::int64_t>& kernel_sizes, const std::vector<std::int64_t>& strides,
                       const std::string& pad_type, const std::vector<std::int64_t>& pad, bool ceil_mode,
                       bool exclude_padding_from_average) {
  const auto axes = detail::pool_axes(x, kernel_sizes, strides, pad_type, pad, ceil_mode);
  return detail::pool(x, axes, [&](const std::vector<double>& elements, std::int64_t positions) {
    const std::int64_t count = exclude_padding_from_average ? static_cast<std::int64_t>(elements.size()) : positions;
    detail::require(count > 0, "a window without elements");
    return detail::reduce_values("reduce_sum", elements) / static_cast<double>(count);
  });
}

// Quantisation and compressed constants -------------------------------------------------------------------------------

namespace detail {

/// What a scalar (rank 0) or per-axis (rank 1) parameter says for the element at these coordinates.
inline double parameter_at(const Tensor& parameter, const Shape& coordinates, std::int64_t axis) {
  return parameter.shape.empty() ? parameter.data[0] : parameter.data[to_size(coordinates[to_size(axis)])];
}

inline void require_parameter(const Tensor& parameter, const Shape& shape, std::int64_t axis) {
  require_consistent(parameter);
  require(parameter.shape.empty() || parameter.shape == Shape{shape[to_size(axis)]}, "a parameter must be a scalar or fit the axis");
}

/// The checks of quantize and dequantize, and their axis from the front (0 for scalars, for which it does not matter).
inline std::int64_t quantization_axis(const Tensor& x, const Tensor& scale, const Tensor* zero_point, std::optional<std::int64_t> axis) {
  require_consistent(x);
  require(!x.shape.empty(), "x must have an axis");
  require(axis.has_value() == !scale.shape.empty(), "an axis must be given exactly when the scale is a vector");
  const std::int64_t a = axis.has_value() ? from_front(*axis, rank_of(x.shape)) : 0;
  require_parameter(scale, x.shape, a);
  if (zero_point != nullptr) {
    require_parameter(*zero_point, x.shape, a);
    require(zero_point->shape.size() == scale.shape.size(), "scale and zero_point must both be scalars or both be vectors");
  }
  return a;
}

}  // namespace detail

/// scale * (q - zero_point). scale and zero_point are each a scalar or a vector along the axis.
inline Tensor constexpr_affine_dequantize(const Tensor& q, const Tensor& scale, const Tensor& zero_point, std::int64_t axis) {
  detail::require_consistent(q);
  const std::int64_t a = detail::from_front(axis, detail::rank_of(q.shape));
  detail::require_parameter(scale, q.shape, a);
  detail::require_parameter(zero_point, q.shape, a);
  return detail::build(q.shape, [&](const detail::Shape& c) {
    return detail::parameter_at(scale, c, a) * (detail::at(q, c) - detail::parameter_at(zero_point, c, a));
  });
}

/// out[i] = lut[index i] in row-major order. lut has 2, 4, 16, 64 or 256 elements, and each index log2 of that many bits;
/// they follow each other in a stream of bits that starts at the least significant bit of the first byte (an index can
/// span two bytes, its low bits then in the first). There are ceil(bits * elements / 8) bytes; bits left over are ignored.
inline Tensor constexpr_lut_to_dense(const std::vector<std::uint8_t>& indices, const std::vector<double>& lut,
                                     const std::vector<std::int64_t>& shape) {
  using detail::to_size;
  std::int64_t bits = 0;
  for (const std::int64_t candidate : {1, 2, 4, 6, 8}) {
    if (lut.size() == std::size_t{1} << candidate) bits = candidate;
  }
  detail::require(bits != 0, "a lookup table must have 2, 4, 16, 64 or 256 elements");
  const std::int64_t count = detail::element_count(shape);
  detail::require(indices.size() == to_size(detail::ceil_div(bits * count, 8)), "the wrong number of index bytes");
  Tensor out{shape, {}};
  for (std::int64_t i = 0; i < count; ++i) {
    std::size_t index = 0;
    for (std::int64_t bit = 0; bit < bits; ++bit) {
      const std::int64_t position = i * bits + bit;
      const bool set = (indices[to_size(position / 8)] >> (position % 8) & 1) != 0;
      if (set) index += std::size_t{1} << bit;
    }
    out.data.push_back(lut[index]);
  }
  return out;
}

/// The elements whose bit in the mask is set take the nonzero values in order, the others are 0. Bit i, the bit of element
/// i in row-major order, is bit i % 8 (from the least significant one) of byte i / 8. There are ceil(elements / 8) bytes;
/// bits left over must be 0, and there must be as many bits set as nonzero values.
inline Tensor constexpr_sparse_to_dense(const std::vector<std::uint8_t>& mask, const std::vector<double>& nonzero,
                                        const std::vector<std::int64_t>& shape) {
  using detail::to_size;
  const std::int64_t count = detail::element_count(shape);
  detail::require(mask.size() == to_size(detail::ceil_div(count, 8)), "the wrong number of mask bytes");
  Tensor out{shape, {}};
  std::size_t used = 0;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(8 * mask.size()); ++i) {
    const bool set = (mask[to_size(i / 8)] >> (i % 8) & 1) != 0;
    detail::require(!set || (i < count && used < nonzero.size()), "more bits set than values or elements");
    if (i < count) out.data.push_back(set ? nonzero[used] : 0.0);
    if (set) used += 1;
  }
  detail::require(used == nonzero.size(), "fewer bits set than values");
  return out;
}

/// clamp(round(x / scale) + zero_point) to [-128, 127] for output_dtype "int8", [0, 255] for "uint8". Halves are rounded
/// to even (numpy.around, coremltools' value inference) before the zero point is added. No zero_point means 0. Scale and
/// zero_point are both scalars, without an axis, or both vectors along the axis (coremltools rejects other combinations).
inline Tensor quantize(const Tensor& x, const Tensor& scale, const Tensor* zero_point, std::optional<std::int64_t> axis,
                       const std::string& output_dtype) {
  detail::require(output_dtype == "int8" || output_dtype == "uint8", "unknown output_dtype");
  const double least = output_dtype == "int8" ? -128.0 : 0.0;
  const double greatest = output_dtype == "int8" ? 127.0 : 255.0;
  const std::int64_t a = detail::quantization_axis(x, scale, zero_point, axis);
  return detail::build(x.shape, [&](const detail::Shape& c) {
    const double offset = zero_point != nullptr ? detail::parameter_at(*zero_point, c, a) : 0.0;
    const double value = round_half_even(detail::at(x, c) / detail::parameter_at(scale, c, a)) + offset;
    detail::require(!std::isnan(value), "NaN cannot be quantised");
    return std::min(std::max(value, least), greatest);
  });
}

/// scale * (q - zero_point); parameters as for quantize.
inline Tensor dequantize(const Tensor& q, const Tensor& scale, const Tensor* zero_point, std::optional<std::int64_t> axis) {
  const std::int64_t a = detail::quantization_axis(q, scale, zero_point, axis);
  return detail::build(q.shape, [&](const detail::Shape& c) {
    const double offset = zero_point != nullptr ? detail::parameter_at(*zero_point, c, a) : 0.0;
    return detail::parameter_at(scale, c, a) * (detail::at(q, c) - offset);
  });
}

// Recurrent layers ----------------------------------------------------------------------------------------------------

namespace detail {

/// The activations of the recurrent operations by name, with the default parameters that coremltools' lstm test uses:
/// scaled_tanh is tanh itself there (alpha = beta = 1; the older neural network format documents 1.7159 and 2/3), and
/// hard_sigmoid (lstm's name; rnn's text says sigmoid_hard) is min(max(0.2 * x + 0.5, 0), 1).
inline double recurrent_activation(const std::string& name, double x) {
  if (name == "tanh" || name == "scaled_tanh") return std::tanh(x);
  if (name == "sigmoid") return sigmoid(x);
  if (name == "relu") return std::max(x, 0.0);
  if (name == "hard_sigmoid" || name == "sigmoid_hard") return sigmoid_hard(x, 0.2, 0.5);
  require(name == "linear", "unknown activation");
  return x;
}

/// sum over j of weight[row, j] * vectors[b, j] for a matrix of row vectors.
inline double row_product(const Tensor& weight, std::int64_t row, const Tensor& vectors, std::int64_t b) {
  double sum = 0.0;
  for (std::int64_t j = 0; j < weight.shape[1]; ++j) sum += at(weight, {row, j}) * at(vectors, {b, j});
  return sum;
}

/// x[t] of x [S, B, I] as a matrix [B, I].
inline Tensor time_step(const Tensor& x, std::int64_t t) {
  return build({x.shape[1], x.shape[2]}, [&](const Shape& c) { return at(x, {t, c[0], c[1]}); });
}

inline double optional_element(const Tensor* vector, std::int64_t index) { return vector != nullptr ? vector->data[to_size(index)] : 0.0; }

/// Checks the shapes that the recurrent operations share, and returns the hidden size H: x [S, B, I], weight_ih
/// [gates * H, I], weight_hh [gates * H, H], bias [gates * H] or null.
inline std::int64_t check_recurrent(const Tensor& x, const Tensor& weight_ih, const Tensor& weight_hh, const Tensor* bias,
                                    std::int64_t gates) {
  require_consistent(x);
  require_consistent(weight_hh);
  require(x.shape.size() == 3 && x.shape[0] >= 1, "x must be [S, B, I] with S >= 1");
  require(weight_hh.shape.size() == 2, "weight_hh must have rank 2");
  const std::int64_t hidden = weight_hh.shape[1];
  require(weight_hh.shape[0] == gates * hidden, "weight_hh of the wrong shape");
  require_shape(weight_ih, {gates * hidden, x.shape[2]}, "weight_ih of the wrong shape");
  require_shape(bias, {gates * hidden}, "bias of the wrong shape");
  return hidden;
}

/// [1, B, H] of the last of the steps [B, H], or [S, B, H] of all.
inline Tensor recurrent_output(const std::vector<Tensor>& steps, bool output_sequence) {
  return output_sequence ? stack(steps, 0) : stack({steps.back()}, 0);
}

}  // namespace detail

/// The optional arguments of lstm.
struct LstmOptions {
  const Tensor* bias = nullptr;            ///< [4 * H]
  const Tensor* peephole = nullptr;        ///< [3 * H]
  const Tensor* weight_ih_back = nullptr;  ///< [4 * H, I]; this and the next are needed for "bidirectional"
  const Tensor* weight_hh_back = nullptr;  ///< [4 * H, H]
  const Tensor* bias_back = nullptr;       ///< [4 * H]
  const Tensor* peephole_back = nullptr;   ///< [3 * H]
  std::string direction = "forward";       ///< or "reverse" or "bidirectional"
  bool output_sequence = false;
  std::string recurrent_activation = "sigmoid";
  std::string cell_activation = "tanh";
  std::string activation = "tanh";
  std::optional<double> clip = std::nullopt;
};

struct LstmResult {
  Tensor out, h, c;
};

namespace detail {

struct LstmRun {
  std::vector<Tensor> h;  ///< [B, H] after each step, in the order of processing
  Tensor c;               ///< [B, H] after the last step
};

inline LstmRun run_lstm(const Tensor& x, Tensor h, Tensor c, const Tensor& weight_ih, const Tensor& weight_hh, const Tensor* bias,
                        const Tensor* peephole, bool backwards, const LstmOptions& options) {
  const std::int64_t hidden = check_recurrent(x, weight_ih, weight_hh, bias, 4);
  require_shape(h, {x.shape[1], hidden}, "initial_h of the wrong shape");
  require_shape(c, {x.shape[1], hidden}, "initial_c of the wrong shape");
  require_shape(peephole, {3 * hidden}, "peephole of the wrong shape");
  LstmRun run;
  for (std::int64_t step = 0; step < x.shape[0]; ++step) {
    const Tensor input = time_step(x, backwards ? x.shape[0] - 1 - step : step);
    const Tensor old_h = h;
    for (std::int64_t b = 0; b < x.shape[1]; ++b) {
      for (std::int64_t j = 0; j < hidden; ++j) {
        const auto gate = [&](std::int64_t block) {  // blocks of rows: input, forget, output, cell
          const std::int64_t row = block * hidden + j;
          return row_product(weight_ih, row, input, b) + row_product(weight_hh, row, old_h, b) + optional_element(bias, row);
        };
        double& cell = c.data[to_size(b * hidden + j)];
        const double i = recurrent_activation(options.recurrent_activation, gate(0) + optional_element(peephole, j) * cell);
        const double f = recurrent_activation(options.recurrent_activation, gate(1) + optional_element(peephole, hidden + j) * cell);
        const double z = recurrent_activation(options.cell_activation, gate(3));
        cell = f * cell + i * z;
        if (options.clip.has_value()) cell = std::max(-*options.clip, std::min(*options.clip, cell));
        const double o = recurrent_activation(options.recurrent_activation, gate(2) + optional_element(peephole, 2 * hidden + j) * cell);
        h.data[to_size(b * hidden + j)] = o * recurrent_activation(options.activation, cell);
      }
    }
    run.h.push_back(h);
  }
  run.c = c;
  return run;
}

}  // namespace detail

/// Long short-term memory. x [S, B, I], weight_ih [4 * H, I], weight_hh [4 * H, H], bias [4 * H] (the sum of input and
/// hidden bias) with blocks of rows in the order input, forget, output, cell; peephole [3 * H]: input, forget, output.
/// initial_h, initial_c [B, H], or [B, 2 * H] for "bidirectional", forward before backward. For each step, with f the
/// recurrent activation:
///   i = f(Wi x + Ri h + bi + pi * c)    fg = f(Wf x + Rf h + bf + pf * c)    z = cell_activation(Wz x + Rz h + bz)
///   c = fg * c + i * z, then clipped to [-clip, clip]; o = f(Wo x + Ro h + bo + po * c) with this new c;
///   h = o * activation(c)
/// (peephole and clip as in coremltools' test of lstm and in the neural network format's text; its lstm text calls the
/// clip one of the "cell gate", but the cell state is meant.)
/// "reverse" takes the steps from the last to the first with the weights without _back, and its sequence of outputs is in
/// the order of processing: out[0] belongs to x[S - 1] (coremltools' tests). "bidirectional" runs both, the backward one
/// with the _back weights; there out[t] is the forward h of step t before the backward h for the same t.
/// out [S, B, D * H], or [1, B, D * H], equal to h, without output_sequence; h and c [B, D * H]: the final states.
inline LstmResult lstm(const Tensor& x, const Tensor& initial_h, const Tensor& initial_c, const Tensor& weight_ih, const Tensor& weight_hh,
                       const LstmOptions& options) {
  const std::int64_t hidden = detail::check_recurrent(x, weight_ih, weight_hh, options.bias, 4);
  detail::require(!options.clip.has_value() || *options.clip >= 0.0, "clip must not be negative");
  if (options.direction != "bidirectional") {
    detail::require(options.direction == "forward" || options.direction == "reverse", "unknown direction");
    const detail::LstmRun run = detail::run_lstm(x, initial_h, initial_c, weight_ih, weight_hh, options.bias, options.peephole,
                                                 options.direction == "reverse", options);
    return {detail::recurrent_output(run.h, options.output_sequence), run.h.back(), run.c};
  }

  detail::require(options.weight_ih_back != nullptr && options.weight_hh_back != nullptr, "the _back weights are missing");
  const detail::Shape states{x.shape[1], 2 * hidden};
  detail::require_shape(initial_h, states, "initial_h of the wrong shape");
  detail::require_shape(initial_c, states, "initial_c of the wrong shape");
  const std::vector<Tensor> h = split(initial_h, 1, {hidden, hidden});
  const std::vector<Tensor> c = split(initial_c, 1, {hidden, hidden});
  const detail::LstmRun forward = detail::run_lstm(x, h[0], c[0], weight_ih, weight_hh, options.bias, options.peephole, false, options);
  const detail::LstmRun backward = detail::run_lstm(x, h[1], c[1], *options.weight_ih_back, *options.weight_hh_back, options.bias_back,
                                                    options.peephole_back, true, options);
  std::vector<Tensor> by_time;
  for (std::size_t t = 0; t < forward.h.size(); ++t) {
    by_time.push_back(concat({forward.h[t], backward.h[forward.h.size() - 1 - t]}, 1, false));
  }
  LstmResult result;
  result.h = concat({forward.h.back(), backward.h.back()}, 1, false);
  result.c = concat({forward.c, backward.c}, 1, false);
  result.out = options.output_sequence ? stack(by_time, 0) : stack({result.h}, 0);
  return result;
}

/// The optional arguments of gru.
struct GruOptions {
  const Tensor* bias = nullptr;        ///< [3 * H]
  const Tensor* input_bias = nullptr;  ///< [3 * H], iOS18
  std::string direction = "forward";   ///< or "reverse"
  bool output_sequence = false;
  std::string recurrent_activation = "sigmoid";
  std::string activation = "tanh";
  bool reset_after = false;  ///< iOS18
};

struct RecurrentResult {
  Tensor out, h;
};

/// Gated recurrent unit. x [S, B, I], initial_h [B, H], weight_ih [3 * H, I], weight_hh [3 * H, H], biases [3 * H], with
/// blocks of rows in the order reset, output, update. With f the recurrent activation, b the bias and a the input_bias:
///   r = f(Wr x + ar + Rr h + br)    z = f(Wz x + az + Rz h + bz)
///   o = activation(Wo x + ao + Ro (r * h) + bo)      without reset_after
///   o = activation(Wo x + ao + r * (Ro h + bo))      with reset_after
///   h = (1 - z) * o + z * h
/// coremltools' texts contradict each other on where r is applied (the formula of gru shows r * Ro h in general, the text
/// on reset_after says that with it r comes before the product). Taken here: its test without reset_after, which computes
/// Ro (r * h), and its test with reset_after, which demands torch's GRU with input_bias = b_ih and bias = b_hh.
/// "reverse" and the outputs (out [S or 1, B, H], h [B, H]) are as in lstm.
inline RecurrentResult gru(const Tensor& x, const Tensor& initial_h, const Tensor& weight_ih, const Tensor& weight_hh,
                           const GruOptions& options) {
  using detail::optional_element;
  using detail::row_product;
  const std::int64_t hidden = detail::check_recurrent(x, weight_ih, weight_hh, options.bias, 3);
  detail::require_shape(options.input_bias, {3 * hidden}, "input_bias of the wrong shape");
  detail::require_shape(initial_h, {x.shape[1], hidden}, "initial_h of the wrong shape");
  detail::require(options.direction == "forward" || options.direction == "reverse", "unknown direction");

  std::vector<Tensor> steps;
  Tensor h = initial_h;
  for (std::int64_t step = 0; step < x.shape[0]; ++step) {
    const Tensor input = detail::time_step(x, options.direction == "reverse" ? x.shape[0] - 1 - step : step);
    const auto input_part = [&](std::int64_t row, std::int64_t b) {
      return row_product(weight_ih, row, input, b) + optional_element(options.input_bias, row);
    };
    const auto gate = [&](std::int64_t block, const detail::Shape& c) {
      const std::int64_t row = block * hidden + c[1];
      const double sum = input_part(row, c[0]) + row_product(weight_hh, row, h, c[0]) + optional_element(options.bias, row);
      return detail::recurrent_activation(options.recurrent_activation, sum);
    };
    const Tensor r = detail::build(h.shape, [&](const detail::Shape& c) { return gate(0, c); });
    const Tensor z = detail::build(h.shape, [&](const detail::Shape& c) { return gate(2, c); });
    const Tensor reset_h = mul(r, h);
    const Tensor o = detail::build(h.shape, [&](const detail::Shape& c) {
      const std::int64_t row = hidden + c[1];
      const double bias = optional_element(options.bias, row);
      const double hidden_part = options.reset_after ? detail::at(r, c) * (row_product(weight_hh, row, h, c[0]) + bias)
                                                     : row_product(weight_hh, row, reset_h, c[0]) + bias;
      return detail::recurrent_activation(options.activation, input_part(row, c[0]) + hidden_part);
    });
    h = detail::build(
        h.shape, [&](const detail::Shape& c) { return (1.0 - detail::at(z, c)) * detail::at(o, c) + detail::at(z, c) * detail::at(h, c); });
    steps.push_back(h);
  }
  return {detail::recurrent_output(steps, options.output_sequence), h};
}

// Kernels of transformers, on the layout [1, C, 1, S]: channels on axis 1, positions on the last axis -----------------

namespace detail {

inline void require_channels_layout(const Tensor& x) {
  require_consistent(x);
  require(x.shape.size() == 4 && x.shape[0] == 1 && x.shape[2] == 1, "x must be [1, C, 1, S]");
}

}  // namespace detail

/// out[c, s] = gain[c] * x[c, s] / sqrt(mean over channels of x[., s]^2 + epsilon).
inline Tensor rms_norm(const Tensor& x, const Tensor& gain, double epsilon) {
  detail::require_channels_layout(x);
  detail::require_shape(gain, {x.shape[1]}, "gain of the wrong shape");
  return detail::build(x.shape, [&](const detail::Shape& c) {
    double square_sum = 0.0;
    for (std::int64_t k = 0; k < x.shape[1]; ++k) square_sum += detail::at(x, {0, k, 0, c[3]}) * detail::at(x, {0, k, 0, c[3]});
    const double mean = square_sum / static_cast<double>(x.shape[1]);
    return gain.data[detail::to_size(c[1])] * detail::at(x, c) / std::sqrt(mean + epsilon);
  });
}

/// out[c, s] = gain[c] * (x[c, s] - mean) / sqrt(variance + epsilon) + bias[c], mean and variance over the channels.
inline Tensor layer_norm_channels(const Tensor& x, const Tensor& gain, const Tensor& bias, double epsilon) {
  detail::require_channels_layout(x);
  return layer_norm(x, {1}, &gain, &bias, epsilon);
}

/// out[o, s] = bias[o] + sum over i of weight[o, i] * x[i, s].
inline Tensor conv1x1(const Tensor& x, const Tensor& weight, const Tensor* bias) {
  detail::require_channels_layout(x);
  detail::require_consistent(weight);
  detail::require(weight.shape.size() == 2 && weight.shape[1] == x.shape[1], "weight of the wrong shape");
  detail::require_shape(bias, {weight.shape[0]}, "bias of the wrong shape");
  return detail::build({1, weight.shape[0], 1, x.shape[3]}, [&](const detail::Shape& c) {
    double sum = 0.0;
    for (std::int64_t i = 0; i < x.shape[1]; ++i) sum += detail::at(weight, {c[1], i}) * detail::at(x, {0, i, 0, c[3]});
    return sum + (bias != nullptr ? bias->data[detail::to_size(c[1])] : 0.0);
  });
}

/// w2 * (silu(w1 * x) . (w3 * x)) with . elementwise.
inline Tensor swiglu(const Tensor& x, const Tensor& w1, const Tensor& w3, const Tensor& w2) {
  const Tensor gate = map(conv1x1(x, w1, nullptr), silu);
  const Tensor value = conv1x1(x, w3, nullptr);
  detail::require(gate.shape == value.shape, "w1 and w3 differ in shape");
  return conv1x1(mul(gate, value), w2, nullptr);
}

/// w2 * gelu(w1 * x + b1) + b2. Modes as for gelu: EXACT, TANH_APPROXIMATION, SIGMOID_APPROXIMATION.
inline Tensor gelu_feed_forward(const Tensor& x, const Tensor& w1, const Tensor* b1, const Tensor& w2, const Tensor* b2,
                                const std::string& mode) {
  const bool is_exact = mode == "EXACT";
  const bool is_tanh = mode == "TANH_APPROXIMATION";
  detail::require(is_exact || is_tanh || mode == "SIGMOID_APPROXIMATION", "unknown gelu mode");
  const Tensor inner = map(conv1x1(x, w1, b1), is_exact ? gelu_exact : (is_tanh ? gelu_tanh : gelu_sigmoid));
  return conv1x1(inner, w2, b2);
}

/// Causal multi-head self-attention. q, k, v = wq * x, wk * x, wv * x, of equally many channels, heads * D. Head h has the
/// channels h * D .. (h + 1) * D - 1; position i attends to the positions j <= i with the weights
/// softmax over j of (q[., i] . k[., j]) / sqrt(D). The heads' results, in the same channels, are projected by wo.
inline Tensor causal_attention(const Tensor& x, const Tensor& wq, const Tensor& wk, const Tensor& wv, const Tensor& wo,
                               std::int64_t heads) {
  const Tensor q = conv1x1(x, wq, nullptr);
  const Tensor k = conv1x1(x, wk, nullptr);
  const Tensor v = conv1x1(x, wv, nullptr);
  detail::require(q.shape == k.shape && q.shape == v.shape, "q, k and v differ in shape");
  detail::require(heads >= 1 && q.shape[1] % heads == 0, "the channels are not divisible by the heads");
  const std::int64_t size = q.shape[1] / heads;

  const Tensor attended = detail::build(q.shape, [&](const detail::Shape& c) {
    const std::int64_t first = c[1] / size * size;  // of this head's channels
    const std::int64_t i = c[3];
    Tensor scores{{i + 1}, {}};
    for (std::int64_t j = 0; j <= i; ++j) {
      double score = 0.0;
      for (std::int64_t d = first; d < first + size; ++d) score += detail::at(q, {0, d, 0, i}) * detail::at(k, {0, d, 0, j});
      scores.data.push_back(score / std::sqrt(static_cast<double>(size)));
    }
    const Tensor weights = softmax(scores, 0);
    double sum = 0.0;
    for (std::int64_t j = 0; j <= i; ++j) sum += weights.data[detail::to_size(j)] * detail::at(v, {0, c[1], 0, j});
    return sum;
  });
  return conv1x1(attended, wo, nullptr);
}

/// h = x + causal_attention(rms_norm(x, g1)); y = h + swiglu(rms_norm(h, g2)).
inline Tensor transformer_block(const Tensor& x, const Tensor& g1, const Tensor& wq, const Tensor& wk, const Tensor& wv, const Tensor& wo,
                                std::int64_t heads, const Tensor& g2, const Tensor& w1, const Tensor& w3, const Tensor& w2,
                                double epsilon) {
  const Tensor attention = causal_attention(rms_norm(x, g1, epsilon), wq, wk, wv, wo, heads);
  detail::require(attention.shape == x.shape, "the attention changes the shape");
  const Tensor h = add(x, attention);
  const Tensor fed = swiglu(rms_norm(h, g2, epsilon), w1, w3, w2);
  detail::require(fed.shape == h.shape, "the feed-forward network changes the shape");
  return add(h, fed);
}

}  // namespace reference
