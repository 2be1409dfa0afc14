// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <anechain/devices/host/cell.hpp>
#include <anechain/devices/host/elementwise.hpp>
#include <anechain/mil/infer.hpp>

/// What the host sums, compares and normalises over axes.
namespace anechain::host::detail {

/// Steps of a packed tensor of x's shape with the marked axes reduced to one element: none along those.
inline Steps reduced_steps(const mil::Shape& x, const mil::Axes& axes) {
  mil::Shape kept = x;
  for (int axis = 0; axis < x.rank; ++axis)
    if (axes[axis]) kept[axis] = 1;
  return broadcast_steps(kept, x);
}

inline std::int64_t reduced_count(const mil::Shape& x, const mil::Axes& axes) {
  std::int64_t count = 1;
  for (int axis = 0; axis < x.rank; ++axis)
    if (axes[axis]) count *= x[axis];
  return count;
}

/// Takes a row of x into results that have a step of 1, or of 0 where the row is reduced.
using Accumulate = void (*)(const Cell* x, Cell* to, std::int64_t step, std::int64_t count);

template <class F>
Accumulate accumulate_of(F) {
  return [](const Cell* x, Cell* to, std::int64_t step, std::int64_t count) {
    if (step == 0) {
      float sum = to->number;
      for (std::int64_t i = 0; i < count; ++i) sum = F{}(sum, x[i].number);
      to->number = sum;
    } else {
      for (std::int64_t i = 0; i < count; ++i) to[i].number = F{}(to[i].number, x[i].number);
    }
  };
}

template <class F>
Accumulate integer_accumulate_of(F) {
  return [](const Cell* x, Cell* to, std::int64_t step, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) to[i * step].integer = F{}(to[i * step].integer, x[i].integer);
  };
}

/// What a reduction starts from, how it takes an element in, and what is done at its end.
struct Reduction {
  Cell start{};
  Accumulate accumulate = nullptr;
  Map finish = nullptr;  ///< `alpha` is the count of elements that went into one result
};

inline Reduction integer_reduction(mil::OpKind kind) {
  using enum mil::OpKind;
  using limits = std::numeric_limits<std::int32_t>;
  const auto start = [](std::int32_t number) { return Cell{.integer = number}; };
  switch (kind) {
    case reduce_l1_norm:
      return {start(0), integer_accumulate_of([](std::int32_t sum, std::int32_t x) {
                return wrapped(unsigned_of(sum) + (x < 0 ? 0 - unsigned_of(x) : unsigned_of(x)));
              })};
    case reduce_max:
      return {start(limits::min()), integer_accumulate_of([](std::int32_t most, std::int32_t x) { return std::max(most, x); })};
    case reduce_min:
      return {start(limits::max()), integer_accumulate_of([](std::int32_t least, std::int32_t x) { return std::min(least, x); })};
    case reduce_prod:
      return {start(1),
              integer_accumulate_of([](std::int32_t product, std::int32_t x) { return wrapped(unsigned_of(product) * unsigned_of(x)); })};
    case reduce_sum:
      return {start(0), integer_accumulate_of([](std::int32_t sum, std::int32_t x) { return wrapped(unsigned_of(sum) + unsigned_of(x)); })};
    case reduce_sum_square:
      return {start(0), integer_accumulate_of(
                            [](std::int32_t sum, std::int32_t x) { return wrapped(unsigned_of(sum) + unsigned_of(x) * unsigned_of(x)); })};
    default: return {};
  }
}

inline Reduction floating_reduction(mil::OpKind kind) {
  using enum mil::OpKind;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto start = [](float number) { return Cell{.number = number}; };
  const Accumulate sum = accumulate_of([](float sum_so_far, float x) { return sum_so_far + x; });
  const Accumulate squares = accumulate_of([](float sum_so_far, float x) { return sum_so_far + x * x; });
  switch (kind) {
    case reduce_l1_norm: return {start(0), accumulate_of([](float norm, float x) { return norm + std::abs(x); })};
    case reduce_l2_norm: return {start(0), squares, map_of([](float norm, float, float) { return std::sqrt(norm); })};
    case reduce_log_sum: return {start(0), sum, map_of([](float total, float, float) { return std::log(total); })};
    case reduce_max: return {start(-infinity), accumulate_of([](float most, float x) { return most != most || most > x ? most : x; })};
    case reduce_mean: return {start(0), sum, map_of([](float total, float count, float) { return total / count; })};
    case reduce_min: return {start(infinity), accumulate_of([](float least, float x) { return least != least || least < x ? least : x; })};
    case reduce_prod: return {start(1), accumulate_of([](float product, float x) { return product * x; })};
    case reduce_sum: return {start(0), sum};
    case reduce_sum_square: return {start(0), squares};
    default: return {};
  }
}

/// Runs a reduction of x into `to`, which has `results` cells.
struct Reducer {
  mil::Shape shape;
  std::array<Steps, 2> steps;
  std::int64_t results;
  float count;

  Reducer(const mil::Shape& x, const mil::Axes& axes)
      : shape(x),
        steps{steps_of(x), reduced_steps(x, axes)},
        results(x.elements() / reduced_count(x, axes)),
        count(static_cast<float>(reduced_count(x, axes))) {}

  void run(const Reduction& reduction, const Cell* x, Cell* to) const {
    std::fill_n(to, results, reduction.start);
    const std::int64_t step = steps[1][innermost(shape)];
    for_each_row(shape, steps, [&](std::int64_t first, const std::array<std::int64_t, 2>& offsets) {
      reduction.accumulate(x + first, to + offsets[1], step, shape.row_elements());
    });
    if (reduction.finish != nullptr) reduction.finish(to, to, results, count, 0);
  }
};

/// log(sum(exp(x))), from the differences to the largest element, so that nothing overflows.
inline Task log_sum_exp(const Planning& plan, const Reducer& reducer) {
  const std::size_t largest = plan.reserve(reducer.results);
  return [=, x = plan.place(mil::Param::x), to = plan.to()](Cell* memory) {
    Cell* const most = memory + largest;
    Cell* const result = memory + to;
    reducer.run(floating_reduction(mil::OpKind::reduce_max), x.in(memory), most);
    for (std::int64_t i = 0; i < reducer.results; ++i)
      if (std::isinf(most[i].number)) most[i].number = most[i].number > 0 ? most[i].number : 0;
    std::fill_n(result, reducer.results, Cell{.number = 0});
    const std::int64_t step = reducer.steps[1][innermost(reducer.shape)];
    for_each_row(reducer.shape, reducer.steps, [&](std::int64_t first, const std::array<std::int64_t, 2>& offsets) {
      const Cell* row = x.in(memory) + first;
      for (std::int64_t i = 0; i < reducer.shape.row_elements(); ++i) {
        const std::int64_t at = offsets[1] + i * step;
        if (!std::isinf(most[at].number)) result[at].number += std::exp(row[i].number - most[at].number);
      }
    });
    for (std::int64_t i = 0; i < reducer.results; ++i)
      result[i].number = std::isinf(most[i].number) ? most[i].number : most[i].number + std::log(result[i].number);
  };
}

inline Task reduce(const Planning& plan) {
  const mil::TensorType x = plan.type(mil::Param::x);
  const mil::OpKind kind = plan.operands.kind();
  const Reducer reducer{x.shape, mil::listed_axes(plan.operands, x.shape.rank, true)};
  if (kind == mil::OpKind::reduce_log_sum_exp) {
    plan.require_floating_for(x);
    return log_sum_exp(plan, reducer);
  }
  const Reduction reduction = is_float(x) ? floating_reduction(kind) : integer_reduction(kind);
  plan.operands.holds(reduction.accumulate != nullptr, "the host computes it for fp16 and fp32 only");
  return [=, from = plan.place(mil::Param::x), to = plan.to()](Cell* memory) { reducer.run(reduction, from.in(memory), memory + to); };
}

/// Whether an element comes before another in an order: NaNs behind all numbers.
inline bool comes_before(Cell a, Cell b, bool floats, bool ascending) {
  if (!floats) return ascending ? a.integer < b.integer : a.integer > b.integer;
  if (a.number != a.number) return false;
  if (b.number != b.number) return true;
  return ascending ? a.number < b.number : a.number > b.number;
}

inline Task reduce_arg(const Planning& plan) {
  const mil::TensorType type = plan.type(mil::Param::x);
  const Lines lines{type.shape, plan.operands.axis(type.shape.rank, -1)};
  const bool ascending = plan.operands.kind() == mil::OpKind::reduce_argmin;
  return [=, floats = is_float(type), x = plan.place(mil::Param::x), to = plan.to()](Cell* memory) {
    const Cell* from = x.in(memory);
    Cell* result = memory + to;
    for (std::int64_t outer = 0; outer < lines.outer; ++outer, from += lines.length * lines.inner)
      for (std::int64_t inner = 0; inner < lines.inner; ++inner, ++result) {
        std::int64_t best = 0;
        for (std::int64_t i = 1; i < lines.length; ++i)
          if (comes_before(from[i * lines.inner + inner], from[best * lines.inner + inner], floats, ascending)) best = i;
        result->integer = static_cast<std::int32_t>(best);
      }
  };
}

inline Task topk(const Planning& plan) {
  const mil::TensorType type = plan.type(mil::Param::x);
  const int axis = plan.operands.axis(type.shape.rank, -1);
  const Lines lines{type.shape, axis};
  const std::int64_t k = plan.type().shape[axis];
  const bool ascending = plan.operands.flag(mil::Param::ascending);
  const std::size_t order = plan.reserve(lines.length);
  const bool wants_places = plan.results.size() == 2;
  return [=, floats = is_float(type), x = plan.place(mil::Param::x), to = plan.to(),
          places = wants_places ? plan.results[1].to : 0](Cell* memory) {
    Cell* const first = memory + order;
    for (std::int64_t line = 0; line < lines.outer * lines.inner; ++line) {
      const std::int64_t outer = line / lines.inner;
      const std::int64_t inner = line % lines.inner;
      const Cell* from = x.in(memory) + outer * lines.length * lines.inner + inner;
      for (std::int64_t i = 0; i < lines.length; ++i) first[i].integer = static_cast<std::int32_t>(i);
      std::partial_sort(first, first + k, first + lines.length, [&](Cell a, Cell b) {
        const Cell left = from[a.integer * lines.inner];
        const Cell right = from[b.integer * lines.inner];
        if (comes_before(left, right, floats, ascending)) return true;
        return !comes_before(right, left, floats, ascending) && a.integer < b.integer;
      });
      for (std::int64_t i = 0; i < k; ++i) {
        const std::int64_t at = (outer * k + i) * lines.inner + inner;
        memory[to + static_cast<std::size_t>(at)] = from[first[i].integer * lines.inner];
        if (wants_places) memory[places + static_cast<std::size_t>(at)] = first[i];
      }
    }
  };
}

inline Task softmax(const Planning& plan) {
  const mil::Shape shape = plan.type().shape;
  const Lines lines{shape, plan.operands.axis(shape.rank, -1)};
  const std::size_t working = plan.reserve(cells(2, lines.inner));
  return [=, x = plan.place(mil::Param::x), to = plan.to()](Cell* memory) {
    const float* from = x.numbers_in(memory);
    float* result = numbers(memory + to);
    if (lines.inner == 1) {
      std::copy_n(from, shape.elements(), result);
      return softmax_rows()(result, lines.outer, lines.length);
    }
    const std::int64_t block = lines.length * lines.inner;
    for (std::int64_t outer = 0; outer < lines.outer; ++outer, from += block, result += block) {
      float* const most = numbers(memory + working);
      float* const sum = most + lines.inner;
      std::copy_n(from, lines.inner, most);
      std::fill_n(sum, lines.inner, 0.0f);
      for (std::int64_t i = 1; i < lines.length; ++i)
        for (std::int64_t k = 0; k < lines.inner; ++k) most[k] = std::max(most[k], from[i * lines.inner + k]);
      for (std::int64_t i = 0; i < lines.length; ++i)
        for (std::int64_t k = 0; k < lines.inner; ++k)
          sum[k] += result[i * lines.inner + k] = exponential(from[i * lines.inner + k] - most[k]);
      for (std::int64_t i = 0; i < lines.length; ++i)
        for (std::int64_t k = 0; k < lines.inner; ++k) result[i * lines.inner + k] /= sum[k];
    }
  };
}

/// Steps of gamma and beta, which have the extents of the axes that are normalised.
inline Steps affine_steps(const mil::Shape& x, const mil::Axes& axes) {
  Steps steps{};
  std::int64_t step = 1;
  for (int axis = x.rank - 1; axis >= 0; --axis) {
    if (!axes[axis]) continue;
    steps[index(axis)] = step;
    step *= x[axis];
  }
  return steps;
}

inline Task layer_norm(const Planning& plan) {
  const mil::Shape shape = plan.type().shape;
  const mil::Axes axes = mil::listed_axes(plan.operands, shape.rank, true);
  const Reducer reducer{shape, axes};
  const std::array steps{reducer.steps[1], affine_steps(shape, axes)};
  const auto epsilon = static_cast<float>(plan.operands.real_or(mil::Param::epsilon, 1e-5));
  const std::size_t working = plan.reserve(cells(2, reducer.results));
  const bool has_gamma = plan.operands.has(mil::Param::gamma);
  const bool has_beta = plan.operands.has(mil::Param::beta);
  return [=, x = plan.place(mil::Param::x), gamma = has_gamma ? plan.place(mil::Param::gamma) : Place{},
          beta = has_beta ? plan.place(mil::Param::beta) : Place{}, to = plan.to()](Cell* memory) {
    const float* const from = x.numbers_in(memory);
    float* const result = numbers(memory + to);
    float* const mean = numbers(memory + working);
    float* const deviation = mean + reducer.results;
    const std::size_t last = innermost(shape);
    const std::int64_t step = steps[0][last];
    const auto for_each = [&](auto visit) {
      for_each_row(shape, steps, [&](std::int64_t first, const std::array<std::int64_t, 2>& offsets) {
        for (std::int64_t i = 0; i < shape.row_elements(); ++i) visit(first + i, offsets[0] + i * step, offsets[1] + i * steps[1][last]);
      });
    };
    reducer.run(floating_reduction(mil::OpKind::reduce_mean), x.in(memory), memory + working);
    std::fill_n(deviation, reducer.results, 0.0f);
    for_each([&](std::int64_t at, std::int64_t group, std::int64_t) {
      const float difference = from[at] - mean[group];
      deviation[group] += difference * difference;
    });
    for (std::int64_t i = 0; i < reducer.results; ++i) deviation[i] = 1 / std::sqrt(deviation[i] / reducer.count + epsilon);
    for_each([&](std::int64_t at, std::int64_t group, std::int64_t place) {
      const float normal = (from[at] - mean[group]) * deviation[group];
      result[at] = normal * (has_gamma ? gamma.numbers_in(memory)[place] : 1) + (has_beta ? beta.numbers_in(memory)[place] : 0);
    });
  };
}

}  // namespace anechain::host::detail
