// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include <anechain/flow/facts.hpp>
#include <anechain/flow/strategy.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/measure/measured_contender.hpp>
#include <anechain/separate_compilation.hpp>

/// Kernels and strategies, which are types, as reports know them.
namespace anechain {

/// From the facts of a kernel.
MeasuredKernel measured_kernel(const KernelFacts& kernel);

/// The links of a flow, unless it is a row of kernels, each of which reads what the one before it gave.
std::optional<MeasuredLinks> measured_links(const flow::Facts& facts);

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

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/describe.ipp>
#endif
