// SPDX-License-Identifier: MIT
// What does a pass add to its evaluations? On a device whose evaluation is nothing, the instructions of a pass beside the same loop
// written by hand, as one would in C. Instructions, not seconds: each pass is run once more under callgrind, which counts.
//   dispatch                     counts, and fails where ours executes more; gives 77 where valgrind is missing
//   dispatch RESULTS.json        counts, and writes what it found
//   dispatch --run PASS WHOSE N  what callgrind is given: a pass of N kernels or, for a flow, of N layers, `ours` or `by_hand`
#include "callgrind.hpp"
#include "null_device.hpp"
#include "results.hpp"

#include <anechain/anechain.hpp>

#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
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

// A flow of diamonds: the first kernel of a layer has two readers, one branch ends in a step of the CPU, both meet in the last kernel.
constexpr auto T = mil::tensor(mil::fp16, 1, 64, 1, 32);

struct Nothing {
  static constexpr auto inputs = mil::ports({{"x", T}});
  static constexpr auto outputs = mil::ports({{"y", T}});
  static void run(std::span<const flow::Tensor> in, std::span<const flow::Tensor> out) {
    asm volatile("" : : "r"(&in), "r"(&out) : "memory");
  }
};

struct Sum {
  static constexpr auto inputs = mil::ports({{"a", T}, {"b", T}});
  static constexpr mil::Value body(mil::Body& b, mil::Value x, mil::Value y) { return b.add(x, y); }
};

template <std::size_t Layers>
struct Diamonds {
  static constexpr auto input = T;
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    for (std::size_t layer = 0; layer < Layers; ++layer) {
      const flow::Value first = f.run<Conv1x1<64, 32>>(x);
      const flow::Value left = f.run<Relu<64, 32>>(first);
      const flow::Value right = f.on_cpu<Nothing>(f.run<Sigmoid<64, 32>>(first));
      x = f.run<Sum>(left, right);
    }
    return x;
  }
};

// By hand, as in C: what a kernel's first reader gets is copied in the loop; what else there is to do behind a kernel, a copy for a further
// reader or a step of the CPU, is called through a pointer.
struct ActionByHand {
  void (*act)(const ActionByHand&);
  NullDevice::Surface* from;
  NullDevice::Surface* to;
};

struct NodeByHand {
  ByHand kernel;
  const ActionByHand* actions;
  const ActionByHand* end_of_actions;
};

struct FlowByHand {
  const NodeByHand* nodes;
  const NodeByHand* end;
};

void copy_further(const ActionByHand& action) { copy_by_hand({nullptr, action.from, action.to}); }

void step_by_hand(const ActionByHand& action) {
  const auto reading = action.from->lock(Access::read);
  const auto writing = action.to->lock(Access::write);
  const flow::Tensor in{T, reading.bytes().data()};
  const flow::Tensor out{T, writing.bytes().data()};
  Nothing::run({&in, 1}, {&out, 1});
}

void flow_by_hand(void* context) {
  const FlowByHand flow = *static_cast<const FlowByHand*>(context);
  for (const NodeByHand* node = flow.nodes; node != flow.end; ++node) {
    NullDevice::evaluate(*node->kernel.request);
    if (node->kernel.next_input != nullptr) copy_by_hand(node->kernel);
    for (const ActionByHand* action = node->actions; action != node->end_of_actions; ++action) action->act(*action);
  }
}

// The same without pointers to functions: a layer is written out, in C, by one who knows what follows what.
void diamonds_written_out(void* context) {
  const FlowByHand flow = *static_cast<const FlowByHand*>(context);
  for (const NodeByHand* node = flow.nodes; node != flow.end; node += 4) {
    NullDevice::evaluate(*node[0].kernel.request);
    copy_by_hand(node[0].kernel);
    copy_further(node[0].actions[0]);
    NullDevice::evaluate(*node[1].kernel.request);
    copy_by_hand(node[1].kernel);
    NullDevice::evaluate(*node[2].kernel.request);
    step_by_hand(node[2].actions[0]);
    copy_further(node[2].actions[1]);
    NullDevice::evaluate(*node[3].kernel.request);
    if (node + 4 != flow.end) copy_by_hand(node[3].kernel);
  }
}

template <std::size_t Layers>
void run_diamonds(bool ours, void (*by_hand)(void*)) {
  NullDevice device;
  using Net = Flow<Diamonds<Layers>>;
  CompiledFlow<NullDevice> net{device, Net::facts, WeightBlobs{Net::kernels, zeros}};
  auto pass = net.bind(sequential);

  NullDevice::Request request;
  std::vector<ActionByHand> actions;
  actions.reserve(3 * Layers);
  std::vector<NodeByHand> nodes;
  constexpr std::size_t nodes_of_layer = 5;
  const auto kernel = [&](std::size_t node, NullDevice::Surface* next, std::vector<ActionByHand> further) {
    const ActionByHand* const first = actions.data() + actions.size();
    actions.insert(actions.end(), further.begin(), further.end());
    nodes.push_back({{&request, &pass.output_surface(node), next}, first, first + further.size()});
  };
  for (std::size_t layer = 0; layer < Layers; ++layer) {
    const std::size_t n = nodes_of_layer * layer;
    kernel(n, &pass.input_surface(n + 1), {{copy_further, &pass.output_surface(n), &pass.input_surface(n + 2)}});
    kernel(n + 1, &pass.input_surface(n + 4, 0, 0), {});
    kernel(n + 2, nullptr,
           {{step_by_hand, &pass.output_surface(n + 2), &pass.output_surface(n + 3)},
            {copy_further, &pass.output_surface(n + 3), &pass.input_surface(n + 4, 0, 1)}});
    kernel(n + 4, layer + 1 < Layers ? &pass.input_surface(n + 5) : nullptr, {});
  }
  FlowByHand flow{nodes.data(), nodes.data() + nodes.size()};
  const auto run_ours = [](void* context) { static_cast<decltype(pass)*>(context)->run(); };
  void (*const volatile run_it)(void*) = ours ? run_ours : by_hand;
  callgrind::counted(&run_it, ours ? static_cast<void*>(&pass) : &flow);
}

void run(std::string_view name, bool ours, std::size_t kernels) {
  if (name == "diamonds") return kernels == 12 ? run_diamonds<12>(ours, flow_by_hand) : run_diamonds<24>(ours, flow_by_hand);
  if (name == "diamonds_written_out")
    return kernels == 12 ? run_diamonds<12>(ours, diamonds_written_out) : run_diamonds<24>(ours, diamonds_written_out);
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
    {"diamonds", "a loop, and calls through pointers", false},
    {"diamonds_written_out", "a loop of layers that are written out", false},
};

int count(int argc, char** argv) {
  Results results;
  Results::Rows rows{{"pass", "written by hand as", "ours, 12 kernels", "by hand", "ours, a kernel more", "by hand", "ratio a kernel"}};
  double worst = 0;
  std::map<std::string_view, std::pair<double, double>> a_kernel_more;  // ours, by hand
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
    a_kernel_more[compared.strategy] = {more, more_by_hand};
    if (compared.is_goal) worst = std::max(worst, std::round(ratio * 1e6) / 1e6);
  }
  results.table("dispatch", rows);
  results.goal("a pass executes at most as many instructions a kernel as the same loop by hand", "at most " + fixed(worst, 3) + " times",
               worst <= 1);
  // A layer of the diamonds has three jobs that are called through a pointer: a further reader, a step of the CPU, and the copy behind it.
  const auto [ours, by_pointers] = a_kernel_more.at("diamonds");
  const double written_out = a_kernel_more.at("diamonds_written_out").second;
  const double extra = (ours - by_pointers) / 3;
  const double of_a_pointer = (by_pointers - written_out) / 3;
  results.goal("a step of the CPU or a further reader costs at most one call through a pointer more than by hand",
               fixed(extra, 1) + " instructions, such a call " + fixed(of_a_pointer, 1), extra <= of_a_pointer);
  results.write(argc, argv);
  return argc < 2 && (worst > 1 || extra > of_a_pointer) ? 1 : 0;
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
