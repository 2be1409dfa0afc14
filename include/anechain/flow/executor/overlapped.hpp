// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string_view>

#include <anechain/flow/executor/hops.hpp>
#include <anechain/support/worker.hpp>

namespace anechain::executor {

/// N passes in flight, each with surfaces of its own: the calling thread does one, N - 1 worker threads the others. A run
/// starts them together and returns when all are done.
template <std::size_t N>
class Overlapped {
  static_assert(N >= 2, "anechain::executor::Overlapped: one pass in flight is executor::Inline");

 public:
  static constexpr std::size_t lanes = N;
  static constexpr Hops hops = Hops::each_run;
  static constexpr std::string_view description = "one thread a pass in flight";

  explicit Overlapped(std::size_t) {
    for (auto& worker : workers_) worker = std::make_unique<Worker>(1);
  }

  template <class Lane>
  void run(std::span<const Lane> passes) {
    for (std::size_t i = 0; i < workers_.size(); ++i)
      workers_[i]->submit([](void* context) { run_lane(*static_cast<const Lane*>(context)); },
                          const_cast<void*>(static_cast<const void*>(&passes[i + 1])), true);
    std::exception_ptr failure;
    const auto note_failure = [&failure](auto&& part) {
      try {
        part();
      } catch (...) {
        if (!failure) failure = std::current_exception();
      }
    };
    note_failure([&] { run_lane(passes[0]); });
    for (auto& worker : workers_) note_failure([&] { worker->wait(); });
    if (failure) std::rethrow_exception(failure);
  }

 private:
  template <class Lane>
  static void run_lane(const Lane& lane) {
    lane.for_each([](auto& job) { job(); });
  }

  std::array<std::unique_ptr<Worker>, N - 1> workers_;
};

}  // namespace anechain::executor
