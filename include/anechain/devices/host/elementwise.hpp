// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

#include <anechain/devices/host/cell.hpp>
#include <anechain/devices/host/wide.hpp>
#include <anechain/mil/fp16.hpp>
#include <anechain/mil/infer.hpp>

/// What the host computes element by element.
namespace anechain::host::detail {

/// f over packed elements; alpha and beta are the operation's parameters, where it has any.
using MapLoop = void(const Cell* from, Cell* to, std::int64_t count, float alpha, float beta);
using Map = MapLoop*;

/// For what is often computed, and has no call in it.
template <class F>
Map wide_map_of(F) {
  return widest<MapLoop>([](const Cell* from, Cell* to, std::int64_t count, float alpha, float beta) __attribute__((always_inline)) {
    for (std::int64_t i = 0; i < count; ++i) to[i].number = F{}(from[i].number, alpha, beta);
  });
}

template <class F>
Map map_of(F) {
  return [](const Cell* from, Cell* to, std::int64_t count, float alpha, float beta) {
    for (std::int64_t i = 0; i < count; ++i) to[i].number = F{}(from[i].number, alpha, beta);
  };
}

template <class F>
Map integer_map_of(F) {
  return [](const Cell* from, Cell* to, std::int64_t count, float, float) {
    for (std::int64_t i = 0; i < count; ++i) to[i].integer = F{}(from[i].integer);
  };
}

/// Integers wrap around, as they do in two's complement.
inline std::int32_t wrapped(std::uint32_t bits) { return static_cast<std::int32_t>(bits); }
inline std::uint32_t unsigned_of(std::int32_t number) { return static_cast<std::uint32_t>(number); }

/// The three ways to compute gelu (coremltools, ops/defs/iOS15/activation.py).
inline Map gelu(std::string_view mode) {
  if (mode == "TANH_APPROXIMATION")
    return wide_map_of([](float x, float, float) __attribute__((always_inline)) {
      constexpr float scale = 1.5957691216f;  // 2 sqrt(2 / pi): (1 + tanh(y)) / 2 is sigmoid(2 y)
      return x * sigmoid(scale * (x + 0.044715f * x * x * x));
    });
  if (mode == "SIGMOID_APPROXIMATION")
    return wide_map_of([](float x, float, float) __attribute__((always_inline)) { return x * sigmoid(1.702f * x); });
  return map_of([](float x, float, float) { return 0.5f * x * (1 + std::erf(x / std::numbers::sqrt2_v<float>)); });
}

inline Map integer_unary(mil::OpKind kind) {
  using enum mil::OpKind;
  switch (kind) {
    case abs: return integer_map_of([](std::int32_t x) { return x < 0 ? wrapped(0 - unsigned_of(x)) : x; });
    case relu: return integer_map_of([](std::int32_t x) { return std::max(x, 0); });
    case sign: return integer_map_of([](std::int32_t x) { return x > 0 ? 1 : x < 0 ? -1 : 0; });
    case square: return integer_map_of([](std::int32_t x) { return wrapped(unsigned_of(x) * unsigned_of(x)); });
    default: return nullptr;
  }
}

/// NaNs stay NaNs.
inline Map floating_unary(mil::OpKind kind) {
  using enum mil::OpKind;
  switch (kind) {
    case abs: return map_of([](float x, float, float) { return std::abs(x); });
    case acos: return map_of([](float x, float, float) { return std::acos(x); });
    case asin: return map_of([](float x, float, float) { return std::asin(x); });
    case atan: return map_of([](float x, float, float) { return std::atan(x); });
    case atanh: return map_of([](float x, float, float) { return std::atanh(x); });
    case ceil: return map_of([](float x, float, float) { return std::ceil(x); });
    case clamped_relu:
      return map_of(
          [](float x, float alpha, float beta) { return x >= 0 ? (x > beta ? beta : x) : (alpha * x > beta ? beta : alpha * x); });
    case clip: return map_of([](float x, float alpha, float beta) { return x < alpha ? alpha : x > beta ? beta : x; });
    case cos: return map_of([](float x, float, float) { return std::cos(x); });
    case cosh: return map_of([](float x, float, float) { return std::cosh(x); });
    case elu: return map_of([](float x, float alpha, float) { return x < 0 ? alpha * std::expm1(x) : x; });
    case erf: return map_of([](float x, float, float) { return std::erf(x); });
    case exp: return wide_map_of([](float x, float, float) __attribute__((always_inline)) { return exponential(x); });
    case exp2: return map_of([](float x, float, float) { return std::exp2(x); });
    case floor: return map_of([](float x, float, float) { return std::floor(x); });
    case inverse: return map_of([](float x, float epsilon, float) { return 1 / (x + epsilon); });
    case leaky_relu: return map_of([](float x, float alpha, float) { return x < 0 ? alpha * x : x; });
    case linear_activation: return map_of([](float x, float alpha, float beta) { return alpha * x + beta; });
    case log: return map_of([](float x, float epsilon, float) { return std::log(x + epsilon); });
    case relu: return wide_map_of([](float x, float, float) __attribute__((always_inline)) { return x < 0 ? 0 : x; });
    case relu6: return map_of([](float x, float, float) { return x < 0 ? 0 : x > 6 ? 6 : x; });
    case round: return map_of([](float x, float, float) { return std::nearbyint(x); });
    case rsqrt: return map_of([](float x, float epsilon, float) { return 1 / std::sqrt(x + epsilon); });
    case scaled_tanh: return map_of([](float x, float alpha, float beta) { return alpha * std::tanh(beta * x); });
    case sigmoid: return wide_map_of([](float x, float, float) __attribute__((always_inline)) { return detail::sigmoid(x); });
    case sigmoid_hard:
      return map_of([](float x, float alpha, float beta) {
        const float line = alpha * x + beta;
        return line < 0 ? 0 : line > 1 ? 1 : line;
      });
    case sign: return map_of([](float x, float, float) { return x > 0 ? 1 : x < 0 ? -1 : x; });
    case silu: return wide_map_of([](float x, float, float) __attribute__((always_inline)) { return x * detail::sigmoid(x); });
    case sin: return map_of([](float x, float, float) { return std::sin(x); });
    case sinh: return map_of([](float x, float, float) { return std::sinh(x); });
    case softplus: return map_of([](float x, float, float) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))); });
    case softsign: return map_of([](float x, float, float) { return x / (1 + std::abs(x)); });
    case sqrt: return map_of([](float x, float, float) { return std::sqrt(x); });
    case square: return wide_map_of([](float x, float, float) __attribute__((always_inline)) { return x * x; });
    case tan: return map_of([](float x, float, float) { return std::tan(x); });
    case tanh: return map_of([](float x, float, float) { return std::tanh(x); });
    case thresholded_relu: return map_of([](float x, float alpha, float) { return x < alpha ? 0 : x; });
    default: return nullptr;
  }
}

/// What an operation adds to x where its epsilon is left out (coremltools, ops/defs/iOS15/elementwise_unary.py).
inline double default_epsilon(mil::OpKind kind, mil::DType dtype) {
  return mil::rounded(dtype, kind == mil::OpKind::inverse ? 1e-4 : kind == mil::OpKind::rsqrt ? 1e-12 : 1e-45);
}

/// Results are rounded piece by piece, while they are in the first-level cache.
inline constexpr std::int64_t piece = 2048;

inline Task apply(const Planning& plan, Map map, float alpha = 0, float beta = 0) {
  return [=, rounds = plan.rounds(), count = plan.type().elements(), x = plan.place(mil::Param::x), to = plan.to()](Cell* memory) {
    const Cell* const from = x.in(memory);
    Cell* const result = memory + to;
    for (std::int64_t at = 0; at < count; at += piece) {
      const std::int64_t length = std::min(piece, count - at);
      map(from + at, result + at, length, alpha, beta);
      if (rounds) mil::round_to_half(&result[at].number, static_cast<std::size_t>(length));
    }
  };
}

inline Task unary(const Planning& plan) {
  const mil::OpKind kind = plan.operands.kind();
  if (kind == mil::OpKind::gelu) return apply(plan, gelu(plan.operands.text_or(mil::Param::mode, "EXACT")));
  const Map map = is_float(plan.type()) ? floating_unary(kind) : integer_unary(kind);
  plan.operands.holds(map != nullptr, "the host computes it for fp16 and fp32 only");
  const bool has_epsilon = kind == mil::OpKind::inverse || kind == mil::OpKind::log || kind == mil::OpKind::rsqrt;
  const double alpha = has_epsilon ? plan.operands.real_or(mil::Param::epsilon, default_epsilon(kind, plan.type().dtype))
                                   : plan.operands.real_or(mil::Param::alpha, 0);
  return apply(plan, map, static_cast<float>(alpha), static_cast<float>(plan.operands.real_or(mil::Param::beta, 0)));
}

/// f over a row of two tensors, each with a step from one element to the next: 1, or 0 where it stretches.
using ZipLoop = void(const Cell* x, std::int64_t x_step, const Cell* y, std::int64_t y_step, Cell* to, std::int64_t count);
using Zip = ZipLoop*;

template <class F>
[[gnu::always_inline]] inline void zip_row(F f, const Cell* x, std::int64_t x_step, const Cell* y, std::int64_t y_step, Cell* to,
                                           std::int64_t count) {
  if (x_step == 1 && y_step == 1) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = f(x[i], y[i]);
  } else if (x_step == 1) {
    const Cell each = *y;
    for (std::int64_t i = 0; i < count; ++i) to[i] = f(x[i], each);
  } else {
    for (std::int64_t i = 0; i < count; ++i) to[i] = f(x[i * x_step], y[i * y_step]);
  }
}

template <class F>
Zip zip_of(F) {
  return [](const Cell* x, std::int64_t x_step, const Cell* y, std::int64_t y_step, Cell* to, std::int64_t count) {
    zip_row(F{}, x, x_step, y, y_step, to, count);
  };
}

/// For what is often computed, and has no call in it.
template <class F>
Zip wide_zip_of(F) {
  return widest<ZipLoop>([](const Cell* x, std::int64_t x_step, const Cell* y, std::int64_t y_step, Cell* to,
                            std::int64_t count) __attribute__((always_inline)) {
    const auto numbers = [](Cell a, Cell b) __attribute__((always_inline)) { return Cell{.number = F{}(a.number, b.number)}; };
    zip_row(numbers, x, x_step, y, y_step, to, count);
  });
}

template <class F>
Zip floating_zip(F) {
  return zip_of([](Cell x, Cell y) { return Cell{.number = F{}(x.number, y.number)}; });
}
template <class F>
Zip integer_zip(F) {
  return zip_of([](Cell x, Cell y) { return Cell{.integer = F{}(x.integer, y.integer)}; });
}

/// One comparison for floats and for integers.
template <class F>
Zip comparison(F, bool floats) {
  return floats ? zip_of([](Cell x, Cell y) { return Cell{.integer = F{}(x.number, y.number)}; })
                : zip_of([](Cell x, Cell y) { return Cell{.integer = F{}(x.integer, y.integer)}; });
}

/// Division that rounds down; by zero it gives zero.
inline std::int32_t floor_div(std::int32_t x, std::int32_t y) {
  if (y == 0) return 0;
  const std::int64_t quotient = std::int64_t{x} / y;
  const bool rounded_up = std::int64_t{x} % y != 0 && (x < 0) != (y < 0);
  return wrapped(static_cast<std::uint32_t>(quotient - (rounded_up ? 1 : 0)));
}

inline Zip integer_binary(mil::OpKind kind) {
  using enum mil::OpKind;
  switch (kind) {
    case add: return integer_zip([](std::int32_t x, std::int32_t y) { return wrapped(unsigned_of(x) + unsigned_of(y)); });
    case floor_div: return integer_zip([](std::int32_t x, std::int32_t y) { return detail::floor_div(x, y); });
    case maximum: return integer_zip([](std::int32_t x, std::int32_t y) { return std::max(x, y); });
    case minimum: return integer_zip([](std::int32_t x, std::int32_t y) { return std::min(x, y); });
    case mod:
      return integer_zip(
          [](std::int32_t x, std::int32_t y) { return wrapped(unsigned_of(x) - unsigned_of(detail::floor_div(x, y)) * unsigned_of(y)); });
    case mul: return integer_zip([](std::int32_t x, std::int32_t y) { return wrapped(unsigned_of(x) * unsigned_of(y)); });
    case sub: return integer_zip([](std::int32_t x, std::int32_t y) { return wrapped(unsigned_of(x) - unsigned_of(y)); });
    case logical_and: return integer_zip([](std::int32_t x, std::int32_t y) { return x & y; });
    case logical_or: return integer_zip([](std::int32_t x, std::int32_t y) { return x | y; });
    case logical_xor: return integer_zip([](std::int32_t x, std::int32_t y) { return x ^ y; });
    default: return nullptr;
  }
}

inline Zip floating_binary(mil::OpKind kind) {
  using enum mil::OpKind;
  switch (kind) {
    case add: return wide_zip_of([](float x, float y) __attribute__((always_inline)) { return x + y; });
    case floor_div: return floating_zip([](float x, float y) { return std::floor(x / y); });
    case maximum: return wide_zip_of([](float x, float y) __attribute__((always_inline)) { return x != x || x > y ? x : y; });
    case minimum: return wide_zip_of([](float x, float y) __attribute__((always_inline)) { return x != x || x < y ? x : y; });
    case mod:
      return floating_zip([](float x, float y) {
        const float rest = std::fmod(x, y);
        return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
      });
    case mul: return wide_zip_of([](float x, float y) __attribute__((always_inline)) { return x * y; });
    case pow: return floating_zip([](float x, float y) { return std::pow(x, y); });
    case real_div: return wide_zip_of([](float x, float y) __attribute__((always_inline)) { return x / y; });
    case sub: return wide_zip_of([](float x, float y) __attribute__((always_inline)) { return x - y; });
    default: return nullptr;
  }
}

inline Zip compare(mil::OpKind kind, bool floats) {
  using enum mil::OpKind;
  switch (kind) {
    case equal: return comparison([](auto x, auto y) { return x == y; }, floats);
    case not_equal: return comparison([](auto x, auto y) { return x != y; }, floats);
    case less: return comparison([](auto x, auto y) { return x < y; }, floats);
    case less_equal: return comparison([](auto x, auto y) { return x <= y; }, floats);
    case greater: return comparison([](auto x, auto y) { return x > y; }, floats);
    default: return comparison([](auto x, auto y) { return x >= y; }, floats);
  }
}

/// x op y, element by element, broadcasting.
inline Task binary(const Planning& plan) {
  const mil::OpKind kind = plan.operands.kind();
  const bool floats = is_float(plan.type(mil::Param::x));
  const Zip zip = facts(kind).family == mil::Family::comparison ? compare(kind, floats)
                  : floats                                      ? floating_binary(kind)
                                                                : integer_binary(kind);
  plan.operands.holds(zip != nullptr, "the host computes it for fp16 and fp32 only");
  const mil::Shape shape = plan.type().shape;
  const Merged<2> walk{shape,
                       {broadcast_steps(plan.type(mil::Param::x).shape, shape), broadcast_steps(plan.type(mil::Param::y).shape, shape)}};
  return [=, rounds = plan.rounds(), last = innermost(walk.shape), x = plan.place(mil::Param::x), y = plan.place(mil::Param::y),
          to = plan.to()](Cell* memory) {
    const std::int64_t x_step = walk.steps[0][last];
    const std::int64_t y_step = walk.steps[1][last];
    for_each_row(walk.shape, walk.steps, [&](std::int64_t first, const std::array<std::int64_t, 2>& offsets) {
      const Cell* const left = x.in(memory) + offsets[0];
      const Cell* const right = y.in(memory) + offsets[1];
      Cell* const result = memory + to + first;
      for (std::int64_t at = 0; at < walk.shape.row_elements(); at += piece) {
        const std::int64_t length = std::min(piece, walk.shape.row_elements() - at);
        zip(left + at * x_step, x_step, right + at * y_step, y_step, result + at, length);
        if (rounds) mil::round_to_half(&result[at].number, static_cast<std::size_t>(length));
      }
    });
  };
}

inline Task logical_not(const Planning& plan) {
  return apply(plan, integer_map_of([](std::int32_t x) { return x == 0 ? 1 : 0; }));
}

inline Task select(const Planning& plan) {
  const mil::Shape shape = plan.type().shape;
  const std::array steps{broadcast_steps(plan.type(mil::Param::cond).shape, shape), broadcast_steps(plan.type(mil::Param::a).shape, shape),
                         broadcast_steps(plan.type(mil::Param::b).shape, shape)};
  const std::size_t last = innermost(shape);
  return
      [=, cond = plan.place(mil::Param::cond), a = plan.place(mil::Param::a), b = plan.place(mil::Param::b), to = plan.to()](Cell* memory) {
        for_each_row(shape, steps, [&](std::int64_t first, const std::array<std::int64_t, 3>& offsets) {
          const Cell* chooses = cond.in(memory) + offsets[0];
          const Cell* yes = a.in(memory) + offsets[1];
          const Cell* no = b.in(memory) + offsets[2];
          Cell* result = memory + to + first;
          for (std::int64_t i = 0; i < shape.row_elements(); ++i)
            result[i] = chooses[i * steps[0][last]].integer != 0 ? yes[i * steps[1][last]] : no[i * steps[2][last]];
        });
      };
}

/// To integers towards zero, what does not fit becomes the nearest that does; to bool whether it is not zero.
inline Task cast(const Planning& plan) {
  const mil::DType dtype = plan.type().dtype;
  const bool from_floats = is_float(plan.type(mil::Param::x));
  if (facts(dtype).floating)
    return apply(
        plan,
        from_floats ? map_of([](float x, float, float) { return x; }) : [](const Cell* from, Cell* to, std::int64_t count, float, float) {
          for (std::int64_t i = 0; i < count; ++i) to[i].number = static_cast<float>(from[i].integer);
        });
  const bool to_bool = dtype == mil::boolean;
  const mil::IntegerRange range = to_bool ? mil::IntegerRange{0, 1} : mil::integer_range(dtype);
  return [=, count = plan.type().elements(), x = plan.place(mil::Param::x), to = plan.to()](Cell* memory) {
    const Cell* from = x.in(memory);
    Cell* result = memory + to;
    for (std::int64_t i = 0; i < count; ++i) {
      if (to_bool)
        result[i].integer = from_floats ? from[i].number != 0 : from[i].integer != 0;
      else
        result[i].integer = static_cast<std::int32_t>(
            std::clamp<std::int64_t>(from_floats ? to_integer(from[i].number) : from[i].integer, range.least, range.most));
    }
  };
}

}  // namespace anechain::host::detail
