// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <anechain/mil/infer/shapes.hpp>

/// The types of what puts elements elsewhere and changes none.
namespace anechain::mil {

/// Which elements of each axis a slice takes: `count` of them, `step` apart, from `begin` on.
struct Slice {
  std::int64_t begin[max_rank]{};
  std::int64_t step[max_rank]{};
  std::int64_t count[max_rank]{};
  bool squeezed[max_rank]{};  ///< axes that the result does not have
};

namespace detail {

/// begin, end and stride of one axis as numpy takes them: negative ones count from the end, those outside are clamped.
constexpr bool slice_axis(const Operands& operands, std::int64_t extent, std::int64_t begin, std::int64_t end, std::int64_t stride,
                          bool from_start, bool to_end, Slice& slice, int axis) {
  constexpr std::int64_t limit = std::int64_t{1} << 48;
  if (!operands.holds(stride != 0 && stride > -limit && stride < limit, "a stride of {} makes no sense", stride) ||
      !operands.holds(begin > -limit && begin < limit && end > -limit && end < limit, "a slice from {} to {} makes no sense", begin, end))
    return false;
  const std::int64_t least = stride > 0 ? 0 : -1;
  const std::int64_t most = stride > 0 ? extent : extent - 1;
  const std::int64_t first = from_start ? (stride > 0 ? 0 : extent - 1) : std::clamp(begin < 0 ? begin + extent : begin, least, most);
  const std::int64_t last = to_end ? (stride > 0 ? extent : -1) : std::clamp(end < 0 ? end + extent : end, least, most);
  const std::int64_t distance = stride > 0 ? last - first : first - last;
  const std::int64_t step = stride > 0 ? stride : -stride;
  slice.begin[axis] = first;
  slice.step[axis] = stride;
  slice.count[axis] = distance <= 0 ? 0 : (distance + step - 1) / step;
  return operands.holds(slice.count[axis] >= 1, "axis {} of {} elements: nothing lies in the slice", axis, extent);
}

}  // namespace detail

/// Reads and checks slice_by_index(x, begin, end, stride?, begin_mask?, end_mask?, squeeze_mask?).
constexpr Slice slice_by_index(const Operands& operands) {
  const Shape x = operands.type(Param::x).shape;
  Slice slice;
  const auto given = [&](Param param) {
    return operands.has(param) ? operands.numbers(param, x.rank).data() : static_cast<const std::int64_t*>(nullptr);
  };
  const std::int64_t* const begin = given(Param::begin);
  const std::int64_t* const end = given(Param::end);
  const std::int64_t* const stride = given(Param::stride);
  const std::int64_t* const begin_mask = given(Param::begin_mask);
  const std::int64_t* const end_mask = given(Param::end_mask);
  const std::int64_t* const squeeze_mask = given(Param::squeeze_mask);
  if (operands.broken()) return slice;
  for (int axis = 0; axis < x.rank; ++axis) {
    slice.squeezed[axis] = squeeze_mask != nullptr && squeeze_mask[axis] != 0;
    if (slice.squeezed[axis]) {
      const std::int64_t at = begin_mask != nullptr && begin_mask[axis] != 0 ? 0 : begin[axis];
      slice.begin[axis] = operands.holds(at >= -x[axis] && at < x[axis], "element {} of an axis that has {}", at, x[axis])
                              ? (at < 0 ? at + x[axis] : at)
                              : 0;
      slice.step[axis] = slice.count[axis] = 1;
    } else if (!detail::slice_axis(operands, x[axis], begin[axis], end[axis], stride == nullptr ? 1 : stride[axis],
                                   begin_mask != nullptr && begin_mask[axis] != 0, end_mask != nullptr && end_mask[axis] != 0, slice,
                                   axis)) {
      return slice;
    }
  }
  return slice;
}

/// Reads and checks slice_by_size(x, begin, size): a size of -1 reaches to the end.
constexpr Slice slice_by_size(const Operands& operands) {
  const Shape x = operands.type(Param::x).shape;
  Slice slice;
  const auto begin = operands.numbers(Param::begin, x.rank);
  const auto size = operands.numbers(Param::size, x.rank);
  if (operands.broken()) return slice;
  for (int axis = 0; axis < x.rank; ++axis) {
    const auto at = static_cast<std::size_t>(axis);
    if (!operands.holds(begin[at] >= -x[axis] && begin[at] < x[axis], "a slice from element {} of an axis that has {}", begin[at], x[axis]))
      return slice;
    slice.begin[axis] = begin[at] < 0 ? begin[at] + x[axis] : begin[at];
    slice.step[axis] = 1;
    slice.count[axis] = size[at] == -1 ? x[axis] - slice.begin[axis] : size[at];
    const std::int64_t left = x[axis] - slice.begin[axis];
    if (!operands.holds(slice.count[axis] >= 1 && slice.count[axis] <= left, "a slice of {} elements, {} are left", size[at], left))
      return slice;
  }
  return slice;
}

namespace detail {

/// The shape that `reshape` asks for: 0 keeps x's extent, one -1 takes what is left.
/// What a 0 in the new shape stands for: the extent of x as far from the innermost axis, 1 if x has no such axis. With as many axes as x
/// has, it is the same axis, as in every opset; otherwise coremltools has it so from ios17 on.
constexpr std::int64_t kept_extent(const Shape& x, int from_the_end) { return from_the_end <= x.rank ? x[-from_the_end] : 1; }

constexpr TensorType infer_reshape(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const auto extents = operands.numbers(Param::shape);
  if (!operands.holds(std::ssize(extents) <= max_rank, "a rank of {} is more than the {} that anechain represents", std::ssize(extents),
                      max_rank))
    return {};
  TensorType result{x.dtype, {{}, static_cast<int>(extents.size())}};
  std::int64_t left = x.elements();
  int open = -1;
  for (int axis = 0; axis < result.shape.rank; ++axis) {
    const std::int64_t given = extents[static_cast<std::size_t>(axis)];
    if (given == -1) {
      if (!operands.holds(open < 0, "shape leaves more than one extent open")) return {};
      open = axis;
      continue;
    }
    const std::int64_t extent = given == 0 ? kept_extent(x.shape, result.shape.rank - axis) : given;
    if (!operands.holds(extent >= 1 && left % extent == 0, "an extent of {} does not divide the {} elements left", extent, left)) return {};
    left /= extent;
    result.shape[axis] = extent;
  }
  if (open >= 0)
    result.shape[open] = left;
  else
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

constexpr TensorType infer_expand_dims(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const auto count = std::ssize(operands.numbers(Param::axes));
  if (!operands.holds(x.shape.rank + count <= max_rank, "a rank of {} is more than the {} that anechain represents", x.shape.rank + count,
                      max_rank))
    return {};
  TensorType result{x.dtype, {{}, x.shape.rank + static_cast<int>(count)}};
  const Axes inserted = listed_axes(operands, result.shape.rank, false);
  if (operands.broken()) return {};
  for (int axis = 0, from = 0; axis < result.shape.rank; ++axis) result.shape[axis] = inserted[axis] ? 1 : x.shape[from++];
  return result;
}

/// Without axes, every axis of one element goes.
constexpr TensorType infer_squeeze(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const Axes listed = listed_axes(operands, x.shape.rank, false);
  if (operands.broken()) return {};
  const bool any = !operands.has(Param::axes);
  TensorType result{x.dtype, {}};
  for (int axis = 0; axis < x.shape.rank; ++axis) {
    operands.holds(!listed[axis] || x.shape[axis] == 1, "axis {} has {} elements, only one of 1 can go", axis, x.shape[axis]);
    if (!(listed[axis] || (any && x.shape[axis] == 1))) result.shape.extents[result.shape.rank++] = x.shape[axis];
  }
  return result;
}

/// Scalars make a vector, as in shape computations.
constexpr TensorType concat_scalars(const Operands& operands, Entries<Argument> values) {
  const TensorType first = operands.type(values[0]);
  for (const Argument& value : values)
    operands.holds(operands.type(value) == first, "scalars are concatenated with scalars of their dtype alone");
  return {first.dtype, {{std::ssize(values)}, 1}};
}

constexpr TensorType infer_concat(const Operands& operands) {
  const auto values = operands.list(Param::values);
  if (!operands.holds(Param::values, !values.empty(), "is missing")) return {};
  TensorType result = operands.type(values[0]);
  if (result.shape.rank == 0) return concat_scalars(operands, values);
  const int axis = operands.axis(result.shape.rank);
  const bool interleave = operands.flag(Param::interleave);
  for (std::size_t i = 1; i < values.size(); ++i) {
    const TensorType other = operands.type(values[i]);
    if (!operands.holds(other.dtype == result.dtype, "value {} is of another dtype than value 0", static_cast<std::int64_t>(i)) ||
        !operands.holds(other.shape.rank == result.shape.rank, "the values have ranks {} and {}", result.shape.rank, other.shape.rank) ||
        !operands.holds(!interleave || other == operands.type(values[0]), "values that are interleaved must be of one type"))
      return {};
    for (int i_axis = 0; i_axis < result.shape.rank; ++i_axis)
      operands.holds(i_axis == axis || other.shape[i_axis] == result.shape[i_axis], "the values have extents {} and {} on another axis",
                     result.shape[i_axis], other.shape[i_axis]);
    result.shape[axis] += other.shape[axis];
    if (!operands.holds(result.shape[axis] < std::int64_t{1} << 48, "an extent of {} is too large", result.shape[axis])) return {};
  }
  return result;
}

constexpr TensorType infer_stack(const Operands& operands) {
  const auto values = operands.list(Param::values);
  if (!operands.holds(Param::values, !values.empty(), "is missing")) return {};
  const TensorType first = operands.type(values[0]);
  for (std::size_t i = 1; i < values.size(); ++i)
    operands.holds(operands.type(values[i]) == first, "value {} is of another type than value 0", static_cast<std::int64_t>(i));
  if (!operands.holds(first.shape.rank < max_rank, "a rank of {} is more than the {} that anechain represents", first.shape.rank + 1,
                      max_rank))
    return {};
  const int axis = operands.axis(first.shape.rank + 1);
  TensorType result{first.dtype, {{}, first.shape.rank + 1}};
  for (int to = 0, from = 0; to < result.shape.rank; ++to) result.shape[to] = to == axis ? std::ssize(values) : first.shape[from++];
  return result;
}

/// Parts that `split` gives.
constexpr std::int64_t split_count(const Operands& operands) {
  if (operands.has(Param::split_sizes)) return std::ssize(operands.numbers(Param::split_sizes));
  return operands.number(Param::num_splits);
}

constexpr TensorType infer_split(const Operands& operands, std::uint32_t index) {
  TensorType x = operands.type(Param::x);
  const int axis = operands.axis(x.shape.rank);
  const std::int64_t count = split_count(operands);
  if (!operands.holds(count >= 1, "there must be at least 1 part, not {}", count)) return {};
  if (!operands.has(Param::split_sizes)) {
    operands.holds(x.shape[axis] % count == 0, "the {} elements of the axis do not make {} equal parts", x.shape[axis], count);
    x.shape[axis] /= count;
    return x;
  }
  std::int64_t sum = index == 0 ? 0 : x.shape[axis];
  if (index == 0)  // once for all results
    for (const std::int64_t size : operands.numbers(Param::split_sizes)) {
      if (!operands.holds(size >= 1 && size <= x.shape[axis], "a part of {} elements of an axis that has {}", size, x.shape[axis]))
        return {};
      sum += size;
    }
  operands.holds(sum == x.shape[axis], "the parts have {} elements, the axis {}", sum, x.shape[axis]);
  operands.holds(!operands.has(Param::num_splits) || operands.number(Param::num_splits) == count, "num_splits is not the {} of split_sizes",
                 count);
  if (operands.broken()) return {};
  x.shape[axis] = operands.numbers(Param::split_sizes)[index];
  return x;
}

constexpr TensorType infer_slice(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const Slice slice = operands.kind() == OpKind::slice_by_size ? slice_by_size(operands) : slice_by_index(operands);
  TensorType result{x.dtype, {}};
  for (int axis = 0; axis < x.shape.rank; ++axis)
    if (!slice.squeezed[axis]) result.shape.extents[result.shape.rank++] = slice.count[axis];
  return result;
}

constexpr TensorType infer_tile(const Operands& operands) {
  TensorType x = operands.type(Param::x);
  const auto reps = operands.numbers(Param::reps, x.shape.rank);
  if (operands.broken()) return {};
  for (int axis = 0; axis < x.shape.rank; ++axis) {
    const std::int64_t count = reps[static_cast<std::size_t>(axis)];
    if (!operands.holds(count >= 1 && count < std::int64_t{1} << 48, "an axis cannot be repeated {} times", count)) return {};
    if (!operands.holds(x.shape[axis] <= (std::int64_t{1} << 48) / count, "{} repetitions of {} elements are too many", count,
                        x.shape[axis]))
      return {};
    x.shape[axis] *= count;
  }
  return x;
}

/// `pad` holds (before, after) for the innermost axes, as many as it has pairs.
constexpr TensorType infer_pad(const Operands& operands) {
  TensorType x = operands.type(Param::x);
  const auto pad = operands.numbers(Param::pad);
  const std::string_view mode = operands.text_or(Param::mode, "constant");
  const bool reflect = same_text(mode, "reflect");
  const bool replicate = same_text(mode, "replicate");
  operands.holds(reflect || replicate || same_text(mode, "constant"), "mode must be constant, reflect or replicate");
  if (!operands.holds(Param::pad, std::ssize(pad) % 2 == 0 && std::ssize(pad) <= 2 * x.shape.rank,
                      "has {} elements, it must have two for each of at most {} axes", std::ssize(pad), x.shape.rank))
    return {};
  if (operands.broken()) return {};
  for (std::size_t pair = 0; pair < pad.size() / 2; ++pair) {
    const int axis = x.shape.rank - static_cast<int>(pad.size() / 2 - pair);
    const std::int64_t before = pad[2 * pair];
    const std::int64_t after = pad[2 * pair + 1];
    const std::int64_t most = reflect ? x.shape[axis] - 1 : (std::int64_t{1} << 47);
    if (!operands.holds(before >= 0 && after >= 0, "padding must not be negative: {} before, {} after", before, after) ||
        !operands.holds(before <= most && after <= most, "padding of {} and {} is more than there is to pad with", before, after))
      return {};
    x.shape[axis] += before + after;
  }
  if (operands.has(Param::constant_val)) {
    const TensorType value = operands.type(Param::constant_val);
    operands.holds(Param::constant_val, value.shape.rank == 0 && value.dtype == x.dtype, "must be a scalar of x's dtype");
  }
  return x;
}

constexpr bool are_indices(const Operands& operands) {
  const DType dtype = operands.type(Param::indices).dtype;
  return operands.holds(Param::indices, !facts(dtype).floating && dtype != DType::string && dtype != DType::boolean, "must be integers");
}

/// x's extents with those of the indices in place of the axis; the first `batch_dims` axes are shared.
constexpr TensorType infer_gather(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const Shape indices = operands.type(Param::indices).shape;
  const int axis = operands.axis(x.shape.rank);
  const std::int64_t batch = operands.number_or(Param::batch_dims, 0);
  if (!are_indices(operands) || !operands.holds(x.shape.rank >= 1, "x must have an axis") ||
      !operands.holds(batch >= 0 && batch <= axis && batch <= indices.rank, "batch_dims is {}, but the axis is {}", batch, axis) ||
      !operands.holds(x.shape.rank - 1 + indices.rank - batch <= max_rank, "a rank of {} is more than the {} that anechain represents",
                      x.shape.rank - 1 + indices.rank - batch, max_rank))
    return {};
  for (int i = 0; i < batch; ++i)
    operands.holds(x.shape[i] == indices[i], "x and indices have extents {} and {} on an axis of the batch", x.shape[i], indices[i]);
  TensorType result{x.dtype, {}};
  const auto append = [&](std::int64_t extent) { result.shape.extents[result.shape.rank++] = extent; };
  for (int i = 0; i < axis; ++i) append(x.shape[i]);
  for (int i = static_cast<int>(batch); i < indices.rank; ++i) append(indices[i]);
  for (int i = axis + 1; i < x.shape.rank; ++i) append(x.shape[i]);
  return result;
}

constexpr TensorType infer_gather_along_axis(const Operands& operands) {
  const TensorType x = operands.type(Param::x);
  const Shape indices = operands.type(Param::indices).shape;
  if (!are_indices(operands) ||
      !operands.holds(indices.rank == x.shape.rank && x.shape.rank >= 1, "x has rank {}, indices {}", x.shape.rank, indices.rank))
    return {};
  const int axis = operands.axis(x.shape.rank);
  for (int i = 0; i < x.shape.rank; ++i)
    operands.holds(i == axis || indices[i] == x.shape[i], "x and indices have extents {} and {} on another axis", x.shape[i], indices[i]);
  return {x.dtype, indices};
}

/// From `start` to before `end`. Its length can be told only where all three are constants.
constexpr TensorType infer_range(const Operands& operands) {
  const DType dtype = operands.type(Param::start).dtype;
  for (const Param param : {Param::start, Param::end, Param::step}) {
    const TensorType type = operands.type(param);
    operands.holds(param, type.shape.rank == 0 && type.dtype == dtype && (facts(dtype).floating || dtype == int32),
                   "must be a scalar of the others' dtype: fp16, fp32 or int32");
  }
  const double start = operands.real_or(Param::start, 0);
  const double end = operands.real_or(Param::end, 0);
  const double step = operands.real_or(Param::step, 1);
  const double count = (end - start) / step;
  if (operands.broken() || !operands.holds(count > 0 && count < 0x1p40, "nothing lies between start and end")) return {};
  const auto whole = static_cast<std::int64_t>(count);
  return {dtype, {{static_cast<double>(whole) < count ? whole + 1 : whole}, 1}};
}

constexpr TensorType infer_shape(const Operands& operands) {
  const int rank = operands.type(Param::x).shape.rank;
  return {int32, {{rank}, 1}};
}

}  // namespace detail
}  // namespace anechain::mil
