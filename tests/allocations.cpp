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

// Not inlined: GCC would see a `free` of what `new` gave, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) { return allocate(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return allocate(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 12>;

/// How often a hundred passes allocate.
template <class Chain, class D, class S>
std::size_t allocations_of(D& device, const S& strategy) {
  auto chain = Chain::compile(device, identity);
  auto pass = chain.bind(strategy);
  const std::size_t before = allocations;
  for (int i = 0; i < 100; ++i) pass.run();
  const std::size_t made = allocations - before;
  if (made > 0) std::printf("100 passes of %s on %s allocate %zu times\n", S::name.data(), device.name().c_str(), made);
  return made;
}

template <class D>
std::size_t allocations_of_all(D device) {
  return allocations_of<Net>(device, sequential) + allocations_of<Net>(device, run_only) + allocations_of<Net>(device, transfer_only) +
         allocations_of<Net>(device, gcd_serial) + allocations_of<Net>(device, gcd_sequential) + allocations_of<Net>(device, zero_copy) +
         allocations_of<Net>(device, overlapped<2>) + allocations_of<Net>(device, overlapped<4>) +
         allocations_of<typename Net::Fused>(device, run_only);
}

}  // namespace

int main() { return allocations_of_all(NullDevice{}) + allocations_of_all(HostDevice{}) == 0 ? EXIT_SUCCESS : EXIT_FAILURE; }
