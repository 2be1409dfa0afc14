// SPDX-License-Identifier: MIT
// A compiled chain holds what it says: its packed weights, its surfaces, memory to work in, and nothing for each pass. Checked against the
// peak of the process, which is why this is a program of its own. Linux tells that peak; elsewhere there is nothing to check.
#include <anechain/anechain.hpp>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

using namespace anechain;

constexpr int skipped = 77;

/// A line of /proc/self/status in bytes: "VmRSS", what the process has in memory now, or "VmHWM", the most that it ever had.
std::int64_t status(const std::string& line) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;)
    if (word == line + ':') {
      std::int64_t kilobytes = 0;
      file >> kilobytes;
      return kilobytes * 1024;
    }
  return -1;
}

bool holds(bool condition, const char* what, std::int64_t a, std::int64_t b) {
  std::printf("%s %s: %lld and %lld\n", condition ? "ok:   " : "WRONG:", what, static_cast<long long>(a), static_cast<long long>(b));
  return condition;
}

}  // namespace

int main() {
  if (status("VmRSS") <= 0) {
    std::puts("this system does not tell the peak of a process");
    return skipped;
  }
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 1 << 16);  // what is freed is given back: else the peak is of the allocator's habits
#endif
  using Net = Repeat<SwiGlu<512, 2048, 128>, 6>;
  HostDevice host;
  const std::int64_t before = status("VmRSS");
  std::int64_t weights = 0;
  std::int64_t told = 0;
  for (const KernelFacts& kernel : Net::kernels) {
    weights += kernel.bytes.weights;
    const WeightBlobs blobs{{&kernel, 1}, zeros};
    const host::Program program = host.compile(kernel.text, blobs.blob(0));
    told += static_cast<std::int64_t>(program.plan().constant_bytes() + program.plan().scratch_bytes()) +
            kernel.outputs[0].type.surface_bytes();
  }
  told += Net::input.surface_bytes();

  auto chain = Net::compile(host, random_weights(1));
  auto pass = chain.bind(zero_copy);
  pass.run();
  const std::int64_t held = status("VmRSS") - before;
  for (int i = 0; i < 20; ++i) pass.run();
  const std::int64_t held_later = status("VmRSS") - before;
  const std::int64_t peak = status("VmHWM") - before;

  // A kernel's weights are widened, 4 bytes a number, before they are packed.
  const std::int64_t widened = 2 * weights / static_cast<std::int64_t>(Net::length);
  const std::int64_t slack = told / 20;
  bool right = holds(held >= told - slack, "the chain holds no less than it tells", held, told);
  right &= holds(held <= told + slack, "and no more", held, told);
  right &= holds(peak <= told + weights + widened + slack, "the process's peak, with the blobs and one kernel's widened weights", peak,
                 told + weights + widened);
  right &= holds(held_later <= held + (1 << 16), "passes keep nothing", held_later, held);
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
