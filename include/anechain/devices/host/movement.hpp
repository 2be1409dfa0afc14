// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/devices/device.hpp>
#include <anechain/devices/host/cell.hpp>
#include <anechain/mil/infer.hpp>

/// What the host puts elsewhere.
namespace anechain::host::detail {

/// The same elements in the same order.
inline Task copy(const Planning& plan, mil::Param param) {
  return [count = plan.type().elements(), from = plan.place(param), to = plan.to()](Cell* memory) {
    std::copy_n(from.in(memory), count, memory + to);
  };
}

/// Elements of x in the order of the result, each axis with a step of its own.
inline Task strided(const Planning& plan, const Steps& steps, std::int64_t offset) {
  const mil::Shape shape = plan.type().shape;
  const std::int64_t step = shape.rank == 0 ? 0 : steps[innermost(shape)];
  return [=, x = plan.place(mil::Param::x), to = plan.to()](Cell* memory) {
    for_each_row(shape, std::array<Steps, 1>{steps}, [&](std::int64_t first, const std::array<std::int64_t, 1>& offsets) {
      const Cell* from = x.in(memory) + offset + offsets[0];
      Cell* result = memory + to + first;
      for (std::int64_t i = 0; i < shape.row_elements(); ++i) result[i] = from[i * step];
    });
  };
}

inline Task transpose(const Planning& plan) {
  const mil::Shape source = plan.type(mil::Param::x).shape;
  const auto permutation = plan.operands.numbers(mil::Param::perm);
  const Steps own = steps_of(source);
  Steps steps{};
  for (std::size_t axis = 0; axis < permutation.size(); ++axis)
    steps[axis] = own[index(plan.operands.counted_axis(permutation[axis], source.rank))];
  return strided(plan, steps, 0);
}

inline Task slice(const Planning& plan) {
  const mil::Shape source = plan.type(mil::Param::x).shape;
  const bool by_size = plan.operands.kind() == mil::OpKind::slice_by_size;
  const mil::Slice slice = by_size ? mil::slice_by_size(plan.operands) : mil::slice_by_index(plan.operands);
  const Steps own = steps_of(source);
  Steps steps{};
  std::int64_t offset = 0;
  for (int axis = 0, kept = 0; axis < source.rank; ++axis) {
    offset += slice.begin[axis] * own[index(axis)];
    if (!slice.squeezed[axis]) steps[index(kept++)] = slice.step[axis] * own[index(axis)];
  }
  return strided(plan, steps, offset);
}

/// Rows of parts that lie side by side in a whole: concat, stack and split.
struct Part {
  Place place;
  std::int64_t length;  ///< elements of one row of this part
};

inline std::vector<Part> listed_parts(const Planning& plan, int axis) {
  std::vector<Part> parts;
  for (const mil::Argument& argument : plan.operands.list(mil::Param::values)) {
    const mil::Shape shape = plan.operands.type(argument).shape;
    std::int64_t length = 1;
    for (int i = axis; i < shape.rank; ++i) length *= shape[i];
    parts.push_back({plan.place_of(argument.value), length});
  }
  return parts;
}

inline Task join(const Planning& plan) {
  const int axis = plan.operands.axis(plan.type().shape.rank);  // of scalars: that of the vector they make
  const Lines lines{plan.type().shape, axis};
  return [outer = lines.outer, parts = listed_parts(plan, axis), to = plan.to()](Cell* memory) {
    Cell* result = memory + to;
    for (std::int64_t row = 0; row < outer; ++row)
      for (const Part& part : parts) result = std::copy_n(part.place.in(memory) + row * part.length, part.length, result);
  };
}

/// Values of one shape, an element of the axis of each in turn: the same as joining them along an axis behind it.
inline Task interleave(const Planning& plan) {
  const Lines lines{plan.type().shape, plan.operands.axis(plan.type().shape.rank)};
  std::vector<Part> parts = listed_parts(plan, 0);
  const auto count = static_cast<std::int64_t>(parts.size());
  return [=, parts = std::move(parts), to = plan.to()](Cell* memory) {
    Cell* result = memory + to;
    for (std::int64_t row = 0; row < lines.outer * lines.length / count; ++row)
      for (const Part& part : parts) result = std::copy_n(part.place.in(memory) + row * lines.inner, lines.inner, result);
  };
}

inline Task concat(const Planning& plan) { return plan.operands.flag(mil::Param::interleave) ? interleave(plan) : join(plan); }

inline Task split(const Planning& plan) {
  const int axis = plan.operands.axis(plan.type().shape.rank);
  const Lines lines{plan.type().shape, axis};
  std::vector<Part> parts;
  for (const Result& result : plan.results) parts.push_back({{nullptr, result.to}, result.type.shape[axis] * lines.inner});
  return [outer = lines.outer, parts = std::move(parts), x = plan.place(mil::Param::x)](Cell* memory) {
    const Cell* from = x.in(memory);
    for (std::int64_t row = 0; row < outer; ++row)
      for (const Part& part : parts) {
        std::copy_n(from, part.length, memory + part.place.scratch + static_cast<std::size_t>(row * part.length));
        from += part.length;
      }
  };
}

/// Which place of x each place along an axis of the result shows.
struct AxisSource {
  enum class Beyond : std::uint8_t { nothing, repeat, mirror, edge };

  std::int64_t before = 0;  ///< places of the result before the first of x
  std::int64_t extent = 1;  ///< of x
  std::int64_t step = 1;    ///< of x
  Beyond beyond = Beyond::nothing;

  /// The offset within x, or -1 where nothing is shown.
  std::int64_t offset(std::int64_t place) const {
    const std::int64_t at = place - before;
    if (at >= 0 && at < extent) return at * step;
    switch (beyond) {
      case Beyond::repeat: return at % extent * step;
      case Beyond::mirror: return (at < 0 ? -at : 2 * (extent - 1) - at) * step;
      case Beyond::edge: return (at < 0 ? 0 : extent - 1) * step;
      case Beyond::nothing: break;
    }
    return -1;
  }
};

using AxisSources = std::array<AxisSource, mil::max_rank>;

/// Elements of x by a rule for each axis; `filler` where nothing is shown.
inline Task by_sources(const Planning& plan, AxisSources sources, Place filler, bool has_filler) {
  const mil::Shape shape = plan.type().shape;
  const mil::Shape from_shape = plan.type(mil::Param::x).shape;
  const Steps own = steps_of(from_shape);
  for (int axis = 0; axis < shape.rank; ++axis) {
    sources[index(axis)].extent = from_shape[axis];
    sources[index(axis)].step = own[index(axis)];
  }
  return [=, x = plan.place(mil::Param::x), to = plan.to()](Cell* memory) {
    const Cell* const from = x.in(memory);
    const Cell empty = has_filler ? *filler.in(memory) : Cell{.integer = 0};
    const AxisSource inner = sources[innermost(shape)];
    Cell* result = memory + to;
    Steps at{};
    for (std::int64_t left = shape.elements() / shape.row_elements(); left > 0; --left) {
      std::int64_t offset = 0;
      for (int axis = 0; axis + 1 < shape.rank; ++axis) {
        const std::int64_t along = sources[index(axis)].offset(at[index(axis)]);
        offset = along < 0 || offset < 0 ? -1 : offset + along;
      }
      for (std::int64_t i = 0; i < shape.row_elements(); ++i) {
        const std::int64_t along = inner.offset(i);
        *result++ = offset < 0 || along < 0 ? empty : from[offset + along];
      }
      for (int axis = shape.rank - 2; axis >= 0; --axis) {
        if (++at[index(axis)] < shape[axis]) break;
        at[index(axis)] = 0;
      }
    }
  };
}

inline Task tile(const Planning& plan) {
  AxisSources sources;
  sources.fill({.beyond = AxisSource::Beyond::repeat});
  return by_sources(plan, sources, {}, false);
}

inline Task pad(const Planning& plan) {
  const int rank = plan.type().shape.rank;
  const auto amounts = plan.operands.numbers(mil::Param::pad);
  const std::string_view mode = plan.operands.text_or(mil::Param::mode, "constant");
  const int first_padded = rank - static_cast<int>(amounts.size() / 2);
  AxisSources sources;
  sources.fill({.beyond = mode == "reflect"     ? AxisSource::Beyond::mirror
                          : mode == "replicate" ? AxisSource::Beyond::edge
                                                : AxisSource::Beyond::nothing});
  for (int axis = first_padded; axis < rank; ++axis) sources[index(axis)].before = amounts[2 * index(axis - first_padded)];
  const bool has_filler = plan.operands.has(mil::Param::constant_val);
  return by_sources(plan, sources, has_filler ? plan.place(mil::Param::constant_val) : Place{}, has_filler);
}

/// An index into an axis, counted from the end where it is negative. Core ML leaves others undefined; here they are failures.
inline std::int64_t checked_index(std::int64_t given, std::int64_t extent, const char* operation) {
  const std::int64_t at = given < 0 ? given + extent : given;
  if (at < 0 || at >= extent)
    throw EvaluateError(std::string{operation} + ": index " + std::to_string(given) + " of an axis with " + std::to_string(extent) +
                        " elements");
  return at;
}

inline Task gather(const Planning& plan) {
  const mil::Shape x = plan.type(mil::Param::x).shape;
  const mil::Shape indices = plan.type(mil::Param::indices).shape;
  const Lines lines{x, plan.operands.axis(x.rank)};
  std::int64_t batches = 1;
  for (int axis = 0; axis < plan.operands.number_or(mil::Param::batch_dims, 0); ++axis) batches *= x[axis];
  return [=, count = indices.elements() / batches, blocks = lines.outer / batches, from = plan.place(mil::Param::x),
          at = plan.place(mil::Param::indices), to = plan.to()](Cell* memory) {
    Cell* result = memory + to;
    for (std::int64_t outer = 0; outer < lines.outer; ++outer) {
      const Cell* block = from.in(memory) + outer * lines.length * lines.inner;
      const Cell* row = at.in(memory) + outer / blocks * count;
      for (std::int64_t i = 0; i < count; ++i)
        result = std::copy_n(block + checked_index(row[i].integer, lines.length, "gather") * lines.inner, lines.inner, result);
    }
  };
}

inline Task gather_along_axis(const Planning& plan) {
  const mil::Shape x = plan.type(mil::Param::x).shape;
  const int axis = plan.operands.axis(x.rank);
  const Lines from{x, axis};
  const Lines to{plan.type().shape, axis};
  return [=, source = plan.place(mil::Param::x), at = plan.place(mil::Param::indices), result = plan.to()](Cell* memory) {
    for (std::int64_t outer = 0; outer < to.outer; ++outer)
      for (std::int64_t i = 0; i < to.length; ++i)
        for (std::int64_t k = 0; k < to.inner; ++k) {
          const std::int64_t place = (outer * to.length + i) * to.inner + k;
          const std::int64_t chosen = checked_index(at.in(memory)[place].integer, from.length, "gather_along_axis");
          memory[result + static_cast<std::size_t>(place)] = source.in(memory)[(outer * from.length + chosen) * from.inner + k];
        }
  };
}

inline Task range(const Planning& plan) {
  return [floats = is_float(plan.type()), count = plan.type().elements(), start = plan.place(mil::Param::start),
          step = plan.place(mil::Param::step), to = plan.to()](Cell* memory) {
    const Cell first = *start.in(memory);
    const Cell each = *step.in(memory);
    for (std::int64_t i = 0; i < count; ++i) {
      Cell& result = memory[to + static_cast<std::size_t>(i)];
      if (floats)
        result.number = first.number + static_cast<float>(i) * each.number;
      else
        result.integer = static_cast<std::int32_t>(first.integer + i * each.integer);
    }
  };
}

inline Task extents(const Planning& plan) {
  return [shape = plan.type(mil::Param::x).shape, to = plan.to()](Cell* memory) {
    for (int axis = 0; axis < shape.rank; ++axis) memory[to + index(axis)].integer = static_cast<std::int32_t>(shape[axis]);
  };
}

/// The next content of a state goes where the state is kept.
inline Task write_state(const Planning& plan) {
  return [count = plan.type(mil::Param::data).elements(), from = plan.place(mil::Param::data),
          to = plan.place(mil::Param::input).scratch](Cell* memory) { std::copy_n(from.in(memory), count, memory + to); };
}

}  // namespace anechain::host::detail
