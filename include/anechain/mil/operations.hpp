// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <anechain/mil/opset.hpp>

namespace anechain::mil {

/// The operations that a Graph can hold, in alphabetical order, `const` apart, whose name C++ has taken.
enum class OpKind : std::uint8_t {
  constant,
  abs,
  acos,
  add,
  asin,
  atan,
  atanh,
  avg_pool,
  cast,
  ceil,
  clamped_relu,
  clip,
  concat,
  constexpr_affine_dequantize,
  constexpr_lut_to_dense,
  constexpr_sparse_to_dense,
  conv,
  cos,
  cosh,
  crop_resize,
  dequantize,
  elu,
  equal,
  erf,
  exp,
  exp2,
  expand_dims,
  floor,
  floor_div,
  gather,
  gather_along_axis,
  gelu,
  greater,
  greater_equal,
  gru,
  identity,
  inverse,
  layer_norm,
  leaky_relu,
  less,
  less_equal,
  linear,
  linear_activation,
  log,
  logical_and,
  logical_not,
  logical_or,
  logical_xor,
  lstm,
  matmul,
  max_pool,
  maximum,
  minimum,
  mod,
  mul,
  not_equal,
  pad,
  pow,
  quantize,
  range_1d,
  read_state,
  real_div,
  reduce_argmax,
  reduce_argmin,
  reduce_l1_norm,
  reduce_l2_norm,
  reduce_log_sum,
  reduce_log_sum_exp,
  reduce_max,
  reduce_mean,
  reduce_min,
  reduce_prod,
  reduce_sum,
  reduce_sum_square,
  relu,
  relu6,
  reshape,
  round,
  rsqrt,
  scaled_dot_product_attention,
  scaled_tanh,
  select,
  shape,
  sigmoid,
  sigmoid_hard,
  sign,
  silu,
  sin,
  sinh,
  slice_by_index,
  slice_by_size,
  softmax,
  softplus,
  softsign,
  split,
  sqrt,
  square,
  squeeze,
  stack,
  sub,
  tan,
  tanh,
  tensor_buffer_to_tensor,
  tensor_to_tensor_buffer,
  thresholded_relu,
  tile,
  topk,
  transpose,
  write_state,
};

/// The names of operands, in alphabetical order.
enum class Param : std::uint8_t {
  a,
  activation,
  alpha,
  ascending,
  attn_mask,
  axes,
  axis,
  b,
  batch_dims,
  begin,
  begin_mask,
  beta,
  bias,
  bias_back,
  box_coordinate_mode,
  box_indices,
  boxes,
  ceil_mode,
  cell_activation,
  clip,
  cond,
  constant_val,
  data,
  dilations,
  direction,
  dtype,
  end,
  end_mask,
  epsilon,
  exclude_padding_from_average,
  gamma,
  groups,
  indices,
  initial_c,
  initial_h,
  input,
  interleave,
  interleave_factors,
  k,
  keep_dims,
  kernel_sizes,
  key,
  lut,
  mask,
  mode,
  nonzero_data,
  normalized_coordinates,
  num_splits,
  output_dtype,
  output_indices_dtype,
  output_sequence,
  pad,
  pad_type,
  pad_value,
  peephole,
  peephole_back,
  perm,
  quantized_data,
  query,
  recurrent_activation,
  reps,
  return_indices,
  roi,
  sampling_mode,
  scale,
  shape,
  size,
  sort,
  spatial_scale,
  split_sizes,
  squeeze_mask,
  start,
  step,
  stride,
  strides,
  target_height,
  target_width,
  transpose_x,
  transpose_y,
  validate_indices,
  value,
  values,
  weight,
  weight_hh,
  weight_hh_back,
  weight_ih,
  weight_ih_back,
  x,
  y,
  zero_point,
};

/// `text` is the operand's name in MIL; `constant_name` is how the builder names a constant that it makes for it (the
/// original experiment's names where it has one), empty where the operand is always a value that the user gives.
struct ParamFacts {
  std::string_view text;             ///< like pad_type
  std::string_view constant_name{};  ///< like pt, which makes pt, pt_1, pt_2, ...
};

/// In the order of Param.
inline constexpr ParamFacts param_table[]{
    {"a"},
    {"activation", "act"},
    {"alpha", "alpha"},
    {"ascending", "asc"},
    {"attn_mask"},
    {"axes", "axes"},
    {"axis", "ax"},
    {"b"},
    {"batch_dims", "bd"},
    {"begin", "begin"},
    {"begin_mask", "bm"},
    {"beta", "beta"},
    {"bias"},
    {"bias_back"},
    {"box_coordinate_mode"},
    {"box_indices"},
    {"boxes"},
    {"ceil_mode", "cm"},
    {"cell_activation", "cact"},
    {"clip"},
    {"cond"},
    {"constant_val", "cval"},
    {"data"},
    {"dilations", "dl"},
    {"direction", "dir"},
    {"dtype", "dt"},
    {"end", "end"},
    {"end_mask", "em"},
    {"epsilon", "eps"},
    {"exclude_padding_from_average", "ep"},
    {"gamma"},
    {"groups", "gr"},
    {"indices"},
    {"initial_c"},
    {"initial_h"},
    {"input"},
    {"interleave", "il"},
    {"interleave_factors"},
    {"k", "topk_k"},
    {"keep_dims", "kd"},
    {"kernel_sizes", "ks"},
    {"key"},
    {"lut"},
    {"mask"},
    {"mode", "mode"},
    {"nonzero_data"},
    {"normalized_coordinates"},
    {"num_splits", "ns"},
    {"output_dtype", "odt"},
    {"output_indices_dtype", "oidt"},
    {"output_sequence", "os"},
    {"pad", "pd"},
    {"pad_type", "pt"},
    {"pad_value"},
    {"peephole"},
    {"peephole_back"},
    {"perm", "pm"},
    {"quantized_data"},
    {"query"},
    {"recurrent_activation", "ract"},
    {"reps", "reps"},
    {"return_indices", "ri"},
    {"roi"},
    {"sampling_mode"},
    {"scale", "scale"},
    {"shape", "sh"},
    {"size", "size"},
    {"sort", "sort"},
    {"spatial_scale"},
    {"split_sizes", "ss"},
    {"squeeze_mask", "sm"},
    {"start", "start"},
    {"step", "step"},
    {"stride", "stride"},
    {"strides", "st"},
    {"target_height"},
    {"target_width"},
    {"transpose_x", "tx"},
    {"transpose_y", "ty"},
    {"validate_indices", "vi"},
    {"value"},
    {"values"},
    {"weight"},
    {"weight_hh"},
    {"weight_hh_back"},
    {"weight_ih"},
    {"weight_ih_back"},
    {"x"},
    {"y", "c"},
    {"zero_point", "zp"},
};

/// Its row of param_table.
constexpr const ParamFacts& facts(Param param) { return param_table[static_cast<std::size_t>(param)]; }

/// What kind of thing an operation does: from it follow the rules of its types and its count of operations, where the
/// operation has none of its own.
enum class Family : std::uint8_t {
  constant,    ///< `const`
  decoding,    ///< a constant of the weight file made from smaller data: its operands stand in its attributes
  unary,       ///< f(x), element by element, floating
  unary_any,   ///< the same, also for int32
  binary,      ///< f(x, y), element by element, broadcasting
  comparison,  ///< the same, with a bool result
  logical,     ///< f(x, y) of bools
  reduction,   ///< over axes
  movement,    ///< elements in other places, none changed
  own,         ///< with rules of its own
  foreign,     ///< read and printed, but not understood
};

/// One operand that an operation takes.
struct ParamUse {
  /// Whether it may be left out, and what is asked of what is given.
  enum class Kind : std::uint8_t {
    required,
    optional,
    steering,           ///< required; the result's shape can be told only where it is a constant
    optional_steering,  ///< the same, but may be left out
    list,               ///< one value or more, in parentheses: values = (a, b)
  };

  Param param{};               ///< which operand
  Kind kind = Kind::required;  ///< what is asked of it
  Opset since = Opset::ios15;  ///< the first opset in which the operation takes it, if that is later than the operation's own

  constexpr ParamUse() = default;
  /// Implicit, so that in a list the name alone is an operand that is required.
  constexpr ParamUse(Param which, Kind how = Kind::required, Opset from = Opset::ios15) : param(which), kind(how), since(from) {}

  /// Whether a program without it is refused; a list counts as required.
  constexpr bool required() const { return kind != Kind::optional && kind != Kind::optional_steering; }
  /// Whether the result's shape can be told only where it is a constant.
  constexpr bool steers() const { return kind == Kind::steering || kind == Kind::optional_steering; }
};

/// An operation's name and its operands in alphabetical order, which is the order of Apple's compiler's own output.
struct OperationFacts {
  OpKind kind;                    ///< also its place in operation_table
  std::string_view name;          ///< in MIL text
  Family family;                  ///< whose rules it follows
  ParamUse params[17]{};          ///< the first `param_count` count; lstm takes all
  int param_count = 0;            ///< how many there are
  Opset since;                    ///< the first opset that has it
  bool has_newer_params = false;  ///< whether it takes operands from a later opset on

  /// At most 17 operands, in alphabetical order. The opsets are coremltools' (ops/defs/iOS15 to iOS18).
  constexpr OperationFacts(OpKind which, std::string_view called, Family of, std::initializer_list<ParamUse> uses,
                           Opset from = Opset::ios15)
      : kind(which), name(called), family(of), since(from) {
    for (const ParamUse& use : uses) {
      params[param_count++] = use;
      has_newer_params = has_newer_params || use.since > from;
    }
  }

  /// Over its operands.
  ///@{
  constexpr const ParamUse* begin() const { return params; }
  constexpr const ParamUse* end() const { return params + param_count; }
  ///@}
};

namespace detail {

constexpr ParamUse opt(Param param, Opset since = Opset::ios15) { return {param, ParamUse::Kind::optional, since}; }
constexpr ParamUse steers(Param param) { return {param, ParamUse::Kind::steering}; }
constexpr ParamUse opt_steers(Param param) { return {param, ParamUse::Kind::optional_steering}; }
constexpr ParamUse list(Param param) { return {param, ParamUse::Kind::list}; }

constexpr auto make_operation_table() {
  using enum Param;
  using K = OpKind;
  using F = Family;
  using enum Opset;
  return std::array{
      OperationFacts{K::constant, "const", F::constant, {}},
      OperationFacts{K::abs, "abs", F::unary_any, {x}},
      OperationFacts{K::acos, "acos", F::unary, {x}},
      OperationFacts{K::add, "add", F::binary, {x, y}},
      OperationFacts{K::asin, "asin", F::unary, {x}},
      OperationFacts{K::atan, "atan", F::unary, {x}},
      OperationFacts{K::atanh, "atanh", F::unary, {x}},
      OperationFacts{K::avg_pool,
                     "avg_pool",
                     F::own,
                     {opt(ceil_mode), opt(exclude_padding_from_average), kernel_sizes, opt(pad), pad_type, opt(strides), x}},
      OperationFacts{K::cast, "cast", F::own, {dtype, x}},
      OperationFacts{K::ceil, "ceil", F::unary, {x}},
      OperationFacts{K::clamped_relu, "clamped_relu", F::unary, {alpha, beta, x}},
      OperationFacts{K::clip, "clip", F::unary, {alpha, beta, x}},
      OperationFacts{K::concat, "concat", F::movement, {axis, opt(interleave), list(values)}},
      OperationFacts{
          K::constexpr_affine_dequantize, "constexpr_affine_dequantize", F::decoding, {axis, quantized_data, scale, zero_point}, ios16},
      OperationFacts{K::constexpr_lut_to_dense, "constexpr_lut_to_dense", F::decoding, {indices, lut, shape}, ios16},
      OperationFacts{K::constexpr_sparse_to_dense, "constexpr_sparse_to_dense", F::decoding, {mask, nonzero_data, shape}, ios16},
      OperationFacts{K::conv, "conv", F::own, {opt(bias), opt(dilations), opt(groups), opt(pad), opt(pad_type), opt(strides), weight, x}},
      OperationFacts{K::cos, "cos", F::unary, {x}},
      OperationFacts{K::cosh, "cosh", F::unary, {x}},
      OperationFacts{K::crop_resize,
                     "crop_resize",
                     F::foreign,
                     {opt(box_coordinate_mode), opt(box_indices, ios17), opt(boxes, ios17), opt(normalized_coordinates),
                      opt(pad_value, ios16), opt(roi), opt(sampling_mode), opt(spatial_scale), opt(target_height), opt(target_width), x}},
      OperationFacts{K::dequantize, "dequantize", F::own, {opt(axis), input, scale, opt(zero_point)}, ios17},
      OperationFacts{K::elu, "elu", F::unary, {alpha, x}},
      OperationFacts{K::equal, "equal", F::comparison, {x, y}},
      OperationFacts{K::erf, "erf", F::unary, {x}},
      OperationFacts{K::exp, "exp", F::unary, {x}},
      OperationFacts{K::exp2, "exp2", F::unary_any, {x}},
      OperationFacts{K::expand_dims, "expand_dims", F::movement, {axes, x}},
      OperationFacts{K::floor, "floor", F::unary, {x}},
      OperationFacts{K::floor_div, "floor_div", F::binary, {x, y}},
      OperationFacts{K::gather, "gather", F::movement, {opt(axis), opt(batch_dims, ios16), indices, opt(validate_indices, ios17), x}},
      OperationFacts{K::gather_along_axis, "gather_along_axis", F::movement, {opt(axis), indices, opt(validate_indices, ios17), x}},
      OperationFacts{K::gelu, "gelu", F::unary, {opt(mode), x}},
      OperationFacts{K::greater, "greater", F::comparison, {x, y}},
      OperationFacts{K::greater_equal, "greater_equal", F::comparison, {x, y}},
      OperationFacts{K::gru,
                     "gru",
                     F::own,
                     {opt(activation), opt(bias), opt(direction), initial_h, opt(output_sequence), opt(recurrent_activation), weight_hh,
                      weight_ih, x}},
      OperationFacts{K::identity, "identity", F::movement, {x}},
      OperationFacts{K::inverse, "inverse", F::unary, {opt(epsilon), x}},
      OperationFacts{K::layer_norm, "layer_norm", F::own, {opt(axes), opt(beta), opt(epsilon), opt(gamma), x}},
      OperationFacts{K::leaky_relu, "leaky_relu", F::unary, {alpha, x}},
      OperationFacts{K::less, "less", F::comparison, {x, y}},
      OperationFacts{K::less_equal, "less_equal", F::comparison, {x, y}},
      OperationFacts{K::linear, "linear", F::own, {opt(bias), weight, x}},
      OperationFacts{K::linear_activation, "linear_activation", F::unary, {alpha, opt(beta), x}},
      OperationFacts{K::log, "log", F::unary, {opt(epsilon), x}},
      OperationFacts{K::logical_and, "logical_and", F::logical, {x, y}},
      OperationFacts{K::logical_not, "logical_not", F::own, {x}},
      OperationFacts{K::logical_or, "logical_or", F::logical, {x, y}},
      OperationFacts{K::logical_xor, "logical_xor", F::logical, {x, y}},
      OperationFacts{K::lstm,
                     "lstm",
                     F::own,
                     {opt(activation), opt(bias), opt(bias_back), opt(cell_activation), opt(clip), opt(direction), initial_c, initial_h,
                      opt(output_sequence), opt(peephole), opt(peephole_back), opt(recurrent_activation), weight_hh, opt(weight_hh_back),
                      weight_ih, opt(weight_ih_back), x}},
      OperationFacts{K::matmul, "matmul", F::own, {opt(transpose_x), opt(transpose_y), x, y}},
      OperationFacts{K::max_pool, "max_pool", F::own, {opt(ceil_mode), kernel_sizes, opt(pad), pad_type, opt(strides), x}},
      OperationFacts{K::maximum, "maximum", F::binary, {x, y}},
      OperationFacts{K::minimum, "minimum", F::binary, {x, y}},
      OperationFacts{K::mod, "mod", F::binary, {x, y}},
      OperationFacts{K::mul, "mul", F::binary, {x, y}},
      OperationFacts{K::not_equal, "not_equal", F::comparison, {x, y}},
      OperationFacts{K::pad, "pad", F::movement, {opt(constant_val), opt(mode), steers(pad), x}},
      OperationFacts{K::pow, "pow", F::binary, {x, y}},
      OperationFacts{K::quantize, "quantize", F::own, {opt(axis), input, output_dtype, scale, opt(zero_point)}, ios17},
      OperationFacts{K::range_1d, "range_1d", F::own, {steers(end), steers(start), steers(step)}},
      OperationFacts{K::read_state, "read_state", F::movement, {input}, ios18},
      OperationFacts{K::real_div, "real_div", F::binary, {x, y}},
      OperationFacts{K::reduce_argmax, "reduce_argmax", F::own, {opt(axis), opt(keep_dims), opt(output_dtype, ios17), x}},
      OperationFacts{K::reduce_argmin, "reduce_argmin", F::own, {opt(axis), opt(keep_dims), opt(output_dtype, ios17), x}},
      OperationFacts{K::reduce_l1_norm, "reduce_l1_norm", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_l2_norm, "reduce_l2_norm", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_log_sum, "reduce_log_sum", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_log_sum_exp, "reduce_log_sum_exp", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_max, "reduce_max", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_mean, "reduce_mean", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_min, "reduce_min", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_prod, "reduce_prod", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_sum, "reduce_sum", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::reduce_sum_square, "reduce_sum_square", F::reduction, {opt(axes), opt(keep_dims), x}},
      OperationFacts{K::relu, "relu", F::unary_any, {x}},
      OperationFacts{K::relu6, "relu6", F::unary, {x}},
      OperationFacts{K::reshape, "reshape", F::movement, {steers(shape), x}},
      OperationFacts{K::round, "round", F::unary, {x}},
      OperationFacts{K::rsqrt, "rsqrt", F::unary, {opt(epsilon), x}},
      OperationFacts{
          K::scaled_dot_product_attention, "scaled_dot_product_attention", F::own, {opt(attn_mask), key, query, opt(scale), value}, ios18},
      OperationFacts{K::scaled_tanh, "scaled_tanh", F::unary, {alpha, beta, x}},
      OperationFacts{K::select, "select", F::own, {a, b, cond}},
      OperationFacts{K::shape, "shape", F::own, {x}},
      OperationFacts{K::sigmoid, "sigmoid", F::unary, {x}},
      OperationFacts{K::sigmoid_hard, "sigmoid_hard", F::unary, {alpha, beta, x}},
      OperationFacts{K::sign, "sign", F::unary_any, {x}},
      OperationFacts{K::silu, "silu", F::unary, {x}},
      OperationFacts{K::sin, "sin", F::unary, {x}},
      OperationFacts{K::sinh, "sinh", F::unary, {x}},
      OperationFacts{K::slice_by_index,
                     "slice_by_index",
                     F::movement,
                     {steers(begin), opt(begin_mask), steers(end), opt(end_mask), opt(squeeze_mask), opt(stride), x}},
      OperationFacts{K::slice_by_size, "slice_by_size", F::movement, {steers(begin), steers(size), x}},
      OperationFacts{K::softmax, "softmax", F::own, {opt(axis), x}},
      OperationFacts{K::softplus, "softplus", F::unary, {x}},
      OperationFacts{K::softsign, "softsign", F::unary, {x}},
      OperationFacts{K::split, "split", F::movement, {axis, opt(num_splits), opt_steers(split_sizes), x}},
      OperationFacts{K::sqrt, "sqrt", F::unary, {x}},
      OperationFacts{K::square, "square", F::unary_any, {x}},
      OperationFacts{K::squeeze, "squeeze", F::movement, {opt(axes), x}},
      OperationFacts{K::stack, "stack", F::movement, {axis, list(values)}},
      OperationFacts{K::sub, "sub", F::binary, {x, y}},
      OperationFacts{K::tan, "tan", F::unary, {x}},
      OperationFacts{K::tanh, "tanh", F::unary, {x}},
      OperationFacts{K::tensor_buffer_to_tensor, "tensor_buffer_to_tensor", F::foreign, {input}, ios17},
      OperationFacts{
          K::tensor_to_tensor_buffer, "tensor_to_tensor_buffer", F::foreign, {input, opt(interleave_factors), opt(strides)}, ios17},
      OperationFacts{K::thresholded_relu, "thresholded_relu", F::unary, {alpha, x}},
      OperationFacts{K::tile, "tile", F::movement, {steers(reps), x}},
      OperationFacts{
          K::topk,
          "topk",
          F::own,
          {opt(ascending), opt(axis), opt(k), opt(output_indices_dtype, ios17), opt(return_indices, ios16), opt(sort, ios16), x}},
      OperationFacts{K::transpose, "transpose", F::movement, {perm, x}},
      OperationFacts{K::write_state, "write_state", F::own, {data, input}, ios18},
  };
}

}  // namespace detail

/// In the order of OpKind.
inline constexpr auto operation_table = detail::make_operation_table();

static_assert([] {
  for (std::size_t i = 0; i < operation_table.size(); ++i)
    if (operation_table[i].kind != static_cast<OpKind>(i)) return false;
  return operation_table.size() == static_cast<std::size_t>(OpKind::write_state) + 1 &&
         std::size(param_table) == static_cast<std::size_t>(Param::zero_point) + 1;
}());

/// Its row of operation_table.
constexpr const OperationFacts& facts(OpKind kind) { return operation_table[static_cast<std::size_t>(kind)]; }

}  // namespace anechain::mil
