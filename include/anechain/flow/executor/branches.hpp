// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <anechain/flow/executor/hops.hpp>
#include <anechain/support/waiting.hpp>

namespace anechain::executor {

/// Nodes of one pass that do not depend on each other, submitted at once: the calling thread and N - 1 others each take a node whose inputs
/// are there. What it gains is how far the device overlaps evaluations; a chain has no two such nodes, and gains nothing.
template <std::size_t N>
class Branches {
  static_assert(N >= 2, "anechain::executor::Branches: one node at a time is executor::Inline");

 public:
  static constexpr std::size_t lanes = 1;
  static constexpr Hops hops = Hops::each_step;
  static constexpr bool keeps_order = false;  ///< see executor::Executor
  static constexpr std::string_view description = "independent nodes on threads of their own";

  /// For passes of so many jobs.
  explicit Branches(std::size_t jobs) : ready_(jobs), waits_for_(jobs) {
    for (std::thread& thread : threads_) thread = std::thread{[this] { serve(); }};
  }

  Branches(const Branches&) = delete;
  Branches& operator=(const Branches&) = delete;

  ~Branches() {
    {
      const std::lock_guard lock{mutex_};
      ends_ = true;
    }
    tell();
    for (std::thread& thread : threads_) thread.join();
  }

  template <class Lane>
  void run(std::span<const Lane> passes) {
    const auto groups = passes[0].groups();
    if (groups.empty()) return;
    {
      const std::lock_guard lock{mutex_};
      lane_ = &passes[0];
      act_ = [](const void* lane, std::size_t group) { static_cast<const Lane*>(lane)->for_each_of(group, [](auto& job) { job(); }); };
      next_of_ = [](const void* lane, std::size_t group) { return static_cast<const Lane*>(lane)->groups()[group].next; };
      left_ = groups.size();
      for (std::size_t g = 0; g < groups.size(); ++g) {
        waits_for_[g] = groups[g].waits_for;
        if (waits_for_[g] == 0) ready_[ready_count_++] = g;
      }
    }
    tell();
    for (std::uint32_t seen = events(); !is_done(); seen = events()) take_part(seen);
    const std::lock_guard lock{mutex_};
    lane_ = nullptr;
    ready_count_ = 0;
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// Nothing is left, or something failed and nothing runs any more.
  bool is_done() {
    const std::lock_guard lock{mutex_};
    return (left_ == 0 || failure_) && running_ == 0;
  }

  /// What another thread may wait for has happened.
  void tell() {
    events_.fetch_add(1, std::memory_order_release);
    events_.notify_all();
  }

  std::uint32_t events() const { return events_.load(std::memory_order_acquire); }

  void serve() {
    for (std::uint32_t seen = events();; seen = events()) {
      {
        const std::lock_guard lock{mutex_};
        if (ends_) return;
      }
      take_part(seen);
    }
  }

  /// Does one group if there is one that is ready, or waits until there are other events than those that were seen.
  void take_part(std::uint32_t seen) {
    std::size_t group = none;
    {
      const std::lock_guard lock{mutex_};
      if (!failure_ && ready_count_ > 0) {
        group = ready_[--ready_count_];
        ++running_;
      }
    }
    if (group == none) return wait_for_other_than(seen, events_);
    std::exception_ptr failure;
    try {
      act_(lane_, group);
    } catch (...) {
      failure = std::current_exception();
    }
    {
      const std::lock_guard lock{mutex_};
      --running_;
      --left_;
      if (failure && !failure_) failure_ = failure;
      if (!failure_)
        for (const std::size_t next : next_of_(lane_, group))
          if (--waits_for_[next] == 0) ready_[ready_count_++] = next;
    }
    tell();
  }

  std::mutex mutex_;
  const void* lane_ = nullptr;
  void (*act_)(const void*, std::size_t) = nullptr;
  std::span<const std::size_t> (*next_of_)(const void*, std::size_t) = nullptr;
  std::vector<std::size_t> ready_;
  std::vector<std::size_t> waits_for_;
  std::size_t ready_count_ = 0;
  std::size_t left_ = 0;
  std::size_t running_ = 0;
  bool ends_ = false;
  std::exception_ptr failure_;
  std::atomic<std::uint32_t> events_{0};
  std::array<std::thread, N - 1> threads_;
};

}  // namespace anechain::executor
