// SPDX-License-Identifier: MIT
// What the framework, or its stand-in, makes of calls that the device does not make: that the stand-in would notice if it did.
#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "devices/ane/stand_in.hpp"

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<64, 32>, 2>;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The framework called by hand, with one program compiled and loaded, its surfaces and a request.
struct ByHand {
  StandIn stand_in;
  const ane::Framework& framework = *stand_in.framework;
  const ane::Foundation& foundation = framework.foundation;
  AneDevice device = stand_in.device();
  ane::objc::Owned none = foundation.dictionary({}, {});
  ane::objc::Owned zero = foundation.number(0);
  ane::objc::Owned one = foundation.number(1);
  ane::objc::Owned word = foundation.string("a word");

  /// A request as the device would build it, but of any surfaces. In a pool.
  ane::objc::Id request(const std::vector<AneDevice::Surface*>& inputs, const std::vector<AneDevice::Surface*>& outputs,
                        ane::objc::Id statistics = nullptr) const {
    const auto objects = [&](const std::vector<AneDevice::Surface*>& surfaces) {
      std::vector<ane::objc::Id> all;
      for (const AneDevice::Surface* surface : surfaces) all.push_back(surface->object());
      return foundation.array(all);
    };
    const auto indices = [&](std::size_t count) {
      const ane::objc::Id all[]{zero.get(), one.get()};
      return foundation.array(std::span{all}.first(count));
    };
    return framework.make_request(framework.request_class, objects(inputs).get(), indices(inputs.size()).get(), objects(outputs).get(),
                                  indices(outputs.size()).get(), nullptr, statistics, zero.get());
  }

  /// Does something in a pool. What is thrown comes back as text.
  template <class Action>
  std::string doing(Action action) {
    return thrown_by<EvaluateError>([&] { foundation.in_pool<EvaluateError>("by hand", action); });
  }

  /// Whether the stand-in told of something with these words; forgets all that it told.
  bool noticed(const std::string& words) {
    const std::vector<std::string> told = stand_in.violations();
    const bool found = std::ranges::any_of(told, [&](const std::string& line) { return has(line, words); });
    for (const std::string& line : told)
      if (!found) MESSAGE(line);
    stand_in.forgive();
    return found;
  }
};

}  // namespace

TEST_CASE("arguments of a wrong class are exceptions") {
  ByHand hand;
  const ane::Framework& framework = hand.framework;
  const ane::objc::Owned text = hand.foundation.data(std::as_bytes(std::span{mil_text<Relu<64, 32>>}));
  const auto descriptor = [&](ane::objc::Id mil, ane::objc::Id weights) {
    return hand.doing([&] { framework.make_descriptor(framework.descriptor_class, mil, weights, nullptr); });
  };
  CHECK(descriptor(text.get(), hand.none.get()).empty());
  CHECK(has(descriptor(hand.word.get(), hand.none.get()), "NSInvalidArgumentException"));
  CHECK(has(descriptor(text.get(), nullptr), "NSInvalidArgumentException"));
  CHECK(has(descriptor(text.get(), hand.word.get()), "NSInvalidArgumentException"));
  hand.stand_in.forgive();
}

TEST_CASE("nil options, statistics that are no array and a QoS above 63 are exceptions") {
  ByHand hand;
  const ane::Framework& framework = hand.framework;
  ane::Program program = hand.device.compile(mil_text<Relu<64, 32>>, {});
  std::vector<AneDevice::Surface> inputs = surfaces_for(hand.device, program.inputs());
  std::vector<AneDevice::Surface> outputs = surfaces_for(hand.device, program.outputs());
  const auto evaluating = [&](unsigned qos, ane::objc::Id options, ane::objc::Id statistics) {
    return hand.doing([&] {
      const ane::objc::Id request = hand.request({&inputs[0]}, {&outputs[0]}, statistics);
      ane::objc::Id error = nullptr;
      framework.evaluate(program.model(), qos, options, request, &error);
    });
  };
  CHECK(evaluating(21, hand.none.get(), nullptr).empty());
  CHECK(has(evaluating(21, nullptr, nullptr), "NSInvalidArgumentException"));
  CHECK(has(evaluating(64, hand.none.get(), nullptr), "NSInvalidArgumentException"));
  CHECK(has(evaluating(21, hand.none.get(), hand.word.get()), "NSInvalidArgumentException"));
  hand.stand_in.forgive();
}

TEST_CASE("surfaces that are not in alphabetical order are the failure that others met, where their sizes tell") {
  ByHand hand;
  const std::string text = R"(program(1.0)
[buildInfo = dict<tensor<string, []>, tensor<string, []>>({{"coremlc-version", "3505.4.1"}})]
{
    func main<ios16>(tensor<fp16, [1, 512, 1, 32]> z, tensor<fp16, [1, 2, 1, 32]> a) {
        tensor<fp16, [1, 512, 1, 32]> y = relu(x = z)[name = tensor<string, []>("y")];
        tensor<fp16, [1, 2, 1, 32]> b = relu(x = a)[name = tensor<string, []>("b")];
    } -> (y, b);
}
)";
  ane::Program program = hand.device.compile(text, {});
  std::vector<AneDevice::Surface> inputs = surfaces_for(hand.device, program.inputs());
  std::vector<AneDevice::Surface> outputs = surfaces_for(hand.device, program.outputs());
  std::string told;
  const auto evaluating = [&](const std::vector<AneDevice::Surface*>& in) {
    told.clear();
    const std::string thrown = hand.doing([&] {
      ane::objc::Id error = nullptr;
      const ane::objc::Id request = hand.request(in, {&outputs[0], &outputs[1]});
      if (hand.framework.evaluate(program.model(), 21, hand.none.get(), request, &error) == 0)
        told = to_string(hand.foundation.failure(error));
    });
    CHECK(thrown.empty());
  };
  evaluating({&inputs[0], &inputs[1]});
  CHECK(told.empty());
  evaluating({&inputs[1], &inputs[0]});
  CHECK(has(told, "status=0x1d"));
  hand.stand_in.forgive();
}

TEST_CASE("a request that is built anew over the same surfaces, and one over a surface in use, are noticed") {
  ByHand hand;
  ane::Program program = hand.device.compile(mil_text<Relu<64, 32>>, {});
  std::vector<AneDevice::Surface> inputs = surfaces_for(hand.device, program.inputs());
  std::vector<AneDevice::Surface> outputs = surfaces_for(hand.device, program.outputs());
  {
    const AneDevice::Request once = hand.device.request(program, pointers_to(inputs), pointers_to(outputs));
    const AneDevice::Request again = hand.device.request(program, pointers_to(inputs), pointers_to(outputs));
    hand.device.evaluate(once);
    hand.device.evaluate(again);
  }
  CHECK(hand.noticed("rebuilt"));

  const AneDevice::Request running = hand.device.request(program, pointers_to(inputs), pointers_to(outputs));
  hand.stand_in.command("trace on; slow evaluateWithQoS:options:request:error: 200000");
  std::thread evaluation([&] { hand.device.evaluate(running); });
  while (hand.stand_in.calls().empty()) std::this_thread::yield();
  {
    const AneDevice::Request meanwhile = hand.device.request(program, pointers_to(inputs), pointers_to(outputs));
  }
  evaluation.join();
  CHECK(hand.noticed("evaluat"));
}

TEST_CASE("a directory that is missing when a program is compiled, and evaluating after unloading, are noticed") {
  ByHand hand;
  const ane::Framework& framework = hand.framework;
  const ane::objc::Owned text = hand.foundation.data(std::as_bytes(std::span{mil_text<Relu<64, 32>>}));
  std::string told;
  CHECK(hand.doing([&] {
              const ane::objc::Id descriptor = framework.make_descriptor(framework.descriptor_class, text.get(), hand.none.get(), nullptr);
              const ane::objc::Id model = framework.make_model(framework.model_class, descriptor);
              ane::objc::Id error = nullptr;
              CHECK(framework.compile(model, 21, hand.none.get(), &error) == 0);
              told = to_string(hand.foundation.failure(error));
            })
            .empty());
  CHECK(has(told, "com.apple.appleneuralengine.compiler 1: _ANECompiler : ANECCompile() FAILED"));
  CHECK(hand.noticed("model.mil"));

  ane::Program program = hand.device.compile(mil_text<Relu<64, 32>>, {});
  std::vector<AneDevice::Surface> inputs = surfaces_for(hand.device, program.inputs());
  std::vector<AneDevice::Surface> outputs = surfaces_for(hand.device, program.outputs());
  {
    const AneDevice::Request request = hand.device.request(program, pointers_to(inputs), pointers_to(outputs));
    hand.doing([&] {
      ane::objc::Id error = nullptr;
      CHECK(framework.unload(program.model(), 21, &error) != 0);
    });
    CHECK(hand.stand_in.folders().empty());
    CHECK(has(thrown_by<EvaluateError>([&] { hand.device.evaluate(request); }), "com.apple.appleneuralengine 8"));
    CHECK(hand.noticed("load"));
  }
  program = hand.device.compile(mil_text<Relu<64, 64>>, {});
  CHECK(hand.noticed("unload"));  // the program that had been unloaded by hand
}

TEST_CASE("a surface that is too small by the row rule is the failure that others met") {
  ByHand hand;
  const ane::Framework& framework = hand.framework;
  ane::Program program = hand.device.compile(mil_text<Relu<1024, 32>>, {});
  std::vector<AneDevice::Surface> outputs = surfaces_for(hand.device, program.outputs());
  AneDevice::Surface small = hand.device.surface(mil::tensor(mil::fp16, 1, 64, 1, 32));
  std::string told;
  const std::string thrown = hand.doing([&] {
    ane::objc::Id error = nullptr;
    CHECK(framework.evaluate(program.model(), 21, hand.none.get(), hand.request({&small}, {&outputs[0]}), &error) == 0);
    told = to_string(hand.foundation.failure(error));
  });
  CHECK(thrown.empty());
  CHECK(has(told, "status=0x1d : Program Inference error"));
  CHECK(has(told, "surfaces of a wrong size"));
  hand.stand_in.forgive();
}

TEST_CASE("an object that is released too often is noticed") {
  ByHand hand;
  {
    AneDevice::Surface surface = hand.device.surface(Net::input);
    hand.doing([&] { ane::objc::Owned once_too_often = hand.foundation.adopted(surface.object()); });
  }
  CHECK(hand.noticed("_ANEIOSurfaceObject"));
}

TEST_CASE("memory that is touched without a lock is noticed") {
  ByHand hand;
  AneDevice::Surface surface = hand.device.surface(Net::input);
  std::byte* memory = nullptr;
  {
    memory = surface.lock(Access::write).bytes().data();
  }
  *memory = std::byte{7};
  {
    const auto lock = surface.lock(Access::read);
  }
  CHECK(hand.noticed("was written without a lock"));
}
