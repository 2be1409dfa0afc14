// SPDX-License-Identifier: MIT
// What does an evaluation on the ANE device cost beside the call that one writes in Objective-C? Against the stand-in for the framework, in
// instructions, without those of the framework's own method: what is counted is what comes before and after it.
//   ane_call                  counts, and fails where ours executes more; gives 77 where valgrind is missing
//   ane_call RESULTS.json     counts, and writes what it found
//   ane_call --run WHOSE      what callgrind is given: `ours`, `in_pool` or `bare`
#include "callgrind.hpp"
#include "results.hpp"

#include <anechain/ane.hpp>
#include <anechain/anechain.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace anechain;

namespace {

/// A function of ane_call_by_hand.m.
using Evaluate = int (*)(ane::objc::Id model, ane::objc::Id options, ane::objc::Id request);

/// A program, and a request of it made by hand.
struct ByHand {
  ane::objc::Id model;
  ane::objc::Id options;
  ane::objc::Id request;
  Evaluate evaluate;
};

using Kernel = Conv1x1<64, 32>;

void run(std::string_view whose) {
  const auto framework = std::make_shared<const ane::Framework>(ane::Libraries::all_in(ANE_STAND_IN));
  const ane::Foundation& foundation = framework->foundation;
  const AneDevice device{framework};
  const KernelFacts& kernel = kernel_facts<Kernel>;
  const WeightBlobs weights{{&kernel, 1}, identity};
  const ane::Program program = device.compile(kernel.text, weights.blob(0));
  ane::Surface input = device.surface(kernel.inputs[0].type);
  ane::Surface output = device.surface(kernel.outputs[0].type);
  const std::vector<float> x(64 * 32, 1.5f);
  write(input, std::span<const float>{x});
  const std::array inputs{&input}, outputs{&output};

  if (whose == "ours") {
    const ane::Request request = device.request(program, inputs, outputs);
    struct Ours {
      const AneDevice& device;
      const ane::Request& request;
    } ours{device, request};
    void (*const volatile evaluate)(void*) = [](void* context) {
      const Ours& all = *static_cast<const Ours*>(context);
      all.device.evaluate(all.request);
    };
    callgrind::counted(&evaluate, &ours);
  } else {
    foundation.in_pool<DeviceError>("a request by hand", [&] {
      const ane::objc::Id input_objects[]{input.object()}, output_objects[]{output.object()};
      const ane::objc::Owned first = foundation.number(0);
      const ane::objc::Id first_index[]{first.get()};
      const ane::objc::Owned bound_inputs = foundation.array(input_objects), bound_outputs = foundation.array(output_objects);
      const ane::objc::Owned indices = foundation.array(first_index);
      const ane::objc::Owned none = foundation.dictionary({}, {});
      const ane::Library library{ANE_CALL_BY_HAND};
      require(library.is_open(), library.problem());
      ByHand by_hand{program.model(), none.get(),
                     framework->make_request(framework->request_class, bound_inputs.get(), indices.get(), bound_outputs.get(),
                                             indices.get(), nullptr, nullptr, first.get()),
                     library.symbol<Evaluate>(whose == "bare" ? "evaluate_bare" : "evaluate_in_pool")};
      void (*const volatile evaluate)(void*) = [](void* context) {
        const ByHand& all = *static_cast<const ByHand*>(context);
        if (all.evaluate(all.model, all.options, all.request) == 0) throw EvaluateError("the call by hand fails");
      };
      callgrind::counted(&evaluate, &by_hand);
    });
  }
  require(read(output) == x, "an identity changed its input");
}

int count(int argc, char** argv) {
  Results results;
  const auto count_of = [&](const char* whose) {
    return callgrind::instructions(argv[0], std::string{"--run "} + whose,
                                   {"_i__ANEInMemoryModel__evaluateWithQoS_options_request_error_"});
  };
  const double ours = count_of("ours");
  const double in_pool = count_of("in_pool");
  const double bare = count_of("bare");
  if (ours < 0 || in_pool < 0 || bare < 0) {
    std::cout << "valgrind is not here, or cannot run this: nothing is counted\n";
    results.write(argc, argv);
    return callgrind::skipped;
  }
  results.table("ane_call", {{"one evaluation", "instructions", "of the call by hand in a pool"},
                             {"ours", fixed(ours, 0), fixed(ours / in_pool, 3)},
                             {"by hand, in a pool of its own", fixed(in_pool, 0), "1.000"},
                             {"by hand, the bare call", fixed(bare, 0), fixed(bare / in_pool, 3)}});
  results.goal("an evaluation on the ANE costs at most a call written in Objective-C, plus the pool", fixed(ours / in_pool, 3) + " times",
               ours <= in_pool);
  results.write(argc, argv);
  return argc < 2 && ours > in_pool ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  int status = 0;
  const int failed = run_program([&] {
    if (argc == 3 && std::string_view{argv[1]} == "--run") {
      run(argv[2]);
    } else {
      status = count(argc, argv);
    }
  });
  return failed != 0 ? failed : status;
}
