// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include <anechain/support/waiting.hpp>

namespace anechain {

/// A thread that does jobs in the order of their submission, one at a time. One thread submits and waits; nothing is
/// allocated after construction.
class Worker {
 public:
  /// `capacity`: jobs that are submitted between two waits, at most.
  explicit Worker(std::size_t capacity) : jobs_(std::bit_ceil(capacity + 1)), thread_([this] { work(); }) {}

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  ~Worker() {
    push({nullptr, nullptr, false});
    thread_.join();
  }

  /// Hands over `run(context)`. The last job before a wait says so.
  void submit(void (*run)(void*), void* context, bool last) { push({run, context, last}); }

  /// Returns when the last job is done. Throws what the first failed job threw; the jobs after it were not run.
  void wait() {
    wait_for_other_than(0, done_);
    done_.store(0, std::memory_order_relaxed);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  struct Job {
    void (*run)(void*);
    void* context;
    bool last;
  };

  void push(const Job& job) {
    const std::uint32_t position = submitted_.load(std::memory_order_relaxed);
    jobs_[position & (jobs_.size() - 1)] = job;
    submitted_.store(position + 1, std::memory_order_release);
    submitted_.notify_one();
  }

  void work() {
    for (std::uint32_t position = 0;; ++position) {
      wait_for_other_than(position, submitted_);
      const Job job = jobs_[position & (jobs_.size() - 1)];
      if (job.run == nullptr) return;
      if (!failure_) {
        try {
          job.run(job.context);
        } catch (...) {
          failure_ = std::current_exception();
        }
      }
      if (job.last) {
        done_.store(1, std::memory_order_release);
        done_.notify_one();
      }
    }
  }

  std::vector<Job> jobs_;
  std::exception_ptr failure_;
  alignas(64) std::atomic<std::uint32_t> submitted_{0};  // a cache line each: both threads write
  alignas(64) std::atomic<std::uint32_t> done_{0};
  std::thread thread_;
};

}  // namespace anechain
