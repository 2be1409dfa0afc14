// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <string>

#include <anechain/flow/facts.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain::flow {

/// A flow as a graph in Graphviz's language: `dot -Tsvg flow.dot -o flow.svg`. Kernels are boxes, steps of the CPU ovals, what comes from
/// outside or goes there is plain text; a carried value is dashed.
std::string dot(const Facts& facts);

/// The same of a flow that is a type: `std::ofstream{"net.dot"} << flow::dot(Net{});`
template <class F>
  requires requires {
    { F::facts } -> std::convertible_to<const Facts&>;
  }
std::string dot(const F&) {
  return dot(F::facts);
}

}  // namespace anechain::flow

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/flow/dot.ipp>
#endif
