// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// The barest ways to have another thread do one job and to wait for it. Each is a word that says whose turn it is: `set` gives the turn
/// to the other, `wait` returns when the word is not what it was.
namespace hand_off {

/// The kernel's own: sleep and wake, nothing else.
#if defined(__linux__)
struct Futex {
  static constexpr const char* name = "futex";
  static void wait(std::atomic<std::uint32_t>& word, std::uint32_t old) {
    while (word.load(std::memory_order_acquire) == old) syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
  }
  static void set(std::atomic<std::uint32_t>& word, std::uint32_t value) {
    word.store(value, std::memory_order_release);
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
};
#endif

/// The standard library's, which may spin for a moment first.
struct AtomicWait {
  static constexpr const char* name = "std::atomic::wait";
  static void wait(std::atomic<std::uint32_t>& word, std::uint32_t old) { word.wait(old, std::memory_order_acquire); }
  static void set(std::atomic<std::uint32_t>& word, std::uint32_t value) {
    word.store(value, std::memory_order_release);
    word.notify_one();
  }
};

/// Both threads burn their core: what two caches need to talk to each other, and what nobody wants beside a measurement.
struct Spin {
  static constexpr const char* name = "spinning";
  static void wait(std::atomic<std::uint32_t>& word, std::uint32_t old) {
    while (word.load(std::memory_order_acquire) == old) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#elif defined(__aarch64__)
      asm volatile("yield");
#endif
    }
  }
  static void set(std::atomic<std::uint32_t>& word, std::uint32_t value) { word.store(value, std::memory_order_release); }
};

/// A thread that does one job at a time: a counter goes up by one when the job is there, another when it is done.
template <class Way>
class Partner {
 public:
  Partner() : thread_([this] { work(); }) {}
  Partner(const Partner&) = delete;
  Partner& operator=(const Partner&) = delete;
  ~Partner() {
    run_ = nullptr;
    Way::set(given_, jobs_ + 1);
    thread_.join();
  }

  void run(void (*job)(void*), void* context) {
    run_ = job;
    context_ = context;
    Way::set(given_, ++jobs_);
    Way::wait(done_, jobs_ - 1);
  }

 private:
  void work() {
    for (std::uint32_t job = 0;; ++job) {
      Way::wait(given_, job);
      if (run_ == nullptr) return;
      run_(context_);
      Way::set(done_, job + 1);
    }
  }

  void (*run_)(void*) = nullptr;
  void* context_ = nullptr;
  std::uint32_t jobs_ = 0;
  alignas(64) std::atomic<std::uint32_t> given_{0};
  alignas(64) std::atomic<std::uint32_t> done_{0};
  std::thread thread_;
};

}  // namespace hand_off
