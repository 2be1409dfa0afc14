// SPDX-License-Identifier: MIT
// Does a transfer cost what its copy costs? transfer::Memcpy between surfaces of the host beside std::memcpy on the same memory; and
// what zero_copy adds to run_only, whose passes do the same but for where the kernels read.
//   transfers [RESULTS.json]
#include "results.hpp"
#include "samples.hpp"

#include <anechain/anechain.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace anechain;

namespace {

struct Size {
  const char* name;
  mil::TensorType type;
};

// Rows of 24 numbers take 48 of 64 bytes: a quarter of what is copied is padding.
const std::vector<Size> sizes{
    {"4 KiB", mil::tensor(mil::fp16, 1, 64, 1, 32)},       {"4 KiB, padded", mil::tensor(mil::fp16, 1, 64, 1, 24)},
    {"32 KiB", mil::tensor(mil::fp16, 1, 256, 1, 64)},     {"32 KiB, padded", mil::tensor(mil::fp16, 1, 512, 1, 24)},
    {"384 KiB", mil::tensor(mil::fp16, 1, 768, 1, 256)},   {"384 KiB, padded", mil::tensor(mil::fp16, 1, 6144, 1, 24)},
    {"64 MiB", mil::tensor(mil::fp16, 1, 16384, 1, 2048)}, {"64 MiB, padded", mil::tensor(mil::fp16, 1, 1048576, 1, 24)},
};

/// Two surfaces, and whether what is put into one arrives in the other.
struct Link {
  HostDevice device;
  HostDevice::Surface from;
  HostDevice::Surface to;

  explicit Link(const mil::TensorType& type) : from(device.surface(type)), to(device.surface(type)) {
    const auto bytes = from.lock(Access::write).bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 >> 3);
  }

  void verify() {
    const auto given = from.lock(Access::read).bytes();
    const auto got = to.lock(Access::read).bytes();
    require(std::memcmp(given.data(), got.data(), given.size()) == 0, "what arrived is not what was sent");
    std::memset(got.data(), 0, got.size());
  }
};

/// Where buffers lie to each other is worth a nanosecond or two: some pairs of each size.
constexpr int placements = 3;

std::string name_of(const Size& size, int placement) { return std::string{size.name} + ", pair " + std::to_string(placement); }

void compare_copies(const Size& size) {
  for (int placement = 0; placement < placements; ++placement) {
    auto link = std::make_shared<Link>(size.type);
    benchmark::RegisterBenchmark(name_of(size, placement).c_str(), [link](benchmark::State& state) {
      void* const to = link->to.lock(Access::write).bytes().data();
      const auto from = link->from.lock(Access::read).bytes();
      const int batch = static_cast<int>(std::max(std::size_t{1}, (std::size_t{8} << 20) / from.size()));
      const auto ours = [&] {
        transfer::Memcpy::move(link->from, link->to);
        benchmark::ClobberMemory();
      };
      const auto theirs = [&] {
        std::memcpy(to, from.data(), from.size());
        benchmark::ClobberMemory();
      };
      ours();
      link->verify();
      theirs();
      link->verify();
      in_turns(state, batch, thread_seconds, ours, theirs);
      link->verify();
    });
  }
}

/// Passes of twelve kernels on the host, under two strategies in turns. Their weights are the identity: what goes in comes out.
void compare_passes() {
  using Net = Repeat<Conv1x1<64, 32>, 12>;
  static HostDevice device;
  static auto chain = Net::compile(device, identity);
  static auto copied_by_nobody = chain.bind(run_only);
  static auto shared = chain.bind(zero_copy);
  static const std::vector<float> x(64 * 32, 1.5f);
  for (std::size_t k = 0; k < Net::length; ++k) write(copied_by_nobody.input_surface(k), std::span<const float>{x});
  shared.input(x);
  benchmark::RegisterBenchmark("passes", [](benchmark::State& state) {
    in_turns(state, 10, thread_seconds, [] { shared.run(); }, [] { copied_by_nobody.run(); });
    require(shared.output() == x && copied_by_nobody.output() == x, "the output of a chain of identities is not its input");
  });
}

}  // namespace

int main(int argc, char** argv) {
  return run_program([&] {
    for (const Size& size : sizes) compare_copies(size);
    compare_passes();
    const Samples samples = run_benchmarks(15, 0.05);

    Results results;
    results.samples() = samples;
    Results::Rows rows{{"buffer", "Memcpy", "std::memcpy", "GB/s", "rate, of std::memcpy's"}};
    double least = 1e9;
    for (const Size& size : sizes) {
      const auto of = [&](const char* counter) {
        std::vector<double> found;
        for (int placement = 0; placement < placements; ++placement)
          found.push_back(median(samples.at(name_of(size, placement) + ": " + counter)));
        return median(found);
      };
      const double ours = of("ours");
      const double rate = 1 / of("ratio");
      least = std::min(least, rate);
      rows.push_back({size.name, fixed(ours * 1e9, 1) + " ns", fixed(of("theirs") * 1e9, 1) + " ns",
                      fixed(static_cast<double>(size.type.surface_bytes()) / ours / 1e9, 1), fixed(rate, 3)});
    }
    results.table("transfers", rows);
    results.goal("Memcpy moves at 0.98 or more of what std::memcpy does", "at least " + fixed(least, 3), least >= 0.98);

    const double ratio = median(samples.at("passes: ratio"));
    results.table("zero_copy", {{"pass", "time"},
                                {"run_only", fixed(median(samples.at("passes: theirs")) * 1e6, 2) + " us"},
                                {"zero_copy", fixed(median(samples.at("passes: ours")) * 1e6, 2) + " us"}});
    results.goal("zero_copy adds nothing to run_only (1 % is what this run can tell)", fixed(100 * (ratio - 1), 2) + " %", ratio < 1.01);
    results.write(argc, argv);
  });
}
