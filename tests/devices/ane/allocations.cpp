// SPDX-License-Identifier: MIT
#include "allocations.hpp"

#include <cstdlib>
#include <new>

std::atomic<std::size_t> allocations{0};

// Clang's thread sanitizer links its own, and no second ones: there nothing is counted, and the test of it is left out.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ANECHAIN_NOTHING_IS_COUNTED
#endif
#endif

#ifndef ANECHAIN_NOTHING_IS_COUNTED
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
