// SPDX-License-Identifier: MIT
#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "devices/ane/stand_in.hpp"

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<64, 32>, 2>;

constexpr const char* direct_failed = "ANEProgramProcessRequestDirect() Failed with status=";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What the user reads where a pass fails as told.
std::string pass_failing_with(const std::string& command, ane::Route route = ane::Route::standard) {
  StandIn stand_in;
  AneDevice device = stand_in.device(route);
  auto chain = Net::compile(device, random_weights(1));
  auto pass = chain.bind(sequential);
  stand_in.command(command);
  return thrown_by<PassError>([&] { pass.run(); });
}

std::string compilation_failing_with(const std::string& command) {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  stand_in.command(command);
  return thrown_by<CompileError>([&] { Net::compile(device, random_weights(1)); });
}

}  // namespace

TEST_CASE("a failed evaluation tells the strategy, the kernel, what the framework said, its known cause and what helps") {
  struct Case {
    const char* error;
    std::vector<const char*> told;
  };
  const std::array cases{
      Case{"com.apple.appleneuralengine 8 ANEProgramProcessRequestDirect() Failed with status=0x1d : Program Inference error",
           {"com.apple.appleneuralengine 8: ANEProgramProcessRequestDirect() Failed with status=0x1d", "surfaces of a wrong size",
            "rows are padded to 64 bytes"}},
      Case{
          "com.apple.appleneuralengine 8 ANEProgramProcessRequestDirect() Failed with status=0x16 statusType=0x9 : Program Inference error",
          {"status=0x16 statusType=0x9", "the engine gave up"}},
      Case{"com.apple.appleneuralengine 8 ANEProgramProcessRequestDirect() Failed with status=0x2 : Program Inference error",
           {"status=0x2 ", "symbol index"}},
      Case{"com.apple.appleneuralengine 13 Program IOSurfaces map failure (0x12)",
           {"13: Program IOSurfaces map failure", "could not be mapped"}},
      Case{"com.apple.appleneuralengine 15 ANEProgramChainingPrepare() Failed", {"15: ANEProgramChainingPrepare", "zero_copy"}},
      Case{"com.apple.appleneuralengine 6 program load failure", {"6: program load failure", "too many are"}},
      Case{"com.apple.appleneuralengine 131076 program load failure", {"131076: program load failure", "too many programs are loaded"}},
      Case{"com.apple.appleneuralengine 10 verifyBundleAtPath: invalid model", {"verifyBundleAtPath", "macOS 27.0"}},
      Case{"com.apple.appleneuralengine.espresso -1 cannot load", {"espresso -1: cannot load", "programs given as MIL"}},
      Case{"com.apple.appleneuralengine 1 kernel said 0xe00002e2", {"not signed"}},
      Case{"com.apple.appleneuralengine 1 kernel said 0xe00002c7", {"entitlement"}},
      Case{"some.other.domain 77 nobody knows", {"some.other.domain 77: nobody knows"}},
  };
  for (const Case& one : cases) {
    const std::string told = pass_failing_with(std::string{"fail evaluateWithQoS:options:request:error: 1 1 error "} + one.error);
    CAPTURE(told);
    CHECK(has(told, "sequential: kernel 1 (Conv1x1<64, 32"));
    CHECK(has(told, "evaluateWithQoS: "));
    for (const char* part : one.told) CHECK(has(told, part));
  }
}

TEST_CASE("an exception of Objective-C comes out as a failure of the same kind, with its name and reason") {
  for (const ane::Route route : {ane::Route::standard, ane::Route::real_time, ane::Route::direct, ane::Route::program}) {
    const char* const selectors[]{
        "evaluateWithQoS:options:request:error:", "evaluateRealTimeWithModel:options:request:error:",
        "doEvaluateDirectWithModel:options:request:qos:error:", "processRequest:model:qos:qIndex:modelStringID:options:returnValue:error:"};
    const std::string told = pass_failing_with(
        std::string{"fail "} + selectors[static_cast<int>(route)] + " 0 1 exception NSInvalidArgumentException it was not to its liking",
        route);
    CAPTURE(told);
    CHECK(has(told, "Objective-C exception NSInvalidArgumentException: it was not to its liking"));
  }
}

TEST_CASE("a failure without a reason says so") {
  CHECK(has(pass_failing_with("fail evaluateWithQoS:options:request:error: 0 1 no"), "the call failed and gave no reason"));
}

TEST_CASE("failures through the client reach the user, not the framework's trouble with reporting them") {
  for (const ane::Route route : {ane::Route::real_time, ane::Route::direct}) {
    const std::string selector = route == ane::Route::real_time ? "evaluateRealTimeWithModel:options:request:error:"
                                                                : "doEvaluateDirectWithModel:options:request:qos:error:";
    const std::string told =
        pass_failing_with("fail " + selector + " 0 1 error com.apple.appleneuralengine 8 " + direct_failed + "0x1d : x", route);
    CAPTURE(told);
    CHECK(has(told, "status=0x1d"));
    CHECK_FALSE(has(told, "getUUID"));
  }
}

TEST_CASE("what the framework said can be had as data") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  auto chain = Net::compile(device, random_weights(1));
  auto pass = chain.bind(sequential);
  stand_in.command(std::string{"fail evaluateWithQoS:options:request:error: 0 1 error com.apple.appleneuralengine 8 "} + direct_failed +
                   "0x1d : x");
  bool told = false;
  try {
    pass.run();
  } catch (const PassError& error) {
    CHECK(error.kernel == 0);
    try {
      std::rethrow_if_nested(error);
    } catch (const ane::Failed<EvaluateError>& failed) {
      told = true;
      CHECK(failed.failure.domain == "com.apple.appleneuralengine");
      CHECK(failed.failure.code == 8);
      CHECK(ane::known(failed.failure)->source == "Orion, Espresso, irm, sky");
    }
  }
  CHECK(told);
  pass.run();  // and the pass can be run again
}

TEST_CASE("a compilation that fails tells the kernel, what lies beneath, and what helps; nothing is left behind") {
  struct Case {
    const char* kind;
    const char* told;
  };
  for (const Case& one : {Case{"InvalidMILProgram", "cannot read the program"}, Case{"CompilationFailure", "no engine for an operation"},
                          Case{"UnreadableWeights", "offset 64"}}) {
    const std::string told = compilation_failing_with(
        std::string{
            "fail compileWithQoS:options:error: 1 1 error com.apple.appleneuralengine.compiler 1 _ANECompiler : ANECCompile() FAILED | "} +
        one.kind);
    CAPTURE(told);
    CHECK(has(told, "kernel 1 (Conv1x1<64, 32"));
    CHECK(has(told, "com.apple.appleneuralengine.compiler 1: _ANECompiler : ANECCompile() FAILED"));
    CHECK(has(told, std::string{"beneath: "} + one.kind));
    CHECK(has(told, one.told));
  }
}

TEST_CASE("every call on the way to a request may fail: it is told, and nothing is left behind") {
  struct Case {
    const char* command;
    const char* told;
  };
  for (const Case& one : {
           Case{"fail modelWithMILText:weights:optionsPlist: 1 1 nil", "makes no descriptor"},
           Case{"fail modelWithMILText:weights:optionsPlist: 1 1 exception NSRangeException far", "NSRangeException: far"},
           Case{"fail inMemoryModelWithDescriptor: 1 1 nil", "makes no model"},
           Case{"fail inMemoryModelWithDescriptor: 1 1 exception NSRangeException far", "NSRangeException: far"},
           Case{"fail hexStringIdentifier 1 1 nil", "the identifier ''"},
           Case{"fail compileWithQoS:options:error: 1 1 exception NSRangeException far", "NSRangeException: far"},
           Case{"fail compileWithQoS:options:error: 1 1 no", "gave no reason"},
           Case{"fail loadWithQoS:options:error: 1 2 error com.apple.appleneuralengine 6 full",
                "loadWithQoS, repeatedly: com.apple.appleneuralengine 6: full"},
           Case{"fail loadWithQoS:options:error: 1 1 exception NSRangeException far", "NSRangeException: far"},
           Case{"attributes wrong", "with RowStride 128; surfaces have 64"},
           Case{"attributes planes", "with PlaneStride 128; surfaces have 64"},
       }) {
    CAPTURE(one.command);
    const std::string told = compilation_failing_with(one.command);
    CAPTURE(told);
    CHECK(has(told, "kernel "));
    CHECK(has(told, one.told));
  }
  for (const Case& one : {
           Case{"fail IOSurfaceCreate 2 1 nil", "IOSurfaceCreate gave no surface of 16384 bytes for tensor<fp16, [1, 64, 1, 32]>"},
           Case{"fail objectWithIOSurface: 2 1 nil", "_ANEIOSurfaceObject takes no surface"},
           Case{"fail objectWithIOSurface: 2 1 exception NSRangeException far", "NSRangeException: far"},
           Case{"fail requestWithInputs:inputIndices:outputs:outputIndices:weightsBuffer:perfStats:procedureIndex: 1 1 nil",
                "makes no request"},
           Case{"fail requestWithInputs:inputIndices:outputs:outputIndices:weightsBuffer:perfStats:procedureIndex: 1 1 exception "
                "NSRangeException far",
                "NSRangeException: far"},
       }) {
    CAPTURE(one.command);
    StandIn stand_in;
    AneDevice device = stand_in.device();
    auto chain = Net::compile(device, random_weights(1));
    stand_in.command(one.command);
    const std::string told = thrown_by<DeviceError>([&] { chain.bind(sequential); });
    CAPTURE(told);
    CHECK(has(told, one.told));
  }
}

TEST_CASE("a lock or a memory that is not given is a failure of the pass") {
  CHECK(has(pass_failing_with("fail IOSurfaceGetBaseAddress 1 1 nil"), "IOSurfaceGetBaseAddress gave no memory"));
  CHECK(has(pass_failing_with("fail IOSurfaceLock 1 1 no"), "IOSurfaceLock failed with status"));
}

TEST_CASE("an unload that fails is told as a warning, and the rest is cleaned up all the same") {
  for (const char* how : {"error com.apple.appleneuralengine 6 stuck", "exception NSRangeException far"}) {
    StandIn stand_in;
    {
      AneDevice device = stand_in.device();
      auto chain = Chain<Conv1x1<64, 32>>::compile(device, random_weights(1));
      stand_in.command(std::string{"fail unloadWithQoS:error: 0 1 "} + how);
    }
    REQUIRE(stand_in.warnings.size() == 1);
    CHECK(has(stand_in.warnings.front(), "unloadWithQoS"));
    stand_in.forgive();  // the stand-in minds a model that is released while it is loaded
  }
}

TEST_CASE("what is wrong with a program is told before the framework is called") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  stand_in.command("trace on");
  const std::string text{mil_text<Conv1x1<64, 32>>};
  const WeightBlobs blobs{Chain<Conv1x1<64, 32>>::kernels, identity};
  const auto told = [&](const std::string& wrong, std::span<const std::byte> blob) {
    return thrown_by<CompileError>([&] { device.compile(wrong, blob); });
  };
  CHECK(has(told("program(1.0", {}), "MIL text, 1:"));
  CHECK(has(told(text, {}), "no weight blob was given"));
  CHECK(has(told(text, blobs.blob(0).first(100)), "weight blob"));
  std::string elsewhere = text;
  elsewhere.replace(elsewhere.find("@model_path/weights/"), 20, "@model_path/../../x/");
  CHECK(has(told(elsewhere, blobs.blob(0)), "does not lie in @model_path/"));
  std::string in_its_place = text;
  in_its_place.replace(in_its_place.find("weights/weight.bin"), 18, "model.mil");
  CHECK(has(told(in_its_place, blobs.blob(0)), "has the name of another file of the program"));
  std::string ragged = text;
  for (std::size_t at = ragged.find("1, 32]"); at != std::string::npos; at = ragged.find("1, 32]")) ragged.replace(at, 6, "1, 17]");
  const std::string rows = told(ragged, blobs.blob(0));
  CAPTURE(rows);
  CHECK(has(rows, "constraint H2 of the ANE (established): rows of inputs and results must be multiples of 64 bytes"));
  CHECK(has(told(std::string{mil_text<Conv1x1<64, 32, mil::fp32>>}, blobs.blob(0)), "weight blob"));
  CHECK(stand_in.calls() == std::vector<std::string>{});
}

TEST_CASE("contested and reported constraints are warned of, and run") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  auto chain = Chain<Conv1x1<64, 64>>::compile(device, random_weights(1));
  auto plain = Chain<Relu<64, 32>>::compile(device, random_weights(1));
  REQUIRE(stand_in.warnings.size() == 1);
  CHECK(has(stand_in.warnings.front(), "constraint H12 of the ANE (reported)"));
}

TEST_CASE("a folder that cannot be made is an error that names it") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  std::filesystem::path folder;
  {
    auto chain = Chain<Conv1x1<64, 32>>::compile(device, identity);
    folder = stand_in.temporary_folder() / stand_in.folders().at(0);
  }
  std::ofstream(folder) << "a file in its place";
  const std::string told = thrown_by<CompileError>([&] { Chain<Conv1x1<64, 32>>::compile(device, identity); });
  CAPTURE(told);
  CHECK(has(told, "kernel 0 (Conv1x1<64, 32"));
  CHECK(has(told, "cannot make the folder " + folder.string()));
}
