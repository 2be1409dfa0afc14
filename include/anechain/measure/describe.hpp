// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <anechain/flow/strategy.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/measure/measured_contender.hpp>
#include <anechain/support/digest.hpp>

/// Kernels and strategies, which are types, as reports know them.
namespace anechain {

/// From the facts of a kernel.
inline MeasuredKernel measured_kernel(const KernelFacts& kernel) {
  std::uint64_t weights = digest_basis;
  for (const WeightFacts& weight : kernel.weights) {
    const std::uint64_t places[]{weight.placement.metadata, weight.placement.size};
    weights = digest(std::as_bytes(std::span{places}), digest(to_string(weight.type), digest(weight.name, weights)));
  }
  return {std::string{kernel.name}, digest(kernel.text), weights,     kernel.inputs[0].type,
          kernel.outputs[0].type,   kernel.flops,        kernel.bytes};
}

/// What a report says of a strategy type.
template <StrategyWithName S>
MeasuredStrategy measured_strategy() {
  return {.name = std::string{S::name},
          .executor = std::string{S::Executor::description},
          .lanes = S::Executor::lanes,
          .work = S::work,
          .copies = S::Transfer::link == transfer::Link::two_surfaces && S::Transfer::delivers,
          .hops = S::Executor::hops};
}

}  // namespace anechain
