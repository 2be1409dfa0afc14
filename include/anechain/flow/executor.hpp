// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include <anechain/flow/executor/branches.hpp>
#include <anechain/flow/executor/hops.hpp>
#include <anechain/flow/executor/inline.hpp>
#include <anechain/flow/executor/overlapped.hpp>
#include <anechain/flow/executor/serial_queue.hpp>
#include <anechain/flow/lane.hpp>

/// Who submits the steps of a pass, and when.
namespace anechain::executor {

/// A job is one kernel's evaluation and what is done on the link behind it, or a step of the CPU, or a further move; calling it does it.
///
/// - `lanes`: passes in flight; a run is so many passes.
/// - `description`: what the report says of it.
/// - `hops`: how often work is handed to another thread (see Hops). A pass charges that on devices of virtual time.
/// - constructed with the number of jobs of one pass, once, when a chain is bound: all memory and threads are got there.
/// - `keeps_order`: false if it submits groups of jobs in another order (see Lane::groups); need not be there.
/// - `run(lanes)`: does the jobs of each lane in order, `lanes[0].for_each([](auto& job) { job(); })`, and returns when all are done. If a
///   job throws, the rest of its lane is left out, and the exception is thrown from here once nothing runs any more.
template <class E, class Lane>
concept Executor = std::constructible_from<E, std::size_t> && requires(E& executor, std::span<const Lane> lanes) {
  { E::lanes } -> std::convertible_to<std::size_t>;
  { E::description } -> std::convertible_to<std::string_view>;
  { E::hops } -> std::convertible_to<Hops>;
  executor.run(lanes);
};

/// Whether an executor does the jobs of a lane in their order.
template <class E>
inline constexpr bool keeps_order = [] {
  if constexpr (requires { bool{E::keeps_order}; })
    return E::keeps_order;
  else
    return true;
}();

}  // namespace anechain::executor
