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

void compare_copies(const std::vector<Size>& of) {
  for (const Size& size : of) {
    auto link = std::make_shared<Link>(size.type);
    const std::string name = size.name;
    benchmark::RegisterBenchmark(("ours " + name).c_str(), [link](benchmark::State& state) {
      for (auto _ : state) {
        transfer::Memcpy::move(link->from, link->to);
        benchmark::ClobberMemory();
      }
      link->verify();
    });
    benchmark::RegisterBenchmark(("memcpy " + name).c_str(), [link](benchmark::State& state) {
      void* const to = link->to.lock(Access::write).bytes().data();
      const auto from = link->from.lock(Access::read).bytes();
      for (auto _ : state) {
        std::memcpy(to, from.data(), from.size());
        benchmark::ClobberMemory();
      }
      link->verify();
    });
  }
}

/// One pass of twelve kernels on the host. Their weights are the identity: what goes in comes out.
template <class S>
void time_pass(const S& strategy) {
  using Net = Repeat<Conv1x1<64, 32>, 12>;
  static HostDevice device;
  static auto chain = Net::compile(device, identity);
  static auto pass = chain.bind(strategy);
  static const std::vector<float> x(64 * 32, 1.5f);
  pass.input(x);
  if constexpr (!S::Transfer::delivers)  // every kernel reads what was in front of it before
    for (std::size_t k = 0; k < pass.length(); ++k) write(pass.input_surface(k), std::span<const float>{x});
  benchmark::RegisterBenchmark(S::name.data(), [](benchmark::State& state) {
    for (auto _ : state) {
      pass.run();
      benchmark::ClobberMemory();
    }
    require(pass.output() == x, "the output of a chain of identities is not its input");
  });
}

}  // namespace

int main(int argc, char** argv) {
  return run_program([&] {
    compare_copies(sizes);
    time_pass(run_only);
    time_pass(zero_copy);
    const Samples samples = run_benchmarks(41, 0.06);

    Results results;
    results.samples() = samples;
    Results::Rows rows{{"buffer", "Memcpy", "std::memcpy", "GB/s", "rate, of std::memcpy's"}};
    double least = 1e9;
    for (const Size& size : sizes) {
      const double ours = quartile(samples.at(std::string{"ours "} + size.name));
      const double theirs = quartile(samples.at(std::string{"memcpy "} + size.name));
      least = std::min(least, theirs / ours);
      rows.push_back({size.name, fixed(ours * 1e9, 1) + " ns", fixed(theirs * 1e9, 1) + " ns",
                      fixed(static_cast<double>(size.type.surface_bytes()) / ours / 1e9, 1), fixed(theirs / ours, 3)});
    }
    results.table("transfers", rows);
    results.goal("Memcpy moves at 0.98 or more of what std::memcpy does", "at least " + fixed(least, 3), least >= 0.98);

    const double without = quartile(samples.at("run_only"));
    const double shared = quartile(samples.at("zero_copy"));
    results.table("zero_copy",
                  {{"pass", "time"}, {"run_only", fixed(without * 1e6, 2) + " us"}, {"zero_copy", fixed(shared * 1e6, 2) + " us"}});
    results.goal("zero_copy adds nothing to run_only (1 % is what this run can tell)", fixed(100 * (shared / without - 1), 2) + " %",
                 shared / without < 1.01);
    results.write(argc, argv);
  });
}
