// SPDX-License-Identifier: MIT
// What the framework, or its stand-in, makes of calls that the device does not make: that the stand-in would notice if it did.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
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
  ane::objc::Owned word = foundation.string("a word");

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

TEST_CASE("nil options and a QoS above 63 are exceptions") {
  ByHand hand;
  const ane::Framework& framework = hand.framework;
  ane::Program program = hand.device.compile(mil_text<Relu<64, 32>>, {});
  std::vector<AneDevice::Surface> inputs = surfaces_for(hand.device, program.inputs());
  std::vector<AneDevice::Surface> outputs = surfaces_for(hand.device, program.outputs());
  const auto request_with = [&](ane::objc::Id statistics) {
    return hand.doing([&] {
      const ane::objc::Id in[]{inputs[0].object()};
      const ane::objc::Id out[]{outputs[0].object()};
      const ane::objc::Id index[]{hand.zero.get()};
      const ane::objc::Owned in_array = hand.foundation.array(in);
      const ane::objc::Owned out_array = hand.foundation.array(out);
      const ane::objc::Owned indices = hand.foundation.array(index);
      const ane::objc::Id request = framework.make_request(framework.request_class, in_array.get(), indices.get(), out_array.get(),
                                                           indices.get(), nullptr, statistics, hand.zero.get());
      ane::objc::Id error = nullptr;
      framework.evaluate(program.model(), 21, nullptr, request, &error);
    });
  };
  CHECK(has(request_with(nullptr), "NSInvalidArgumentException"));          // options
  CHECK(has(request_with(hand.word.get()), "NSInvalidArgumentException"));  // perfStats
  CHECK(has(hand.doing([&] {
    ane::objc::Id error = nullptr;
    framework.evaluate(program.model(), 64, hand.none.get(), nullptr, &error);
  }),
            "NSInvalidArgumentException"));
  hand.stand_in.forgive();
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
  CHECK(hand.doing([&] {
              const ane::objc::Id in[]{small.object()};
              const ane::objc::Id out[]{outputs[0].object()};
              const ane::objc::Id index[]{hand.zero.get()};
              const ane::objc::Owned in_array = hand.foundation.array(in);
              const ane::objc::Owned out_array = hand.foundation.array(out);
              const ane::objc::Owned indices = hand.foundation.array(index);
              const ane::objc::Id request = framework.make_request(framework.request_class, in_array.get(), indices.get(), out_array.get(),
                                                                   indices.get(), nullptr, nullptr, hand.zero.get());
              ane::objc::Id error = nullptr;
              CHECK(framework.evaluate(program.model(), 21, hand.none.get(), request, &error) == 0);
              told = to_string(hand.foundation.failure(error));
            })
            .empty());
  CHECK(has(told, "status=0x1d : Program Inference error"));
  CHECK(has(told, "surfaces of a wrong size"));
  hand.stand_in.forgive();
}

TEST_CASE("an object that is released too often, a lock that is left, and memory touched without a lock are noticed") {
  ByHand hand;
  const ane::Framework& framework = hand.framework;
  {
    AneDevice::Surface surface = hand.device.surface(Net::input);
    hand.doing([&] { ane::objc::Owned once_too_often = hand.foundation.adopted(surface.object()); });
  }
  CHECK(hand.noticed("_ANEIOSurfaceObject"));
  AneDevice::Surface surface = hand.device.surface(Net::input);
  std::byte* memory = nullptr;
  {
    memory = surface.lock(Access::write).bytes().data();
  }
  *memory = std::byte{7};
  {
    const auto lock = surface.lock(Access::read);
  }
  CHECK(hand.noticed("lock"));
  CHECK(framework.inventory.parts().size() > 40);
}
