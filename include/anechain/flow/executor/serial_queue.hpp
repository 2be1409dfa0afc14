// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#if defined(__APPLE__) && !defined(ANECHAIN_HAS_LIBDISPATCH)
#define ANECHAIN_HAS_LIBDISPATCH 1
#endif

// In Objective-C++ with automatic reference counting, queues are released by the compiler.
#if defined(__OBJC__)
#if __has_feature(objc_arc)
#define ANECHAIN_QUEUES_ARE_COUNTED 1
#endif
#endif

#if ANECHAIN_HAS_LIBDISPATCH
#include <dispatch/dispatch.h>
#endif

#include <anechain/flow/executor/hops.hpp>
#include <anechain/support/worker.hpp>

namespace anechain::executor {

#if ANECHAIN_HAS_LIBDISPATCH

/// A serial queue of libdispatch: one `dispatch_async_f` for each job, one semaphore wait for each pass, as in the original experiment.
class SerialQueue {
 public:
  static constexpr std::size_t lanes = 1;
  static constexpr Hops hops = Hops::each_step;
  static constexpr std::string_view description = "libdispatch serial queue";

  explicit SerialQueue(std::size_t jobs)
      : queue_(dispatch_queue_create("anechain.serial", DISPATCH_QUEUE_SERIAL)), done_(dispatch_semaphore_create(0)), jobs_(jobs) {}

  SerialQueue(const SerialQueue&) = delete;
  SerialQueue& operator=(const SerialQueue&) = delete;

  ~SerialQueue() {
#if !ANECHAIN_QUEUES_ARE_COUNTED
    dispatch_release(done_);
    dispatch_release(queue_);
#endif
  }

  template <class Lane>
  void run(std::span<const Lane> passes) {
    const std::size_t count = passes[0].size();
    if (count == 0) return;
    std::size_t i = 0;
    passes[0].for_each([&]<class Work>(Work& work) {
      jobs_[i] = {this, &work, i + 1 == count};
      dispatch_async_f(queue_, &jobs_[i++], &SerialQueue::invoke<Work>);
    });
    dispatch_semaphore_wait(done_, DISPATCH_TIME_FOREVER);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  struct Job {
    SerialQueue* queue;
    void* work;
    bool last;
  };

  template <class Work>
  static void invoke(void* context) {
    const Job& job = *static_cast<Job*>(context);
    SerialQueue& queue = *job.queue;
    if (!queue.failure_) {
      try {
        (*static_cast<Work*>(job.work))();
      } catch (...) {
        queue.failure_ = std::current_exception();
      }
    }
    if (job.last) dispatch_semaphore_signal(queue.done_);
  }

  dispatch_queue_t queue_;
  dispatch_semaphore_t done_;
  std::vector<Job> jobs_;
  std::exception_ptr failure_;
};

#else

/// A serial queue without libdispatch: a worker thread gets the jobs one by one and does them in order; the caller waits once for each
/// pass.
class SerialQueue {
 public:
  static constexpr std::size_t lanes = 1;
  static constexpr Hops hops = Hops::each_step;
  static constexpr std::string_view description = "worker thread (no libdispatch here)";

  explicit SerialQueue(std::size_t jobs) : worker_(jobs) {}

  template <class Lane>
  void run(std::span<const Lane> passes) {
    const std::size_t count = passes[0].size();
    if (count == 0) return;
    std::size_t i = 0;
    passes[0].for_each(
        [&]<class Work>(Work& work) { worker_.submit([](void* context) { (*static_cast<Work*>(context))(); }, &work, ++i == count); });
    worker_.wait();
  }

 private:
  Worker worker_;
};

#endif

}  // namespace anechain::executor
