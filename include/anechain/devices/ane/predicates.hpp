// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <anechain/mil/graph.hpp>

/// What the constraints ask of programs. Each gives the place of the first thing that breaks the rule, and none where nothing does.
namespace anechain::ane::predicates {

using Place = std::optional<mil::Position>;

/// The first operation of which something is true.
template <bool (*Holds)(const mil::Graph&, const mil::Operation&)>
constexpr Place first(const mil::Graph& graph, const mil::Function& function) {
  for (const mil::Operation& operation : graph.operations_of(function))
    if (Holds(graph, operation)) return operation.at;
  return {};
}

template <mil::OpKind... Kinds>
constexpr bool is_one_of(const mil::Graph&, const mil::Operation& operation) {
  return ((operation.kind == Kinds) || ...);
}

/// The first operation of one of these kinds.
template <mil::OpKind... Kinds>
constexpr Place first_of(const mil::Graph& graph, const mil::Function& function) {
  return first<is_one_of<Kinds...>>(graph, function);
}

/// What is bound to an operand: null where nothing is.
constexpr const mil::ValueFacts* operand(const mil::Graph& graph, const mil::Operation& operation, mil::Param param) {
  const std::int32_t value = graph.argument(graph.arguments_of(operation), param);
  return value < 0 ? nullptr : &graph[value];
}

/// The integers of an operand that stands in the text; none where it does not.
constexpr mil::Entries<std::int64_t> integers(const mil::Graph& graph, const mil::Operation& operation, mil::Param param) {
  const std::int32_t value = graph.argument(graph.arguments_of(operation), param);
  const mil::Constant* const constant = value < 0 ? nullptr : graph.constant_of(value);
  if (constant == nullptr || constant->kind != mil::Constant::Kind::immediate || graph[value].type.dtype != mil::int32) return {};
  return graph.numbers_of(*constant);
}

constexpr bool any_result(const mil::Graph& graph, const mil::Operation& operation, auto holds) {
  return std::ranges::any_of(graph.results_of(operation), [&](const mil::ValueFacts& value) { return holds(value.type); });
}

/// A type of an input or a result, or of what an operation gives, of which something is true.
constexpr Place any_type(const mil::Graph& graph, const mil::Function& function, auto holds) {
  for (const std::int32_t input : graph.inputs_of(function))
    if (holds(graph[input].type)) return mil::Position{};
  for (const mil::Operation& operation : graph.operations_of(function))
    if (operation.constant < 0 && any_result(graph, operation, holds)) return operation.at;
  return {};
}

/// A type of an input or a result of the program.
constexpr Place any_port(const mil::Graph& graph, const mil::Function& function, auto holds) {
  for (const std::int32_t value : graph.ports_of(function))
    if (holds(graph[value].type)) {
      const std::int32_t made_by = graph[value].operation;
      return made_by < 0 ? mil::Position{} : graph.operations.data()[made_by].at;
    }
  return {};
}

constexpr Place has_unknown_extent(const mil::Graph& graph, const mil::Function& function) {
  return any_type(graph, function, [](const mil::TensorType& type) { return type.shape.has_unknown(); });
}

constexpr Place has_rank_above_5(const mil::Graph& graph, const mil::Function& function) {
  return any_type(graph, function, [](const mil::TensorType& type) { return type.shape.rank > 5; });
}

template <std::int64_t Most>
constexpr Place has_extent_above(const mil::Graph& graph, const mil::Function& function) {
  return any_type(graph, function, [](const mil::TensorType& type) {
    return std::ranges::any_of(type.shape, [](std::int64_t extent) { return extent > Most; });
  });
}

/// Rows of which a packed and a padded layout differ. Extents that are not known are another rule's.
constexpr Place has_partial_row(const mil::Graph& graph, const mil::Function& function) {
  return any_port(graph, function, [](const mil::TensorType& type) {
    return !type.shape.has_unknown() && type.row_elements() * mil::facts(type.dtype).bits % (8 * mil::row_alignment) != 0;
  });
}

constexpr Place has_row_not_of_64(const mil::Graph& graph, const mil::Function& function) {
  return any_port(graph, function, [](const mil::TensorType& type) { return type.row_elements() % 64 != 0; });
}

constexpr Place has_port_above_101_mb(const mil::Graph& graph, const mil::Function& function) {
  return any_port(graph, function,
                  [](const mil::TensorType& type) { return !type.shape.has_unknown() && type.surface_bytes() > 101'400'000; });
}

constexpr bool computes(const mil::Operation& operation) {
  switch (facts(operation.kind).family) {
    case mil::Family::constant:
    case mil::Family::decoding:
    case mil::Family::movement: return false;
    default: return operation.kind != mil::OpKind::cast;
  }
}

constexpr bool computes_in_fp32(const mil::Graph& graph, const mil::Operation& operation) {
  if (!computes(operation)) return false;
  const mil::ValueFacts* const x = operand(graph, operation, mil::Param::x);
  return (x != nullptr && x->type.dtype == mil::fp32) ||
         any_result(graph, operation, [](const mil::TensorType& type) { return type.dtype == mil::fp32; });
}

/// Integers as a result, or other integers than int8 as an input.
constexpr Place has_integer_port(const mil::Graph& graph, const mil::Function& function) {
  const auto is_integer = [](mil::DType dtype) {
    return !mil::facts(dtype).floating && dtype != mil::boolean && dtype != mil::DType::string;
  };
  for (const std::int32_t input : graph.inputs_of(function))
    if (is_integer(graph[input].type.dtype) && graph[input].type.dtype != mil::int8) return mil::Position{};
  for (const std::int32_t output : graph.outputs_of(function))
    if (is_integer(graph[output].type.dtype))
      return graph[output].operation < 0 ? mil::Position{} : graph.operations.data()[graph[output].operation].at;
  return {};
}

constexpr Place has_int8_input(const mil::Graph& graph, const mil::Function& function) {
  for (const std::int32_t input : graph.inputs_of(function))
    if (graph[input].type.dtype == mil::int8) return mil::Position{};
  return {};
}

constexpr const mil::Shape* weight_of_conv(const mil::Graph& graph, const mil::Operation& operation) {
  const mil::ValueFacts* const weight = operation.kind == mil::OpKind::conv ? operand(graph, operation, mil::Param::weight) : nullptr;
  return weight == nullptr || weight->type.shape.rank < 3 ? nullptr : &weight->type.shape;
}

template <std::int64_t Most>
constexpr bool has_kernel_wider_than(const mil::Graph& graph, const mil::Operation& operation) {
  const mil::Shape* const weight = weight_of_conv(graph, operation);
  return weight != nullptr && (*weight)[-1] > Most;
}

constexpr bool has_kernel_higher_than_29(const mil::Graph& graph, const mil::Operation& operation) {
  const mil::Shape* const weight = weight_of_conv(graph, operation);
  return weight != nullptr && weight->rank >= 4 && (*weight)[-2] > 29;
}

template <std::int64_t From>
constexpr bool has_channels_from(const mil::Graph& graph, const mil::Operation& operation) {
  const mil::Shape* const weight = weight_of_conv(graph, operation);
  return weight != nullptr && ((*weight)[0] >= From || (*weight)[1] >= From);
}

constexpr std::int64_t groups_of(const mil::Graph& graph, const mil::Operation& operation) {
  const auto groups = integers(graph, operation, mil::Param::groups);
  return groups.empty() ? 1 : groups[0];
}

constexpr bool has_slow_groups(const mil::Graph& graph, const mil::Operation& operation) {
  const std::int64_t groups = groups_of(graph, operation);
  return operation.kind == mil::OpKind::conv && groups != 1 && groups != 2 && groups != 4;
}

constexpr bool is_strided_dense_conv(const mil::Graph& graph, const mil::Operation& operation) {
  return operation.kind == mil::OpKind::conv && groups_of(graph, operation) == 1 &&
         std::ranges::any_of(integers(graph, operation, mil::Param::strides), [](std::int64_t stride) { return stride > 1; });
}

constexpr bool has_computed_weight(const mil::Graph& graph, const mil::Operation& operation) {
  if (operation.kind != mil::OpKind::conv) return false;
  const std::int32_t weight = graph.argument(graph.arguments_of(operation), mil::Param::weight);
  if (weight < 0 || graph.constant_of(weight) != nullptr) return false;
  const std::int32_t made_by = graph[weight].operation;
  return made_by < 0 || facts(graph.operations.data()[made_by].kind).family != mil::Family::decoding;
}

constexpr bool has_bias(const mil::Graph& graph, const mil::Operation& operation) {
  return operation.kind == mil::OpKind::conv && operand(graph, operation, mil::Param::bias) != nullptr;
}

constexpr bool has_weight_above_16_mib(const mil::Graph& graph, const mil::Operation& operation) {
  return operation.constant >= 0 && graph[operation.result].type.packed_bytes() > (std::int64_t{16} << 20);
}

constexpr bool is_masked_attention(const mil::Graph& graph, const mil::Operation& operation) {
  return operation.kind == mil::OpKind::scaled_dot_product_attention && operand(graph, operation, mil::Param::attn_mask) != nullptr;
}

constexpr bool lacks_epsilon(const mil::Graph& graph, const mil::Operation& operation) {
  const bool takes_one =
      operation.kind == mil::OpKind::rsqrt || operation.kind == mil::OpKind::log || operation.kind == mil::OpKind::inverse;
  return takes_one && operand(graph, operation, mil::Param::epsilon) == nullptr;
}

constexpr bool has_inline_flag(const mil::Graph& graph, const mil::Operation& operation) {
  return operation.kind == mil::OpKind::matmul && std::ranges::any_of(graph.arguments_of(operation), [&](const mil::Argument& argument) {
           return graph[argument.value].name.size == 0;
         });
}

constexpr bool has_long_inner_extent(const mil::Graph& graph, const mil::Operation& operation) {
  const mil::ValueFacts* const x = operation.kind == mil::OpKind::matmul ? operand(graph, operation, mil::Param::x) : nullptr;
  if (x == nullptr || x->type.shape.rank < 2) return false;
  const std::int32_t flag = graph.argument(graph.arguments_of(operation), mil::Param::transpose_x);
  const mil::Constant* const constant = flag < 0 ? nullptr : graph.constant_of(flag);
  const bool transposed = constant != nullptr && constant->count == 1 && graph.numbers_of(*constant)[0] != 0;
  return x->type.shape[transposed ? -2 : -1] > 16'384;
}

constexpr bool has_long_argmax(const mil::Graph& graph, const mil::Operation& operation) {
  if (operation.kind != mil::OpKind::reduce_argmax && operation.kind != mil::OpKind::reduce_argmin) return false;
  const mil::ValueFacts* const x = operand(graph, operation, mil::Param::x);
  const auto axis = integers(graph, operation, mil::Param::axis);
  return x != nullptr && !axis.empty() && axis[0] >= -x->type.shape.rank && axis[0] < x->type.shape.rank &&
         x->type.shape[static_cast<int>(axis[0])] > 2048;
}

constexpr bool has_odd_softmax(const mil::Graph& graph, const mil::Operation& operation) {
  const auto axis = integers(graph, operation, mil::Param::axis);
  const mil::ValueFacts* const x = operand(graph, operation, mil::Param::x);
  if (operation.kind != mil::OpKind::softmax || axis.empty() || axis[0] != 1 || x == nullptr || x->type.shape.rank < 2) return false;
  const std::int64_t channels = x->type.shape[1];
  return (channels & (channels - 1)) != 0;
}

constexpr bool begins_far(const mil::Graph& graph, const mil::Operation& operation) {
  return (operation.kind == mil::OpKind::slice_by_index || operation.kind == mil::OpKind::slice_by_size) &&
         std::ranges::any_of(integers(graph, operation, mil::Param::begin), [](std::int64_t begin) { return begin > 4094; });
}

/// No convolution and no product of matrices.
constexpr Place has_no_anchor(const mil::Graph& graph, const mil::Function& function) {
  const bool anchored = std::ranges::any_of(graph.operations_of(function), [](const mil::Operation& operation) {
    return operation.kind == mil::OpKind::conv || operation.kind == mil::OpKind::linear || operation.kind == mil::OpKind::matmul ||
           operation.kind == mil::OpKind::scaled_dot_product_attention;
  });
  return anchored ? Place{} : Place{mil::Position{}};
}

constexpr Place only_moves(const mil::Graph& graph, const mil::Function& function) {
  const bool works = std::ranges::any_of(graph.operations_of(function), computes);
  return works ? Place{} : Place{mil::Position{}};
}

constexpr Place mixes_split_matmul_softmax_tile(const mil::Graph& graph, const mil::Function& function) {
  const Place found[]{first_of<mil::OpKind::split>(graph, function), first_of<mil::OpKind::matmul>(graph, function),
                      first_of<mil::OpKind::softmax>(graph, function), first_of<mil::OpKind::tile>(graph, function)};
  return std::ranges::all_of(found, [](const Place& place) { return place.has_value(); }) ? found[3] : Place{};
}

/// An operation none of whose results anything uses.
constexpr Place has_dead_operation(const mil::Graph& graph, const mil::Function& function) {
  std::vector<char> used(graph.values.size(), '\0');
  for (const mil::Operation& operation : graph.operations_of(function))
    for (const mil::Argument& argument : graph.arguments_of(operation)) used[static_cast<std::size_t>(argument.value)] = 1;
  for (const std::int32_t output : graph.outputs_of(function)) used[static_cast<std::size_t>(output)] = 1;
  for (const mil::Operation& operation : graph.operations_of(function)) {
    if (operation.constant >= 0 || operation.result_count == 0) continue;
    bool live = operation.kind == mil::OpKind::write_state;
    for (std::uint32_t i = 0; i < operation.result_count; ++i) live = live || used[static_cast<std::size_t>(operation.result) + i] != 0;
    if (!live) return operation.at;
  }
  return {};
}

constexpr Place has_more_than_16_weights(const mil::Graph& graph, const mil::Function& function) {
  constexpr int most = 16;
  int weights = 0;
  for (const mil::Operation& operation : graph.operations_of(function))
    if (operation.constant >= 0 && graph.constants.data()[operation.constant].kind == mil::Constant::Kind::blob && ++weights > most)
      return operation.at;
  return {};
}

}  // namespace anechain::ane::predicates
