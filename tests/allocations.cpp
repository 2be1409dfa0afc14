// SPDX-License-Identifier: MIT
// No pass allocates once it is bound, under any executor. A program of its own, since it counts every allocation of the process.
#include "null_device.hpp"

#include <anechain/anechain.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <span>

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

constexpr auto T = mil::tensor(mil::fp16, 1, 64, 1, 32);

struct Sum {
  static constexpr auto inputs = mil::ports({{"x", T}, {"y", T}});
  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value y) { return mil::results({{"sum", b.add(x, y)}}); }
};

struct Copy {
  static constexpr auto inputs = mil::ports({{"x", T}});
  static constexpr auto outputs = mil::ports({{"y", T}});
  static void run(std::span<const flow::Tensor> in, std::span<const flow::Tensor> out) {
    for (std::int64_t row = 0; row < in[0].rows(); ++row) std::ranges::copy(in[0].row<mil::half>(row), out[0].row<mil::half>(row).begin());
  }
};

/// Fan-out, a step of the CPU, a range of channels, a carried value.
struct Branching {
  static constexpr auto input = T;
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    const flow::Value total = f.carried("total", T);
    const flow::Value first = f.run<Conv1x1<64, 32>>(x);
    const flow::Value stepped = f.on_cpu<Copy>(first);
    const flow::Value half = f.run<Relu<32, 32>>(first.channels(32, 32));
    f.ignore(half);
    const flow::Value sum = f.run<Sum>(f.run<Sum>(first, stepped), total);
    f.next(total, sum);
    return sum;
  }
};

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
         allocations_of<typename Net::Fused>(device, run_only) + allocations_of<Flow<Branching>>(device, sequential) +
         allocations_of<Flow<Branching>>(device, gcd_sequential) + allocations_of<Flow<Branching>>(device, zero_copy) +
         allocations_of<Flow<Branching>>(device, overlapped<2>) + allocations_of<Flow<Branching>>(device, branches<2>);
}

}  // namespace

int main() { return allocations_of_all(NullDevice{}) + allocations_of_all(HostDevice{}) == 0 ? EXIT_SUCCESS : EXIT_FAILURE; }
