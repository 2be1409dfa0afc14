// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include <anechain/chain/executor/hops.hpp>
#include <anechain/chain/executor/inline.hpp>
#include <anechain/chain/executor/overlapped.hpp>
#include <anechain/chain/executor/serial_queue.hpp>

/// Who submits the steps of a pass, and when.
namespace anechain::executor {

/// A step is one kernel's evaluation and what is done on the link after it; calling it does it.
///
/// - `lanes`: passes in flight; a run is so many passes.
/// - `description`: what the report says of it.
/// - `hops`: how often work is handed to another thread (see Hops). A pass charges that on devices of virtual time.
/// - constructed with the number of steps of one pass, once, when a chain is bound: all memory and threads are got there.
/// - `run(lanes)`: does the steps of each lane in order, and returns when all are done. Where a step throws, the rest of
///   its lane is left out, and the exception is thrown from here once nothing runs any more.
template <class E, class Step>
concept Executor = std::constructible_from<E, std::size_t> && requires(E& executor, std::span<const std::span<Step>> lanes) {
  { E::lanes } -> std::convertible_to<std::size_t>;
  { E::description } -> std::convertible_to<std::string_view>;
  { E::hops } -> std::convertible_to<Hops>;
  executor.run(lanes);
};

}  // namespace anechain::executor
