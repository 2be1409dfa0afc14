// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace anechain {

namespace detail {

/// Tells the processor that this is a loop that waits, and takes some 10 to 40 ns. On 64-bit Arm `yield` does nothing on most cores; `isb`
/// refills the pipeline, as Rust's spin loops have it (rust-lang/rust#84725).
inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

}  // namespace detail

/// Returns when a word holds something else than `old`. Looks for a few microseconds before it sleeps: waking up takes ten times as long,
/// and an answer often comes at once.
inline void wait_for_other_than(std::uint32_t old, const std::atomic<std::uint32_t>& word) {
  constexpr int looks = 256;
  for (int i = 0; i < looks; ++i) {
    if (word.load(std::memory_order_acquire) != old) return;
    detail::relax();
  }
  word.wait(old, std::memory_order_acquire);
}

}  // namespace anechain
