// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/mil/graph.hpp>

namespace anechain::mil {

namespace detail {

/// The first opset with values of an element type that an operation gives: coremltools' cast gives integers of 8 and 16 bits from ios17 on,
/// and integers of less than 8 bits came with ios18. Nothing is published of bf16 and fp8.
constexpr Opset opset_of_values(DType dtype) {
  switch (dtype) {
    case DType::int8:
    case DType::uint8:
    case DType::int16:
    case DType::uint16: return Opset::ios17;
    case DType::int4:
    case DType::uint1:
    case DType::uint2:
    case DType::uint3:
    case DType::uint4:
    case DType::uint6: return Opset::ios18;
    default: return Opset::ios15;
  }
}

/// A product of two dtypes, or a reshape whose zeros count from the right.
constexpr bool has_form_of_ios17(const Graph& graph, const Operation& operation) {
  const auto bound = graph.arguments_of(operation);
  const auto type = [&](Param param) {
    const std::int32_t value = graph.argument(bound, param);
    return value < 0 ? TensorType{} : graph[value].type;
  };
  if (operation.kind == OpKind::matmul) return type(Param::x).dtype != type(Param::y).dtype;
  if (operation.kind == OpKind::linear) return type(Param::x).dtype != type(Param::weight).dtype;
  if (operation.kind != OpKind::reshape) return false;
  const std::int32_t shape = graph.argument(bound, Param::shape);
  const Constant* const extents = shape < 0 ? nullptr : graph.constant_of(shape);
  if (extents == nullptr || extents->kind != Constant::Kind::immediate ||
      extents->count == static_cast<std::uint32_t>(type(Param::x).shape.rank))
    return false;
  for (const std::int64_t extent : graph.numbers_of(*extents))
    if (extent == 0) return true;
  return false;
}

}  // namespace detail

/// The first opset that has an operation with these operands and types.
constexpr Opset needed_opset(const Graph& graph, const Operation& operation) {
  const OperationFacts& known = facts(operation.kind);
  Opset needed = known.since;
  const auto at_least = [&](Opset opset) {
    if (opset > needed) needed = opset;
  };
  if (known.has_newer_params)
    for (const Argument& argument : graph.arguments_of(operation))
      for (const ParamUse& use : known)
        if (use.param == argument.param) at_least(use.since);
  if (known.family == Family::constant || known.family == Family::decoding) return needed;
  for (const ValueFacts& result : graph.results_of(operation)) at_least(detail::opset_of_values(result.type.dtype));
  if (detail::has_form_of_ios17(graph, operation)) at_least(Opset::ios17);
  return needed;
}

/// The first opset that has a function's inputs and results as they are: states came with ios18, half precision between programs with
/// ios16.
constexpr Opset needed_opset_of_ports(const Graph& graph, const Function& function) {
  Opset needed = Opset::ios15;
  for (const std::int32_t port : graph.ports_of(function)) {
    if (graph[port].state) return Opset::ios18;
    if (graph[port].type.dtype == DType::fp16) needed = Opset::ios16;
  }
  return needed;
}

/// The lowest opset that contains all of a function.
struct NeededOpset {
  Opset opset = Opset::ios15;       ///< that one
  OpKind operation{};               ///< the first operation that needs it; of no meaning if the function's ports need it
  bool is_of_an_operation = false;  ///< whether an operation needs it, rather than the ports
};

/// See NeededOpset. Of a function that was built or read.
constexpr NeededOpset needed_opset(const Graph& graph, const Function& function) {
  NeededOpset needed{.opset = needed_opset_of_ports(graph, function)};
  for (const Operation& operation : graph.operations_of(function))
    if (operation.constant < 0)
      if (const Opset opset = needed_opset(graph, operation); opset > needed.opset) needed = {opset, operation.kind, true};
  return needed;
}

}  // namespace anechain::mil
