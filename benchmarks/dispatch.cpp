// SPDX-License-Identifier: MIT
// What does a pass add to its evaluations? On a device whose evaluation is nothing, the instructions of a pass beside the same loop
// written by hand, as one would in C. Instructions, not seconds: each pass is run once more under callgrind, which counts.
//   dispatch                     counts, and fails where ours executes more; gives 77 where valgrind is missing
//   dispatch RESULTS.json        counts, and writes what it found
//   dispatch --run PASS WHOSE N  what callgrind is given: a pass of N kernels, `ours` or `by_hand`
#include "callgrind.hpp"
#include "null_device.hpp"
#include "results.hpp"

#include <anechain/anechain.hpp>

#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using namespace anechain;

namespace {

// By hand, as in C: an array of structs and a loop over it, on the requests and surfaces of our pass.
struct ByHand {
  NullDevice::Request* request;
  NullDevice::Surface* output;
  NullDevice::Surface* next_input;
};

struct LoopByHand {
  const ByHand* kernels;
  std::size_t count;
};

void copy_by_hand(const ByHand& kernel) {
  const auto from = kernel.output->lock(Access::read).bytes();
  std::memcpy(kernel.next_input->lock(Access::write).bytes().data(), from.data(), from.size());
}

void sequential_by_hand(void* context) {
  const LoopByHand loop = *static_cast<const LoopByHand*>(context);
  for (std::size_t k = 0; k < loop.count; ++k) {
    NullDevice::evaluate(*loop.kernels[k].request);
    if (k + 1 < loop.count) copy_by_hand(loop.kernels[k]);
  }
}

// The same without a question in the loop: the last kernel, which has no link behind it, stands after the loop.
void sequential_peeled(void* context) {
  const LoopByHand loop = *static_cast<const LoopByHand*>(context);
  const ByHand* const last = loop.kernels + loop.count - 1;
  for (const ByHand* kernel = loop.kernels; kernel != last; ++kernel) {
    NullDevice::evaluate(*kernel->request);
    copy_by_hand(*kernel);
  }
  NullDevice::evaluate(*last->request);
}

void run_only_by_hand(void* context) {
  const LoopByHand loop = *static_cast<const LoopByHand*>(context);
  for (std::size_t k = 0; k < loop.count; ++k) NullDevice::evaluate(*loop.kernels[k].request);
}

void transfer_only_by_hand(void* context) {
  const LoopByHand loop = *static_cast<const LoopByHand*>(context);
  for (std::size_t k = 0; k + 1 < loop.count; ++k) copy_by_hand(loop.kernels[k]);
}

/// Runs one pass under `counted`: ours, or the loop by hand.
template <class S>
void run(const S& strategy, void (*by_hand)(void*), bool ours, std::size_t length) {
  using Net = Repeat<Conv1x1<64, 32>, 24>;
  NullDevice device;
  CompiledFlow<NullDevice> chain{device, Net::facts, WeightBlobs{Net::kernels, zeros}};
  auto pass = chain.bind(strategy, flow::Traced{Net{}}.first(length).facts());

  NullDevice::Request request;
  std::vector<ByHand> kernels;
  for (std::size_t k = 0; k < length; ++k)
    kernels.push_back({&request, &pass.output_surface(k), k + 1 < length ? &pass.input_surface(k + 1) : nullptr});
  LoopByHand loop{kernels.data(), length};

  const auto run_ours = [](void* context) { static_cast<decltype(pass)*>(context)->run(); };
  void (*const volatile run_it)(void*) = ours ? run_ours : by_hand;
  void* const context = ours ? static_cast<void*>(&pass) : &loop;
  callgrind::counted(&run_it, context);

  if constexpr (S::Transfer::link == transfer::Link::two_surfaces && S::Transfer::delivers) {
    const std::vector<float> x(64 * 32, 1.5f);
    for (std::size_t k = 0; k + 1 < length; ++k) {
      write(pass.output_surface(k), std::span<const float>{x});
      run_it(context);
      require(read(pass.input_surface(k + 1)) == x, "what was behind kernel " + std::to_string(k) + " is not in front of the next");
    }
  }
}

void run(std::string_view name, bool ours, std::size_t kernels) {
  if (name == "sequential") return run(sequential, sequential_by_hand, ours, kernels);
  if (name == "sequential_peeled") return run(sequential, sequential_peeled, ours, kernels);
  if (name == "run_only") return run(run_only, run_only_by_hand, ours, kernels);
  if (name == "transfer_only") return run(transfer_only, transfer_only_by_hand, ours, kernels);
  if (name == "zero_copy") return run(zero_copy, run_only_by_hand, ours, kernels);
  throw std::invalid_argument("no pass of this name: " + std::string{name});
}

struct Compared {
  const char* strategy;
  const char* by_hand;  ///< how the loop by hand is written
  bool is_goal;
};

constexpr Compared all_compared[] = {
    {"sequential", "the last kernel is asked for in the loop", true},
    {"sequential_peeled", "the last kernel stands behind the loop", false},
    {"run_only", "a loop", true},
    {"transfer_only", "a loop over the links", true},
    {"zero_copy", "a loop", true},
};

int count(int argc, char** argv) {
  Results results;
  Results::Rows rows{{"pass", "written by hand as", "ours, 12 kernels", "by hand", "ours, a kernel more", "by hand", "ratio a kernel"}};
  double worst = 0;
  for (const Compared& compared : all_compared) {
    const auto count_of = [&](bool ours, std::size_t length) {
      return callgrind::instructions(argv[0],
                                     std::string{"--run "} + compared.strategy + (ours ? " ours " : " by_hand ") + std::to_string(length));
    };
    const double ours = count_of(true, 12);
    const double by_hand = count_of(false, 12);
    if (ours < 0 || by_hand < 0) {
      std::cout << "valgrind is not here, or cannot run this: nothing is counted\n";
      results.write(argc, argv);
      return callgrind::skipped;
    }
    const double more = (count_of(true, 24) - ours) / 12;
    const double more_by_hand = (count_of(false, 24) - by_hand) / 12;
    const double ratio = more / more_by_hand;
    rows.push_back(
        {compared.strategy, compared.by_hand, fixed(ours, 0), fixed(by_hand, 0), fixed(more), fixed(more_by_hand), fixed(ratio, 3)});
    if (compared.is_goal) worst = std::max(worst, std::round(ratio * 1e6) / 1e6);
  }
  results.table("dispatch", rows);
  results.goal("a pass executes at most as many instructions a kernel as the same loop by hand", "at most " + fixed(worst, 3) + " times",
               worst <= 1);
  results.write(argc, argv);
  return argc < 2 && worst > 1 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  int status = 0;
  const int failed = run_program([&] {
    if (argc == 5 && std::string_view{argv[1]} == "--run") {
      run(argv[2], std::string_view{argv[3]} == "ours", std::stoul(argv[4]));
    } else {
      status = count(argc, argv);
    }
  });
  return failed != 0 ? failed : status;
}
