// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <anechain/mil/graph.hpp>

/// What the Apple Neural Engine is known not to take, as data. Nobody at Apple has published it: each rule says who
/// observed it, where, and how sure it is.
namespace anechain::ane {

enum class Certainty : std::uint8_t {
  established,  ///< observed by several, contradicted by none
  contested,    ///< observed by some, contradicted by others or on other chips
  advice,       ///< costs time or precision, or concerns some chips only
};

constexpr std::string_view name_of(Certainty certainty) {
  constexpr std::string_view names[]{"established", "contested", "advice"};
  return names[static_cast<int>(certainty)];
}

/// A rule about single operations.
struct Constraint {
  std::string_view id;
  std::string_view rule;
  std::string_view observed;
  Certainty certainty;
  bool (*is_met_by)(const mil::Graph&, const mil::Operation&);
};

namespace detail {

constexpr bool any_result(const mil::Graph& graph, const mil::Operation& operation, auto holds) {
  for (const mil::ValueFacts& result : graph.results_of(operation))
    if (holds(result)) return true;
  return false;
}

constexpr bool computes(const mil::Operation& operation) {
  switch (facts(operation.kind).family) {
    case mil::Family::constant:
    case mil::Family::decoding:
    case mil::Family::movement: return false;
    default: return operation.kind != mil::OpKind::cast;
  }
}

constexpr bool lacks(const mil::Graph& graph, const mil::Operation& operation, mil::Param param) {
  return graph.argument(graph.arguments_of(operation), param) < 0;
}

constexpr bool has_unknown_shape(const mil::Graph& graph, const mil::Operation& operation) {
  return any_result(graph, operation, [](const mil::ValueFacts& value) { return value.type.shape.has_unknown(); });
}

constexpr bool has_high_rank(const mil::Graph& graph, const mil::Operation& operation) {
  return any_result(graph, operation, [](const mil::ValueFacts& value) { return value.type.shape.rank > 5; });
}

constexpr bool has_large_extent(const mil::Graph& graph, const mil::Operation& operation) {
  return operation.kind != mil::OpKind::constant && any_result(graph, operation, [](const mil::ValueFacts& value) {
           for (const std::int64_t extent : value.type.shape)
             if (extent > 16384) return true;
           return false;
         });
}

constexpr bool computes_in_fp32(const mil::Graph& graph, const mil::Operation& operation) {
  return computes(operation) && any_result(graph, operation, [](const mil::ValueFacts& value) { return value.type.dtype == mil::fp32; });
}

constexpr bool has_wide_kernel(const mil::Graph& graph, const mil::Operation& operation) {
  if (operation.kind != mil::OpKind::conv) return false;
  const std::int32_t weight = graph.argument(graph.arguments_of(operation), mil::Param::weight);
  return weight >= 0 && graph[weight].type.shape.rank >= 3 && graph[weight].type.shape[-1] > 13;
}

constexpr bool convolves_with_computed_weight(const mil::Graph& graph, const mil::Operation& operation) {
  if (operation.kind != mil::OpKind::conv) return false;
  const std::int32_t weight = graph.argument(graph.arguments_of(operation), mil::Param::weight);
  if (weight < 0 || graph.constant_of(weight) != nullptr) return false;
  const std::int32_t made_by = graph[weight].operation;
  return made_by < 0 || facts(graph.operations.data()[made_by].kind).family != mil::Family::decoding;
}

constexpr bool is_masked_attention(const mil::Graph& graph, const mil::Operation& operation) {
  return operation.kind == mil::OpKind::scaled_dot_product_attention && !lacks(graph, operation, mil::Param::attn_mask);
}

constexpr bool is_unsupported(const mil::Graph&, const mil::Operation& operation) {
  switch (operation.kind) {
    case mil::OpKind::acos:
    case mil::OpKind::asin:
    case mil::OpKind::atan:
    case mil::OpKind::atanh:
    case mil::OpKind::avg_pool:
    case mil::OpKind::cos:
    case mil::OpKind::cosh:
    case mil::OpKind::gather:
    case mil::OpKind::gather_along_axis:
    case mil::OpKind::logical_and:
    case mil::OpKind::logical_or:
    case mil::OpKind::logical_xor:
    case mil::OpKind::max_pool:
    case mil::OpKind::mod:
    case mil::OpKind::reduce_prod:
    case mil::OpKind::select:
    case mil::OpKind::sin:
    case mil::OpKind::sinh:
    case mil::OpKind::tan: return true;
    default: return false;
  }
}

constexpr bool lacks_epsilon(const mil::Graph& graph, const mil::Operation& operation) {
  const bool takes_one =
      operation.kind == mil::OpKind::rsqrt || operation.kind == mil::OpKind::log || operation.kind == mil::OpKind::inverse;
  return takes_one && lacks(graph, operation, mil::Param::epsilon);
}

constexpr bool has_inline_transpose(const mil::Graph& graph, const mil::Operation& operation) {
  if (operation.kind != mil::OpKind::matmul) return false;
  for (const mil::Argument& argument : graph.arguments_of(operation))
    if (graph[argument.value].name.size == 0) return true;
  return false;
}

constexpr bool is(const mil::Operation& operation, mil::OpKind kind) { return operation.kind == kind; }

}  // namespace detail

/// The rules that this library can tell of a program. Numbers are those of the Orion paper (arXiv 2603.06728, Table 3), H
/// numbers those of other projects' findings.
inline constexpr auto constraints = std::array{
    Constraint{"H9", "shapes must be fixed: an unknown extent is an InvalidMILProgram", "abr, maderix", Certainty::established,
               detail::has_unknown_shape},
    Constraint{"H3", "tensors have at most 5 axes", "guide (M1, M5)", Certainty::established, detail::has_high_rank},
    Constraint{"H4", "extents above 16384 are refused on some chips (65536 are taken from M4 on)", "irm, guide", Certainty::contested,
               detail::has_large_extent},
    Constraint{"H10", "arithmetic in fp32 does not compile: cast to fp16 and back", "abr (M5), irm (M3 Pro)", Certainty::established,
               detail::computes_in_fp32},
    Constraint{"H5", "a convolution's kernel is at most 13 wide on M1, 15 on M4 and M5", "guide, abr, forge", Certainty::contested,
               detail::has_wide_kernel},
    Constraint{"H16a", "the weight of a convolution must be a constant: a computed one is ignored", "sky (M3 Max); rus (M4 Max) disagrees",
               Certainty::contested, detail::convolves_with_computed_weight},
    Constraint{"H16b", "tile makes later evaluations of the process fail", "sky (M3 Max)", Certainty::contested,
               [](const mil::Graph&, const mil::Operation& operation) { return detail::is(operation, mil::OpKind::tile); }},
    Constraint{"6", "the mask of scaled_dot_product_attention is ignored: build attention from its parts", "Orion (M4 Max), maderix",
               Certainty::established, detail::is_masked_attention},
    Constraint{"H14", "some chips lack this operation", "irm (M3 Pro, 74 operations tried)", Certainty::contested, detail::is_unsupported},
    Constraint{"17", "rsqrt, log and inverse are refused without an epsilon", "irm (M3 Pro)", Certainty::contested, detail::lacks_epsilon},
    Constraint{"12", "the flags of matmul must be constants of their own, not values within it", "Orion, tmc", Certainty::contested,
               detail::has_inline_transpose},
    Constraint{"H13", "reduce_mean may compile and then fail at every evaluation: reduce_sum and a product do the same", "abr (M5)",
               Certainty::contested,
               [](const mil::Graph&, const mil::Operation& operation) { return detail::is(operation, mil::OpKind::reduce_mean); }},
    Constraint{"13", "a convolution's bias is refused on some chips: add it in an operation of its own", "Orion; abr (M5) disagrees",
               Certainty::contested,
               [](const mil::Graph& graph, const mil::Operation& operation) {
                 return detail::is(operation, mil::OpKind::conv) && !detail::lacks(graph, operation, mil::Param::bias);
               }},
    Constraint{"10", "gelu is refused on some chips: its tanh form does the same", "Orion; forge disagrees", Certainty::contested,
               [](const mil::Graph&, const mil::Operation& operation) { return detail::is(operation, mil::OpKind::gelu); }},
    Constraint{"H11", "M1 and M2 have no cast: give and take fp16", "PR #6 (M1 Pro)", Certainty::advice,
               [](const mil::Graph&, const mil::Operation& operation) { return detail::is(operation, mil::OpKind::cast); }},
};

/// A constraint that a program meets, and where it does so first.
struct Met {
  const Constraint* constraint;
  mil::Position at;
};

/// The constraints that a function meets, in the order of the catalogue.
inline std::vector<Met> met_by(const mil::Graph& graph, const mil::Function& function) {
  std::vector<Met> met;
  for (const Constraint& constraint : constraints)
    for (const mil::Operation& operation : graph.operations_of(function))
      if (constraint.is_met_by(graph, operation)) {
        met.push_back({&constraint, operation.at});
        break;
      }
  return met;
}

}  // namespace anechain::ane
