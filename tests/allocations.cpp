// SPDX-License-Identifier: MIT
// No pass allocates once it is bound, under any executor. A program of its own, since it counts every allocation of the process.
#include "null_device.hpp"

#include <anechain/anechain.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};

void* allocate(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 12>;

/// `first`: passes that are not counted.
template <class Chain, class D, class S>
bool is_quiet(D& device, const S& strategy, int first) {
  auto chain = Chain::compile(device, identity);
  auto pass = chain.bind(strategy);
  for (int i = 0; i < first; ++i) pass.run();
  const std::size_t before = allocations;
  for (int i = 0; i < 100; ++i) pass.run();
  const std::size_t made = allocations - before;
  if (made > 0) std::printf("100 passes of %s on %s allocate %zu times\n", S::name.data(), device.name().c_str(), made);
  return made == 0;
}

template <class D>
bool all_are_quiet(D device, int first) {
  return is_quiet<Net>(device, sequential, first) & is_quiet<Net>(device, run_only, first) & is_quiet<Net>(device, transfer_only, first) &
         is_quiet<Net>(device, gcd_serial, first) & is_quiet<Net>(device, gcd_sequential, first) & is_quiet<Net>(device, zero_copy, first) &
         is_quiet<Net>(device, overlapped<2>, first) & is_quiet<Net>(device, overlapped<4>, first) &
         is_quiet<typename Net::Fused>(device, fused, first);
}

}  // namespace

// A thread's first product on the host gets the thread its buffer.
int main() { return all_are_quiet(NullDevice{}, 0) & all_are_quiet(HostDevice{}, 1) ? EXIT_SUCCESS : EXIT_FAILURE; }
