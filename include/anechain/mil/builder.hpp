// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <anechain/mil/builder/assembly.hpp>

namespace anechain::mil {

/// The values of one integer per spatial axis, or two for padding (before, after). Empty means the neutral value.
struct PerAxis {
  std::int64_t values[6]{};  ///< the first `count` count; for padding, pairs
  int count = 0;             ///< 0: the neutral value for every axis

  constexpr PerAxis() = default;
  /// Implicit: `{.strides = {2, 2}}`. More than 6, two for each of three axes, are a TypeError.
  constexpr PerAxis(std::initializer_list<std::int64_t> given) {
    require(given.size() <= 6, "a window", "it has at most 3 spatial axes");
    for (const std::int64_t value : given) values[count++] = value;
  }
};

/// How a window's input is extended. `custom` takes the option `pad`.
enum class Padding : std::uint8_t { valid, same, same_lower, custom };

/// What a convolution takes besides its input and weight. Designated initialisers read well here:
/// `b.conv(x, w, {.strides = {2, 2}, .padding = mil::Padding::same})`.
struct ConvOptions {
  Value bias{};                      ///< [output channels]; absent by default
  PerAxis strides{};                 ///< one per spatial axis; 1 by default
  Padding padding = Padding::valid;  ///< none by default
  PerAxis pad{};                     ///< two per spatial axis, before and after, for Padding::custom
  PerAxis dilations{};               ///< one per spatial axis; 1 by default
  std::int64_t groups = 1;           ///< equal parts of the channels, each convolved by itself
};

/// What pooling takes besides its input and the extents of its window.
struct PoolOptions {
  PerAxis strides{};                 ///< one per spatial axis; 1 by default
  Padding padding = Padding::valid;  ///< none by default
  PerAxis pad{};                     ///< two per spatial axis, before and after, for Padding::custom
  bool ceil_mode = false;            ///< also a last window that reaches over the end of the input
  bool exclude_padding = false;      ///< avg_pool: the average is over the elements that are there
};

/// The way in which gelu is computed: x/2 (1 + erf(x / sqrt 2)), or one of two approximations.
enum class Gelu : std::uint8_t { exact, tanh, sigmoid };

/// What slice_by_index takes besides begin and end. A mask has one flag for each axis.
struct SliceOptions {
  std::initializer_list<std::int64_t> stride{};  ///< one for each axis, negative ones go backward; 1 by default
  std::initializer_list<bool> begin_mask{};      ///< from the first element on, whatever `begin` says
  std::initializer_list<bool> end_mask{};        ///< to the last element, whatever `end` says
  std::initializer_list<bool> squeeze_mask{};    ///< the element `begin` alone; the result does not have the axis
};

/// The way in which `pad` fills.
enum class PadMode : std::uint8_t { constant, reflect, replicate };

/// The way that a recurrent layer goes through the steps.
enum class Direction : std::uint8_t { forward, reverse, bidirectional };

/// What lstm takes: x [steps, batch, inputs], states [batch, directions * hidden], weights [4 hidden, inputs or hidden] with the
/// gates input, forget, output, cell in this order.
struct LstmOperands {
  /// All are needed: x, the hidden state and the cell state to begin with, the weights of inputs (ih) and of the hidden state (hh).
  ///@{
  Value x, initial_h, initial_c, weight_ih, weight_hh;
  ///@}
  /// bias is [4 hidden], peephole [3 hidden] with the gates input, forget, output; both are absent by default.
  ///@{
  Value bias{}, peephole{};
  ///@}
  /// Of the cell that goes backward, for Direction::bidirectional, which needs the two weights.
  ///@{
  Value weight_ih_back{}, weight_hh_back{}, bias_back{}, peephole_back{};
  ///@}
  Direction direction = Direction::forward;  ///< outputs of Direction::reverse begin with the last step's
  bool output_sequence = false;              ///< every step's outputs, not the last one's alone
};

/// What gru takes: like lstm, with the gates reset, output, update.
struct GruOperands {
  /// All are needed: x, the hidden state to begin with, the weights of inputs (ih) and of the hidden state (hh).
  ///@{
  Value x, initial_h, weight_ih, weight_hh;
  ///@}
  Value bias{};                              ///< [3 hidden]; absent by default
  Direction direction = Direction::forward;  ///< forward or reverse, as in lstm
  bool output_sequence = false;              ///< every step's outputs, not the last one's alone
};

/// What a kernel's body builds with: operations, weights and constants; every type is inferred. It declares no inputs and no states, and
/// does not end the program: that is the Builder's. Works in constant expressions and at run time alike. An operand that does not fit stops
/// the compiler, or throws TypeError, naming the operation and the numbers. Operations are Core ML's: what a parameter means in detail is
/// in coremltools' pages on MIL operations.
class Body : public Assembly {
 public:
  // Products

  /// Convolution of x [batch, channels, spatial...] with weight [output channels, channels / groups, kernel...].
  constexpr Value conv(Value x, Value weight, const ConvOptions& options = {}) {
    const int axes = std::clamp(x.type.shape.rank - 2, 1, 3);
    const Windowed window = windowed(options.padding, options.strides, options.pad, axes, "conv");
    const Value dilations = per_axis(Param::dilations, options.dilations, axes, 1);
    const Value groups = operand(Param::groups, options.groups);
    return add(OpKind::conv, {{Param::bias, options.bias.id},
                              {Param::dilations, dilations.id},
                              {Param::groups, groups.id},
                              {Param::pad, window.pad.id},
                              {Param::pad_type, window.pad_type.id},
                              {Param::strides, window.strides.id},
                              {Param::weight, weight.id},
                              {Param::x, x.id}});
  }

  /// The matrix product of the two innermost axes, repeated over the outer ones, which broadcast.
  constexpr Value matmul(Value x, Value y, bool transpose_x = false, bool transpose_y = false) {
    const Value tx = operand(Param::transpose_x, transpose_x);
    const Value ty = operand(Param::transpose_y, transpose_y);
    return add(OpKind::matmul, {{Param::transpose_x, tx.id}, {Param::transpose_y, ty.id}, {Param::x, x.id}, {Param::y, y.id}});
  }

  /// x [..., inputs] times the transpose of weight [outputs, inputs], plus bias [outputs].
  constexpr Value linear(Value x, Value weight, Value bias = {}) {
    return add(OpKind::linear, {{Param::bias, bias.id}, {Param::weight, weight.id}, {Param::x, x.id}});
  }

  /// softmax(query key^T * scale + mask) value. The scale is 1/sqrt(width) by default. The ANE ignores the mask (Orion): build
  /// attention from its parts there.
  constexpr Value scaled_dot_product_attention(Value query, Value key, Value value, Value mask = {}) {
    return add(OpKind::scaled_dot_product_attention,
               {{Param::attn_mask, mask.id}, {Param::key, key.id}, {Param::query, query.id}, {Param::value, value.id}});
  }

  // Element by element, broadcasting: of two

  /// Of tensors of one dtype, fp16, fp32 or int32, which the result has. Shapes are aligned at the innermost axis; an extent of 1
  /// stretches.
  ///@{
  constexpr Value add(Value x, Value y) { return binary(OpKind::add, x, y); }
  constexpr Value sub(Value x, Value y) { return binary(OpKind::sub, x, y); }
  constexpr Value mul(Value x, Value y) { return binary(OpKind::mul, x, y); }
  constexpr Value real_div(Value x, Value y) { return binary(OpKind::real_div, x, y); }
  constexpr Value floor_div(Value x, Value y) { return binary(OpKind::floor_div, x, y); }  ///< x / y, rounded down
  constexpr Value mod(Value x, Value y) { return binary(OpKind::mod, x, y); }  ///< x - y * floor_div(x, y): it has the sign of y
  constexpr Value pow(Value x, Value y) { return binary(OpKind::pow, x, y); }  ///< x to the power of y
  constexpr Value maximum(Value x, Value y) { return binary(OpKind::maximum, x, y); }
  constexpr Value minimum(Value x, Value y) { return binary(OpKind::minimum, x, y); }
  ///@}
  /// Bools, of tensors of one dtype, fp16, fp32 or int32; shapes broadcast as in `add`.
  ///@{
  constexpr Value equal(Value x, Value y) { return binary(OpKind::equal, x, y); }
  constexpr Value not_equal(Value x, Value y) { return binary(OpKind::not_equal, x, y); }
  constexpr Value less(Value x, Value y) { return binary(OpKind::less, x, y); }
  constexpr Value less_equal(Value x, Value y) { return binary(OpKind::less_equal, x, y); }
  constexpr Value greater(Value x, Value y) { return binary(OpKind::greater, x, y); }
  constexpr Value greater_equal(Value x, Value y) { return binary(OpKind::greater_equal, x, y); }
  ///@}
  /// Bools, of bools; shapes broadcast as in `add`.
  ///@{
  constexpr Value logical_and(Value x, Value y) { return binary(OpKind::logical_and, x, y); }
  constexpr Value logical_or(Value x, Value y) { return binary(OpKind::logical_or, x, y); }
  constexpr Value logical_xor(Value x, Value y) { return binary(OpKind::logical_xor, x, y); }
  ///@}

  /// a where cond is true, else b.
  constexpr Value select(Value cond, Value a, Value b) {
    return add(OpKind::select, {{Param::a, a.id}, {Param::b, b.id}, {Param::cond, cond.id}});
  }

  // Element by element: of one

  /// Of fp16 or fp32, for abs, exp2, relu, sign and square also int32; the result has x's type. Angles are in radians.
  ///@{
  constexpr Value abs(Value x) { return unary(OpKind::abs, x); }
  constexpr Value acos(Value x) { return unary(OpKind::acos, x); }
  constexpr Value asin(Value x) { return unary(OpKind::asin, x); }
  constexpr Value atan(Value x) { return unary(OpKind::atan, x); }
  constexpr Value atanh(Value x) { return unary(OpKind::atanh, x); }
  constexpr Value ceil(Value x) { return unary(OpKind::ceil, x); }
  constexpr Value cos(Value x) { return unary(OpKind::cos, x); }
  constexpr Value cosh(Value x) { return unary(OpKind::cosh, x); }
  constexpr Value erf(Value x) { return unary(OpKind::erf, x); }  ///< the error function
  constexpr Value exp(Value x) { return unary(OpKind::exp, x); }
  constexpr Value exp2(Value x) { return unary(OpKind::exp2, x); }  ///< 2 to the power of x
  constexpr Value floor(Value x) { return unary(OpKind::floor, x); }
  constexpr Value identity(Value x) { return unary(OpKind::identity, x); }        ///< x itself, of any type
  constexpr Value logical_not(Value x) { return unary(OpKind::logical_not, x); }  ///< of bools
  constexpr Value relu(Value x) { return unary(OpKind::relu, x); }                ///< x, but at least 0
  constexpr Value relu6(Value x) { return unary(OpKind::relu6, x); }              ///< x, but at least 0 and at most 6
  constexpr Value round(Value x) { return unary(OpKind::round, x); }              ///< to the nearest integer, halves to the even one
  constexpr Value sigmoid(Value x) { return unary(OpKind::sigmoid, x); }          ///< 1 / (1 + exp(-x))
  constexpr Value sign(Value x) { return unary(OpKind::sign, x); }                ///< -1, 0 or 1
  constexpr Value silu(Value x) { return unary(OpKind::silu, x); }                ///< x * sigmoid(x)
  constexpr Value sin(Value x) { return unary(OpKind::sin, x); }
  constexpr Value sinh(Value x) { return unary(OpKind::sinh, x); }
  constexpr Value softplus(Value x) { return unary(OpKind::softplus, x); }  ///< log(1 + exp(x))
  constexpr Value softsign(Value x) { return unary(OpKind::softsign, x); }  ///< x / (1 + |x|)
  constexpr Value sqrt(Value x) { return unary(OpKind::sqrt, x); }
  constexpr Value square(Value x) { return unary(OpKind::square, x); }
  constexpr Value tan(Value x) { return unary(OpKind::tan, x); }
  constexpr Value tanh(Value x) { return unary(OpKind::tanh, x); }
  ///@}

  /// 1 / (x + epsilon), log(x + epsilon), 1 / sqrt(x + epsilon). The ANE takes them only where epsilon is given (irm).
  ///@{
  constexpr Value inverse(Value x, double epsilon = 1e-4) { return with_epsilon(OpKind::inverse, x, epsilon); }
  constexpr Value log(Value x, double epsilon = 0) { return with_epsilon(OpKind::log, x, epsilon); }
  constexpr Value rsqrt(Value x, double epsilon = 0) { return with_epsilon(OpKind::rsqrt, x, epsilon); }
  ///@}

  /// x, but at least alpha and at most beta.
  constexpr Value clip(Value x, double alpha, double beta) { return parametric(OpKind::clip, x, alpha, beta); }
  /// x where x >= 0, else alpha * x; at most beta.
  constexpr Value clamped_relu(Value x, double alpha, double beta) { return parametric(OpKind::clamped_relu, x, alpha, beta); }
  /// alpha * x + beta.
  constexpr Value linear_activation(Value x, double alpha, double beta) { return parametric(OpKind::linear_activation, x, alpha, beta); }
  /// alpha * tanh(beta * x).
  constexpr Value scaled_tanh(Value x, double alpha, double beta) { return parametric(OpKind::scaled_tanh, x, alpha, beta); }
  /// alpha * x + beta, but at least 0 and at most 1.
  constexpr Value sigmoid_hard(Value x, double alpha, double beta) { return parametric(OpKind::sigmoid_hard, x, alpha, beta); }
  /// x where x >= 0, else alpha * (exp(x) - 1).
  constexpr Value elu(Value x, double alpha) { return parametric(OpKind::elu, x, alpha); }
  /// x where x >= 0, else alpha * x.
  constexpr Value leaky_relu(Value x, double alpha) { return parametric(OpKind::leaky_relu, x, alpha); }
  /// x where x >= alpha, else 0.
  constexpr Value thresholded_relu(Value x, double alpha) { return parametric(OpKind::thresholded_relu, x, alpha); }

  /// x/2 (1 + erf(x / sqrt 2)), or one of its approximations: see Gelu.
  constexpr Value gelu(Value x, Gelu mode = Gelu::exact) {
    constexpr std::string_view names[]{"EXACT", "TANH_APPROXIMATION", "SIGMOID_APPROXIMATION"};
    return add(OpKind::gelu, {{Param::mode, operand(Param::mode, names[static_cast<int>(mode)]).id}, {Param::x, x.id}});
  }

  /// The same numbers in another element type.
  constexpr Value cast(Value x, DType dtype) {
    const Value name = operand(Param::dtype, facts(dtype).name);
    return add(OpKind::cast, {{Param::dtype, name.id}, {Param::x, x.id}});
  }

  // Over axes

  /// Over the axes that are listed; the result keeps them, with one element each, where `keep` is true. Negative axes count from the
  /// end. x is fp16, fp32 or int32, and the result has its dtype.
  ///@{
  constexpr Value reduce_sum(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_sum, x, axes, keep);
  }
  constexpr Value reduce_mean(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_mean, x, axes, keep);
  }
  constexpr Value reduce_max(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_max, x, axes, keep);
  }
  constexpr Value reduce_min(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_min, x, axes, keep);
  }
  constexpr Value reduce_prod(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_prod, x, axes, keep);
  }
  /// The sum of the absolute values.
  constexpr Value reduce_l1_norm(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_l1_norm, x, axes, keep);
  }
  /// The square root of the sum of the squares.
  constexpr Value reduce_l2_norm(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_l2_norm, x, axes, keep);
  }
  constexpr Value reduce_sum_square(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_sum_square, x, axes, keep);
  }
  /// log(sum(x)).
  constexpr Value reduce_log_sum(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_log_sum, x, axes, keep);
  }
  /// log(sum(exp(x))).
  constexpr Value reduce_log_sum_exp(Value x, std::initializer_list<std::int64_t> axes, bool keep = true) {
    return reduce(OpKind::reduce_log_sum_exp, x, axes, keep);
  }
  ///@}

  /// Where along an axis the largest (smallest) element is; the first of equal ones.
  ///@{
  constexpr Value reduce_argmax(Value x, std::int64_t axis, bool keep = true) { return reduce_arg(OpKind::reduce_argmax, x, axis, keep); }
  constexpr Value reduce_argmin(Value x, std::int64_t axis, bool keep = true) { return reduce_arg(OpKind::reduce_argmin, x, axis, keep); }
  ///@}

  /// exp(x) / sum(exp(x)) along an axis.
  constexpr Value softmax(Value x, std::int64_t axis = -1) {
    return add(OpKind::softmax, {{Param::axis, operand(Param::axis, axis).id}, {Param::x, x.id}});
  }

  /// (x - mean) / sqrt(variance + epsilon) over the axes, times gamma, plus beta, which have the extents of those axes.
  constexpr Value layer_norm(Value x, std::initializer_list<std::int64_t> axes, Value gamma = {}, Value beta = {}, double epsilon = 1e-5) {
    const Value list = operand(Param::axes, axes);
    const Value small = operand(Param::epsilon, x.type.dtype, epsilon);
    return add(OpKind::layer_norm,
               {{Param::axes, list.id}, {Param::beta, beta.id}, {Param::epsilon, small.id}, {Param::gamma, gamma.id}, {Param::x, x.id}});
  }

  /// The k largest (smallest) elements along an axis, in order, and their places.
  constexpr std::array<Value, 2> topk(Value x, std::int64_t k, std::int64_t axis = -1, bool ascending = false) {
    const Value order = operand(Param::ascending, ascending);
    const Value at = operand(Param::axis, axis);
    const Value count = operand(Param::k, k);
    return several<2>(OpKind::topk, {{Param::ascending, order.id}, {Param::axis, at.id}, {Param::k, count.id}, {Param::x, x.id}});
  }

  /// The largest element of each window.
  constexpr Value max_pool(Value x, std::initializer_list<std::int64_t> kernel_sizes, const PoolOptions& options = {}) {
    return pool(OpKind::max_pool, x, kernel_sizes, options);
  }

  /// The average of each window.
  constexpr Value avg_pool(Value x, std::initializer_list<std::int64_t> kernel_sizes, const PoolOptions& options = {}) {
    return pool(OpKind::avg_pool, x, kernel_sizes, options);
  }

  // Elements elsewhere

  /// The same elements, in the same order, in another shape: `b.reshape(x, {1, 8, 32, 64})`. 0 keeps an extent, one -1 takes what
  /// is left.
  constexpr Value reshape(Value x, std::initializer_list<std::int64_t> extents) {
    return add(OpKind::reshape, {{Param::shape, operand(Param::shape, extents).id}, {Param::x, x.id}});
  }

  /// The axes in another order: axis i of the result is axis `permutation[i]` of x.
  constexpr Value transpose(Value x, std::initializer_list<std::int64_t> permutation) {
    return add(OpKind::transpose, {{Param::perm, operand(Param::perm, permutation).id}, {Param::x, x.id}});
  }

  /// Axes of one element more, at the places that they have in the result.
  constexpr Value expand_dims(Value x, std::initializer_list<std::int64_t> axes) {
    return add(OpKind::expand_dims, {{Param::axes, operand(Param::axes, axes).id}, {Param::x, x.id}});
  }

  /// Axes of one element less.
  constexpr Value squeeze(Value x, std::initializer_list<std::int64_t> axes) {
    return add(OpKind::squeeze, {{Param::axes, operand(Param::axes, axes).id}, {Param::x, x.id}});
  }

  /// Values one behind the other along an axis.
  constexpr Value concat(std::initializer_list<Value> values, std::int64_t axis) {
    const Value at = operand(Param::axis, axis);
    return listed(OpKind::concat, values, {{Param::axis, at.id}, {Param::interleave, operand(Param::interleave, false).id}});
  }

  /// Values of one type along a new axis.
  constexpr Value stack(std::initializer_list<Value> values, std::int64_t axis) {
    return listed(OpKind::stack, values, {{Param::axis, operand(Param::axis, axis).id}});
  }

  /// Equal parts of an axis: `auto [gate, up] = b.split<2>(x, 1);`
  template <std::size_t Parts>
  constexpr std::array<Value, Parts> split(Value x, std::int64_t axis) {
    const Value at = operand(Param::axis, axis);
    const Value count = operand(Param::num_splits, std::int64_t{Parts});
    return several<Parts>(OpKind::split, {{Param::axis, at.id}, {Param::num_splits, count.id}, {Param::x, x.id}});
  }

  /// Parts of an axis that have these sizes: `auto [a, b] = b.split<2>(x, 1, {64, 32});`
  template <std::size_t Parts>
  constexpr std::array<Value, Parts> split(Value x, std::int64_t axis, std::initializer_list<std::int64_t> sizes) {
    require(sizes.size() == Parts, "split", "{} sizes for {} parts", std::ssize(sizes), std::int64_t{Parts});
    const Value at = operand(Param::axis, axis);
    return several<Parts>(OpKind::split,
                          {{Param::axis, at.id}, {Param::split_sizes, operand(Param::split_sizes, sizes).id}, {Param::x, x.id}});
  }

  /// Elements from `begin` to before `end` along each axis, as numpy counts them.
  constexpr Value slice_by_index(Value x, std::initializer_list<std::int64_t> begin, std::initializer_list<std::int64_t> end,
                                 const SliceOptions& options = {}) {
    const auto mask = [&](Param param, std::initializer_list<bool> given) { return given.size() == 0 ? Value{} : flags(param, given); };
    const Value from = operand(Param::begin, begin);
    const Value from_mask = mask(Param::begin_mask, options.begin_mask);
    const Value to = operand(Param::end, end);
    const Value to_mask = mask(Param::end_mask, options.end_mask);
    const Value squeeze_mask = mask(Param::squeeze_mask, options.squeeze_mask);
    const Value stride = options.stride.size() == 0 ? Value{} : operand(Param::stride, options.stride);
    return add(OpKind::slice_by_index, {{Param::begin, from.id},
                                        {Param::begin_mask, from_mask.id},
                                        {Param::end, to.id},
                                        {Param::end_mask, to_mask.id},
                                        {Param::squeeze_mask, squeeze_mask.id},
                                        {Param::stride, stride.id},
                                        {Param::x, x.id}});
  }

  /// `size` elements from `begin` on along each axis; a size of -1 reaches to the end.
  constexpr Value slice_by_size(Value x, std::initializer_list<std::int64_t> begin, std::initializer_list<std::int64_t> size) {
    const Value from = operand(Param::begin, begin);
    return add(OpKind::slice_by_size, {{Param::begin, from.id}, {Param::size, operand(Param::size, size).id}, {Param::x, x.id}});
  }

  /// x `reps[i]` times along axis i.
  constexpr Value tile(Value x, std::initializer_list<std::int64_t> reps) {
    return add(OpKind::tile, {{Param::reps, operand(Param::reps, reps).id}, {Param::x, x.id}});
  }

  /// Elements before and after each of the innermost axes, two numbers for each: `b.pad(x, {0, 0, 1, 1})` pads the last axis.
  constexpr Value pad(Value x, std::initializer_list<std::int64_t> before_and_after, PadMode mode = PadMode::constant, double number = 0) {
    constexpr std::string_view names[]{"constant", "reflect", "replicate"};
    const Value value = operand(Param::constant_val, x.type.dtype, number);
    const Value kind = operand(Param::mode, names[static_cast<int>(mode)]);
    const Value amounts = operand(Param::pad, before_and_after);
    return add(OpKind::pad, {{Param::constant_val, value.id}, {Param::mode, kind.id}, {Param::pad, amounts.id}, {Param::x, x.id}});
  }

  /// The slices of x along an axis that the indices name; the first `batch_dims` axes belong together.
  constexpr Value gather(Value x, Value indices, std::int64_t axis = 0, std::int64_t batch_dims = 0) {
    const Value at = operand(Param::axis, axis);
    const Value batch = batch_dims == 0 ? Value{} : operand(Param::batch_dims, batch_dims);
    return add(OpKind::gather, {{Param::axis, at.id},
                                {Param::batch_dims, batch.id},
                                {Param::indices, indices.id},
                                {Param::validate_indices, operand(Param::validate_indices, false).id},
                                {Param::x, x.id}});
  }

  /// The elements of x whose place along the axis the indices name, each for its own place on the others.
  constexpr Value gather_along_axis(Value x, Value indices, std::int64_t axis = 0) {
    const Value at = operand(Param::axis, axis);
    return add(OpKind::gather_along_axis, {{Param::axis, at.id},
                                           {Param::indices, indices.id},
                                           {Param::validate_indices, operand(Param::validate_indices, false).id},
                                           {Param::x, x.id}});
  }

  /// start, start + step, ... to before end.
  constexpr Value range_1d(DType dtype, double start, double end, double step) {
    const Value last = operand(Param::end, dtype, end);
    const Value first = operand(Param::start, dtype, start);
    return add(OpKind::range_1d, {{Param::end, last.id}, {Param::start, first.id}, {Param::step, operand(Param::step, dtype, step).id}});
  }

  /// The extents of x.
  constexpr Value shape(Value x) { return unary(OpKind::shape, x); }

  // Fewer bits

  /// round(x / scale) + zero_point, kept within int8 or uint8. `scale` and `zero_point` are scalars, or have an element for
  /// each place along the axis.
  constexpr Value quantize(Value x, DType dtype, Value scale, Value zero_point = {}, std::int64_t axis = 0) {
    const Value at = scale.type.shape.rank == 0 ? Value{} : operand(Param::axis, axis);
    const Value name = operand(Param::output_dtype, facts(dtype).name);
    return add(OpKind::quantize, {{Param::axis, at.id},
                                  {Param::input, x.id},
                                  {Param::output_dtype, name.id},
                                  {Param::scale, scale.id},
                                  {Param::zero_point, zero_point.id}});
  }

  /// scale * (x - zero_point).
  constexpr Value dequantize(Value x, Value scale, Value zero_point = {}, std::int64_t axis = 0) {
    const Value at = scale.type.shape.rank == 0 ? Value{} : operand(Param::axis, axis);
    return add(OpKind::dequantize,
               {{Param::axis, at.id}, {Param::input, x.id}, {Param::scale, scale.id}, {Param::zero_point, zero_point.id}});
  }

  /// A weight that is stored as int8 or uint8: scale * (data - zero_point). `data` is a weight; it is written within this operation.
  constexpr Value constexpr_affine_dequantize(Value data, DType dtype, double scale, std::int64_t zero_point = 0, std::int64_t axis = 0) {
    const std::int64_t at[]{axis};
    const std::int64_t factor[]{to_bits(rounded(dtype, scale))};
    const std::int64_t zero[]{zero_point};
    return add(OpKind::constexpr_affine_dequantize, {{Param::axis, unnamed({int32, {}}, at).id},
                                                     {Param::quantized_data, unnamed(data).id},
                                                     {Param::scale, unnamed({dtype, {}}, factor).id},
                                                     {Param::zero_point, unnamed({data.type.dtype, {}}, zero).id}});
  }

  /// A weight that is stored as indices into a table of 2, 4, 16, 64 or 256 entries; both are weights, `indices` packed bytes.
  constexpr Value constexpr_lut_to_dense(Value indices, Value lut, std::initializer_list<std::int64_t> extents) {
    const Value shape = unnamed({DType::uint32, {{std::ssize(extents)}, 1}}, {extents.begin(), extents.size()});
    return add(OpKind::constexpr_lut_to_dense,
               {{Param::indices, unnamed(indices).id}, {Param::lut, unnamed(lut).id}, {Param::shape, shape.id}});
  }

  /// A weight of which only the elements are stored that are not zero, and a mask of one bit for each; both are weights.
  constexpr Value constexpr_sparse_to_dense(Value nonzero_data, Value mask, std::initializer_list<std::int64_t> extents) {
    const Value shape = unnamed({DType::uint32, {{std::ssize(extents)}, 1}}, {extents.begin(), extents.size()});
    return add(OpKind::constexpr_sparse_to_dense,
               {{Param::mask, unnamed(mask).id}, {Param::nonzero_data, unnamed(nonzero_data).id}, {Param::shape, shape.id}});
  }

  // Through time

  /// The outputs, the last hidden state, the last cell state.
  constexpr std::array<Value, 3> lstm(const LstmOperands& given) {
    const Value direction = operand(Param::direction, direction_names[static_cast<int>(given.direction)]);
    const Value sequence = operand(Param::output_sequence, given.output_sequence);
    return several<3>(OpKind::lstm, {{Param::bias, given.bias.id},
                                     {Param::bias_back, given.bias_back.id},
                                     {Param::direction, direction.id},
                                     {Param::initial_c, given.initial_c.id},
                                     {Param::initial_h, given.initial_h.id},
                                     {Param::output_sequence, sequence.id},
                                     {Param::peephole, given.peephole.id},
                                     {Param::peephole_back, given.peephole_back.id},
                                     {Param::weight_hh, given.weight_hh.id},
                                     {Param::weight_hh_back, given.weight_hh_back.id},
                                     {Param::weight_ih, given.weight_ih.id},
                                     {Param::weight_ih_back, given.weight_ih_back.id},
                                     {Param::x, given.x.id}});
  }

  /// The outputs, the last hidden state.
  constexpr std::array<Value, 2> gru(const GruOperands& given) {
    const Value direction = operand(Param::direction, direction_names[static_cast<int>(given.direction)]);
    const Value sequence = operand(Param::output_sequence, given.output_sequence);
    return several<2>(OpKind::gru, {{Param::bias, given.bias.id},
                                    {Param::direction, direction.id},
                                    {Param::initial_h, given.initial_h.id},
                                    {Param::output_sequence, sequence.id},
                                    {Param::weight_hh, given.weight_hh.id},
                                    {Param::weight_ih, given.weight_ih.id},
                                    {Param::x, given.x.id}});
  }

 private:
  friend class Builder;

  using Assembly::add;

  struct Windowed {
    Value pad_type, strides, pad;
  };

  static constexpr std::string_view direction_names[]{"forward", "reverse", "bidirectional"};

  constexpr Value unary(OpKind kind, Value x) { return add(kind, {{Param::x, x.id}}); }
  constexpr Value binary(OpKind kind, Value x, Value y) { return add(kind, {{Param::x, x.id}, {Param::y, y.id}}); }

  constexpr Value with_epsilon(OpKind kind, Value x, double epsilon) {
    return add(kind, {{Param::epsilon, operand(Param::epsilon, x.type.dtype, epsilon).id}, {Param::x, x.id}});
  }
  constexpr Value parametric(OpKind kind, Value x, double alpha) {
    return add(kind, {{Param::alpha, operand(Param::alpha, x.type.dtype, alpha).id}, {Param::x, x.id}});
  }
  constexpr Value parametric(OpKind kind, Value x, double alpha, double beta) {
    const Value first = operand(Param::alpha, x.type.dtype, alpha);
    return add(kind, {{Param::alpha, first.id}, {Param::beta, operand(Param::beta, x.type.dtype, beta).id}, {Param::x, x.id}});
  }

  constexpr Value reduce(OpKind kind, Value x, std::initializer_list<std::int64_t> axes, bool keep) {
    const Value list = operand(Param::axes, axes);
    return add(kind, {{Param::axes, list.id}, {Param::keep_dims, operand(Param::keep_dims, keep).id}, {Param::x, x.id}});
  }
  constexpr Value reduce_arg(OpKind kind, Value x, std::int64_t axis, bool keep) {
    const Value at = operand(Param::axis, axis);
    return add(kind, {{Param::axis, at.id}, {Param::keep_dims, operand(Param::keep_dims, keep).id}, {Param::x, x.id}});
  }

  constexpr Windowed windowed(Padding padding, const PerAxis& strides, const PerAxis& pad, int axes, const char* operation) {
    for (int i = 0; i < pad.count; ++i)
      require(padding == Padding::custom || pad.values[i] == 0, operation, "pad is given, {}, but takes effect only with Padding::custom",
              pad.values[i]);
    constexpr std::string_view names[]{"valid", "same", "same_lower", "custom"};
    const Value pad_type = operand(Param::pad_type, names[static_cast<int>(padding)]);
    const Value steps = per_axis(Param::strides, strides, axes, 1);
    return {pad_type, steps, per_axis(Param::pad, pad, 2 * axes, 0)};
  }

  constexpr Value per_axis(Param param, PerAxis given, int count, std::int64_t neutral) {
    if (given.count == 0)
      while (given.count < count) given.values[given.count++] = neutral;
    return operand(param, Entries<std::int64_t>{given.values, static_cast<std::size_t>(given.count)});
  }

  constexpr Value pool(OpKind kind, Value x, std::initializer_list<std::int64_t> kernel_sizes, const PoolOptions& options) {
    const int axes = std::clamp(x.type.shape.rank - 2, 1, 3);
    const Windowed window = windowed(options.padding, options.strides, options.pad, axes, facts(kind).name.data());
    const Value ceil_mode = operand(Param::ceil_mode, options.ceil_mode);
    const Value exclude = kind == OpKind::avg_pool ? operand(Param::exclude_padding_from_average, options.exclude_padding) : Value{};
    return add(kind, {{Param::ceil_mode, ceil_mode.id},
                      {Param::exclude_padding_from_average, exclude.id},
                      {Param::kernel_sizes, operand(Param::kernel_sizes, kernel_sizes).id},
                      {Param::pad, window.pad.id},
                      {Param::pad_type, window.pad_type.id},
                      {Param::strides, window.strides.id},
                      {Param::x, x.id}});
  }

  constexpr Value listed(OpKind kind, std::initializer_list<Value> values, std::initializer_list<Argument> others) {
    Table<Argument> arguments;
    arguments.reserve(values.size() + others.size());
    for (const Argument& other : others) arguments.push_back(other);
    for (const Value& value : values) arguments.push_back({Param::values, value.id});
    return add(kind, Entries<Argument>{arguments.data(), arguments.size()});
  }

  template <std::size_t Count>
  constexpr std::array<Value, Count> several(OpKind kind, std::initializer_list<Argument> arguments) {
    std::array<Value, Count> results{};
    Assembly::add(kind, {arguments.begin(), arguments.size()}, {results.data(), Count});
    return results;
  }
};

/// A whole program: a Body with inputs, states and an end.
///
///     mil::Builder b;
///     const mil::Value x = b.input("x", mil::tensor(mil::fp16, 1, 64, 1, 32));
///     const mil::Graph graph = b.finish(b.relu(x));
class Builder : public Body {
 public:
  /// An input of the program. Its extents must be known.
  constexpr Value input(std::string_view name, const TensorType& type) { return declare_input(name, type, false); }

  /// An input that lives on from one evaluation to the next: what read_state and write_state take.
  constexpr Value state(std::string_view name, const TensorType& type) { return declare_input(name, type, true); }

  /// What a state holds.
  constexpr Value read_state(Value state) { return add(OpKind::read_state, {{Param::input, state.id}}); }

  /// Gives a state its next content.
  constexpr void write_state(Value state, Value data) {
    const Argument arguments[]{{Param::data, data.id}, {Param::input, state.id}};
    Assembly::add(OpKind::write_state, arguments, {});
  }

  /// Ends the program with its result, which is named "y", and gives the graph away.
  constexpr Graph finish(Value result) {
    const Result results[]{{"y", result}};
    return finished(results);
  }

  /// Ends the program with several results, each of its own name.
  ///@{
  constexpr Graph finish(std::initializer_list<Result> results) { return finished({results.begin(), results.size()}); }
  constexpr Graph finish(Entries<Result> results) { return finished(results); }
  ///@}
};

}  // namespace anechain::mil
