// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "devices/ane/stand_in.hpp"

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<64, 32>, 12>;

/// A kernel without weights.
struct Halved {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.mul(x, b.scalar(mil::fp16, 0.5)); }
};

std::size_t times(const std::vector<std::string>& calls, const std::string& call) {
  return static_cast<std::size_t>(std::ranges::count(calls, call));
}

constexpr const char* compile = "-[_ANEInMemoryModel compileWithQoS:options:error:]";
constexpr const char* load = "-[_ANEInMemoryModel loadWithQoS:options:error:]";
constexpr const char* unload = "-[_ANEInMemoryModel unloadWithQoS:error:]";

}  // namespace

TEST_CASE("compiling, evaluating and releasing are the calls that others' programs make, in their order") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  const WeightBlobs blobs{Net::kernels, identity};
  stand_in.command("trace on");
  {
    auto program = std::make_unique<ane::Program>(device.compile(Net::kernels[0].text, blobs.blob(0)));
    AneDevice::Surface input = device.surface(Net::input);
    AneDevice::Surface output = device.surface(Net::output);
    AneDevice::Surface* const inputs[]{&input};
    AneDevice::Surface* const outputs[]{&output};
    const AneDevice::Request request = device.request(*program, inputs, outputs);
    device.evaluate(request);
    program.reset();
  }
  const std::vector<std::string> expected{
      "+[_ANEInMemoryModelDescriptor modelWithMILText:weights:optionsPlist:]",
      "+[_ANEInMemoryModel inMemoryModelWithDescriptor:]",
      "-[_ANEInMemoryModel hexStringIdentifier]",
      "-[_ANEInMemoryModel compiledModelExists]",
      "-[_ANEInMemoryModel compileWithQoS:options:error:]",
      "-[_ANEInMemoryModel loadWithQoS:options:error:]",
      "-[_ANEInMemoryModel modelAttributes]",
      "IOSurfaceCreate",
      "IOSurfaceGetAllocSize",
      "+[_ANEIOSurfaceObject objectWithIOSurface:]",
      "IOSurfaceCreate",
      "IOSurfaceGetAllocSize",
      "+[_ANEIOSurfaceObject objectWithIOSurface:]",
      "+[_ANERequest requestWithInputs:inputIndices:outputs:outputIndices:weightsBuffer:perfStats:procedureIndex:]",
      "-[_ANEInMemoryModel evaluateWithQoS:options:request:error:]",
      "-[_ANEInMemoryModel unloadWithQoS:error:]",
      "CFRelease",
      "CFRelease",
  };
  CHECK(stand_in.calls() == expected);
}

TEST_CASE("a chain's pass makes the same calls, and gives its surfaces back before the chain unloads") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  stand_in.command("trace on");
  {
    auto chain = Chain<Conv1x1<64, 32>>::compile(device, random_weights(1));
    auto pass = chain.bind(sequential);
    pass.run();
  }
  const std::vector<std::string> calls = stand_in.calls();
  REQUIRE(calls.size() == 18);
  CHECK(calls[14] == "-[_ANEInMemoryModel evaluateWithQoS:options:request:error:]");
  CHECK(std::vector(calls.end() - 3, calls.end()) == std::vector<std::string>{"CFRelease", "CFRelease", unload});
}

TEST_CASE("a link's copy takes the locks that the original took, in its order") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  auto chain = Repeat<Conv1x1<64, 32>, 2>::compile(device, random_weights(1));
  auto pass = chain.bind(sequential);
  stand_in.command("trace on");
  pass.run();
  const std::vector<std::string> expected{
      "-[_ANEInMemoryModel evaluateWithQoS:options:request:error:]",
      "IOSurfaceLock(read)",
      "IOSurfaceGetBaseAddress",
      "IOSurfaceLock(write)",
      "IOSurfaceGetBaseAddress",
      "IOSurfaceUnlock(write)",
      "IOSurfaceUnlock(read)",
      "-[_ANEInMemoryModel evaluateWithQoS:options:request:error:]",
  };
  CHECK(stand_in.calls() == expected);
}

TEST_CASE("with zero-copy nothing but evaluations is called in a pass") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  auto chain = Net::compile(device, random_weights(1));
  auto pass = chain.bind(zero_copy);
  stand_in.command("trace on");
  pass.run();
  CHECK(stand_in.calls() == std::vector<std::string>(12, "-[_ANEInMemoryModel evaluateWithQoS:options:request:error:]"));
}

TEST_CASE("a program without weights takes an empty dictionary, and computes") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  auto chain = Chain<Halved>::compile(device, random_weights(1));
  auto pass = chain.bind(sequential);
  pass.input(std::vector<float>(64 * 32, 3.0f));
  pass.run();
  CHECK(pass.output() == std::vector<float>(64 * 32, 1.5f));
}

TEST_CASE("identical programs are compiled once, share a directory, and releasing some leaves the others working") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  stand_in.command("trace on");
  std::vector<ane::Program> programs;
  const WeightBlobs blobs{Net::kernels, identity};
  for (std::size_t k = 0; k < 12; ++k) programs.push_back(device.compile(Net::kernels[k].text, blobs.blob(k)));
  CHECK(times(stand_in.calls(), compile) == 1);
  CHECK(times(stand_in.calls(), load) == 12);
  CHECK(stand_in.folders().size() == 1);
  while (programs.size() > 1) programs.erase(programs.begin());
  CHECK(stand_in.folders().size() == 1);
  CHECK(times(stand_in.calls(), unload) == 0);

  AneDevice::Surface input = device.surface(Net::input);
  AneDevice::Surface output = device.surface(Net::output);
  AneDevice::Surface* const inputs[]{&input};
  AneDevice::Surface* const outputs[]{&output};
  write(input, std::span<const float>{std::vector<float>(64 * 32, 2.0f)});
  const AneDevice::Request request = device.request(programs.front(), inputs, outputs);
  device.evaluate(request);
  CHECK(read(output) == std::vector<float>(64 * 32, 2.0f));
  programs.clear();
  CHECK(times(stand_in.calls(), unload) == 12);
  CHECK(stand_in.folders().empty());
}

TEST_CASE("distinct programs are compiled each, in directories of their own") {
  StandIn stand_in;
  ane::Options options;
  options.distinct = true;
  AneDevice device = stand_in.device(options);
  stand_in.command("trace on");
  auto chain = Net::compile(device, identity);
  CHECK(times(stand_in.calls(), compile) == 12);
  CHECK(stand_in.folders().size() == 12);
  auto pass = chain.bind(zero_copy);
  pass.input(std::vector<float>(64 * 32, 2.0f));
  pass.run();
  CHECK(pass.output() == std::vector<float>(64 * 32, 2.0f));
}

TEST_CASE("the system forgets distinct programs when they are released: nobody can load them again") {
  StandIn stand_in;
  ane::Options options;
  options.distinct = true;
  AneDevice device = stand_in.device(options);
  stand_in.command("trace on");
  {
    auto chain = Repeat<Conv1x1<64, 32>, 3>::compile(device, identity);
  }
  CHECK(times(stand_in.calls(), "-[_ANEInMemoryModel purgeCompiledModel]") == 3);
}

TEST_CASE("devices with frameworks of their own share identities, whichever goes first") {
  StandIn stand_in;
  for (const bool first_goes_first : {true, false}) {
    using Kernel = Chain<Conv1x1<64, 32>>;
    auto first = std::make_unique<AneDevice>(std::make_shared<ane::Framework>(ane::Libraries::all_in(ANECHAIN_STAND_IN)));
    auto second = std::make_unique<AneDevice>(std::make_shared<ane::Framework>(ane::Libraries::all_in(ANECHAIN_STAND_IN)));
    auto one = std::make_unique<Compiled<Kernel, AneDevice>>(Kernel::compile(*first, identity));
    auto other = std::make_unique<Compiled<Kernel, AneDevice>>(Kernel::compile(*second, identity));
    if (!first_goes_first) {
      std::swap(first, second);
      std::swap(one, other);
    }
    one.reset();
    first.reset();
    {
      auto pass = other->bind(sequential);
      pass.input(std::vector<float>(64 * 32, 2.0f));
      pass.run();
      CHECK(pass.output() == std::vector<float>(64 * 32, 2.0f));
    }
    other.reset();
  }
}

TEST_CASE("what was compiled before and cannot be loaded is compiled anew") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  {
    auto chain = Chain<Conv1x1<64, 32>>::compile(device, random_weights(1));
  }
  stand_in.command("trace on; fail loadWithQoS:options:error: 0 2 error com.apple.appleneuralengine 6 stale");
  auto chain = Chain<Conv1x1<64, 32>>::compile(device, random_weights(1));
  CHECK(times(stand_in.calls(), compile) == 1);
  CHECK(times(stand_in.calls(), load) == 3);
}

TEST_CASE("a program that was compiled before is loaded without compiling it") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  {
    auto chain = Chain<Conv1x1<64, 32>>::compile(device, random_weights(1));
  }
  stand_in.command("trace on");
  auto chain = Chain<Conv1x1<64, 32>>::compile(device, random_weights(1));
  CHECK(times(stand_in.calls(), compile) == 0);
  CHECK(times(stand_in.calls(), load) == 1);
}

TEST_CASE("a load that fails is tried once more") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  stand_in.command("trace on; fail loadWithQoS:options:error: 0 1 error com.apple.appleneuralengine 6 busy");
  auto chain = Chain<Conv1x1<64, 32>>::compile(device, random_weights(1));
  CHECK(times(stand_in.calls(), load) == 2);
}

TEST_CASE("the budget of compilations is the process's") {
  StandIn stand_in;
  ane::Options options;
  options.compile_budget = 3;
  AneDevice device = stand_in.device(options);
  AneDevice other = stand_in.device(options);
  auto two = Repeat<Conv1x1<64, 32>, 2>::compile(device, random_weights(1));
  auto one = Chain<Conv1x1<64, 32>>::compile(other, random_weights(2));
  const std::string told = thrown_by<CompileError>([&] { Chain<Conv1x1<64, 64>>::compile(other, random_weights(2)); });
  CHECK(told.find("kernel 0 (Conv1x1<64, 64>") != std::string::npos);
  CHECK(told.find("has compiled 3 programs, which is its budget") != std::string::npos);
  auto again = Repeat<Conv1x1<64, 32>, 2>::compile(device, random_weights(1));  // compiled before: nothing is spent
}

TEST_CASE("the budget of loaded programs is the process's, and coming near it is told") {
  StandIn stand_in;
  ane::Options options;
  options.loaded_budget = 57;
  AneDevice device = stand_in.device(options);
  auto many = Repeat<Conv1x1<64, 32>, 57>::compile(device, identity);
  CHECK(stand_in.warnings.size() == 1);
  CHECK(stand_in.warnings.front().find("more than 55 programs are loaded") != std::string::npos);
  const std::string told = thrown_by<CompileError>([&] { Chain<Conv1x1<64, 32>>::compile(device, identity); });
  CHECK(told.find("57 programs loaded, which is its budget") != std::string::npos);
}

TEST_CASE("a program over the budget of loaded ones is not compiled in vain") {
  StandIn stand_in;
  ane::Options options;
  options.loaded_budget = 1;
  AneDevice device = stand_in.device(options);
  auto chain = Chain<Conv1x1<64, 32>>::compile(device, identity);
  CHECK_THROWS_AS((Chain<Conv1x1<64, 64>>::compile(device, identity)), CompileError);
  CHECK(ane::Process::shared().compiled == 1);
}

TEST_CASE("several threads compile, run and release programs of one identity") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        auto chain = Repeat<Conv1x1<64, 32>, 2>::compile(device, identity);
        auto pass = chain.bind(sequential);
        pass.input(std::vector<float>(64 * 32, 2.0f));
        pass.run();
        right += pass.output() == std::vector<float>(64 * 32, 2.0f);
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 20);
}
