// SPDX-License-Identifier: MIT
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "allocations.hpp"
#include "devices/ane/stand_in.hpp"

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<64, 32>, 3>;

constexpr std::array every_route{ane::Route::standard, ane::Route::real_time, ane::Route::direct, ane::Route::program};

}  // namespace

TEST_CASE("every strategy by every route computes what the host computes, and leaves nothing behind") {
  for (const ane::Route route : every_route) {
    CAPTURE(name_of(route));
    StandIn stand_in;
    AneDevice device = stand_in.device(route);
    using Ceiling = ThroughputCeiling<Net, Sequential, RunOnly, TransferOnly, GcdSerial, GcdSequential, ZeroCopy, Overlapped<2>, Fused>;
    const Measurement measured = Ceiling{"64x32"}.on(device).measure({.protocol = Protocol{}.with_rounds(4)});
    for (const MeasuredContender& contender : measured.contenders) {
      CAPTURE(contender.name);
      CHECK(contender.failure.value_or("") == "");
    }
    CHECK(measured.samples.size() >= 4 * Ceiling::strategy_names.size());
  }
}

TEST_CASE("a device that computes wrongly is found out, and never timed") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  stand_in.command("wrong 3");
  Experiment experiment{device, baseline<Net>(sequential), contender<Net>(zero_copy)};
  const Measurement measured = experiment.measure({.protocol = Protocol{}.with_rounds(4)});
  for (const MeasuredContender& one : measured.contenders) CHECK(one.failure.value_or("").find("expected") != std::string::npos);
  CHECK(measured.samples.empty());
}

TEST_CASE("a route is one message of its own, whatever the strategy") {
  const std::array expected{"-[_ANEInMemoryModel evaluateWithQoS:options:request:error:]",
                            "-[_ANEClient evaluateRealTimeWithModel:options:request:error:]",
                            "-[_ANEClient doEvaluateDirectWithModel:options:request:qos:error:]",
                            "-[_ANEProgramForEvaluation processRequest:model:qos:qIndex:modelStringID:options:returnValue:error:]"};
  for (const ane::Route route : every_route) {
    CAPTURE(name_of(route));
    StandIn stand_in;
    AneDevice device = stand_in.device(route);
    auto chain = Net::compile(device, random_weights(1));
    auto pass = chain.bind(zero_copy);
    stand_in.command("trace on");
    pass.run();
    CHECK(stand_in.calls() == std::vector<std::string>(3, expected[static_cast<std::size_t>(route)]));
  }
}

namespace {

ane::objc::Implementation (*original_look_up)(ane::objc::Id, ane::objc::Selector);
std::size_t looked_up = 0;

/// In place of the framework's method for a message: what is allocated then, the device allocated.
template <class... A>
ane::objc::Implementation success(const ane::objc::Message<ane::objc::Bool(A...)>&) {
  return reinterpret_cast<ane::objc::Implementation>(+[](ane::objc::Id, ane::objc::Selector, A...) -> ane::objc::Bool { return 1; });
}
ane::objc::Implementation success(const ane::Framework& framework, ane::Route route) {
  switch (route) {
    case ane::Route::standard: return success(framework.evaluate);
    case ane::Route::real_time: return success(framework.evaluate_in_real_time);
    case ane::Route::direct: return success(framework.evaluate_directly);
    case ane::Route::program: return success(framework.process_request);
  }
  return nullptr;
}
ane::objc::Implementation succeed;

}  // namespace

TEST_CASE("an evaluation is one message and its pool: nothing is looked up by name, and nothing is allocated") {
  for (const ane::Route route : every_route) {
    CAPTURE(name_of(route));
    StandIn stand_in;
    AneDevice device = stand_in.device(route);
    auto chain = Chain<Conv1x1<64, 32>>::compile(device, random_weights(1));
    AneDevice::Surface input = device.surface(Net::input);
    AneDevice::Surface output = device.surface(Net::output);
    AneDevice::Surface* const inputs[]{&input};
    AneDevice::Surface* const outputs[]{&output};
    const ane::Program program = device.compile(Net::kernels[0].text, WeightBlobs{Net::kernels, identity}.blob(0));
    const AneDevice::Request request = device.request(program, inputs, outputs);
    device.evaluate(request);
    REQUIRE(allocations > 0);

    ane::objc::Runtime& runtime = stand_in.framework->inventory.runtime();
    // Names are looked up through these two alone: calling them would end the test.
    const auto get_class = std::exchange(runtime.get_class, nullptr);
    const auto register_selector = std::exchange(runtime.register_selector, nullptr);
    original_look_up = std::exchange(runtime.look_up, [](ane::objc::Id receiver, ane::objc::Selector selector) {
      constexpr std::size_t evaluation = 3;  // behind the pool's alloc and init
      return ++looked_up == evaluation ? succeed : original_look_up(receiver, selector);
    });
    succeed = success(*stand_in.framework, route);
    looked_up = 0;
    const std::size_t before = allocations;
    device.evaluate(request);
    const std::size_t allocated = allocations - before;
    runtime.look_up = original_look_up;
    runtime.register_selector = register_selector;
    runtime.get_class = get_class;
    constexpr std::size_t pool = 3;  // alloc, init and release, on this runtime; Apple's has two functions for it
    CHECK(looked_up == pool + 1);
    CHECK(allocated == 0);
  }
}

TEST_CASE("a route that the framework lacks is refused when the device is made") {
  StandIn stand_in;
  const auto without = [&](auto member, ane::Route route) {
    auto framework = std::make_shared<ane::Framework>(ane::Libraries::all_in(ANECHAIN_STAND_IN));
    (*framework).*member = {};
    ane::Options options;
    options.route = route;
    return thrown_by<DeviceError>([&] { AneDevice{framework, options}; });
  };
  CHECK(without(&ane::Framework::shared_client, ane::Route::real_time) ==
        "route realtime: the framework lacks +[_ANEClient sharedConnection]");
  CHECK(without(&ane::Framework::evaluate_in_real_time, ane::Route::real_time).find("evaluateRealTimeWithModel") != std::string::npos);
  CHECK(without(&ane::Framework::evaluate_directly, ane::Route::direct).find("doEvaluateDirectWithModel") != std::string::npos);
  CHECK(without(&ane::Framework::program, ane::Route::program).find("-[_ANEModel program]") != std::string::npos);
  CHECK(without(&ane::Framework::process_request, ane::Route::program).find("processRequest") != std::string::npos);
  CHECK(without(&ane::Framework::process_request, ane::Route::standard).empty());
}

TEST_CASE("without a framework the device says what it could not open") {
  const auto absent = std::make_shared<ane::Framework>(ane::Libraries::all_in("/nowhere/libnothing.so"));
  const std::string told = thrown_by<DeviceError>([&] { AneDevice{absent}; });
  CHECK(told.find("no Apple Neural Engine: cannot open /nowhere/libnothing.so") != std::string::npos);
}

TEST_CASE("QoS is between 0 and 63") {
  StandIn stand_in;
  ane::Options options;
  options.qos = 64;
  CHECK(thrown_by<DeviceError>([&] { stand_in.device(options); }).find("QoS 64") != std::string::npos);
  options.qos = 33;
  AneDevice device = stand_in.device(options);
  auto chain = Net::compile(device, random_weights(1));
  auto pass = chain.bind(zero_copy);
  pass.run();
  CHECK(device.name().find("QoS 33") != std::string::npos);
}

TEST_CASE("the hardware's time is told where the framework tells it, and not missed where it does not") {
  for (const bool told : {true, false}) {
    StandIn stand_in;
    if (told) stand_in.command("hardware 123456");
    ane::Options options;
    options.statistics = true;
    AneDevice device = stand_in.device(options);
    const ane::Program program = device.compile(Net::kernels[0].text, WeightBlobs{Net::kernels, identity}.blob(0));
    std::vector<AneDevice::Surface> inputs = surfaces_for(device, program.inputs());
    std::vector<AneDevice::Surface> outputs = surfaces_for(device, program.outputs());
    const AneDevice::Request request = device.request(program, pointers_to(inputs), pointers_to(outputs));
    device.evaluate(request);
    CHECK(request.hardware_time() == (told ? std::optional{std::chrono::nanoseconds{123456}} : std::nullopt));
  }
}

TEST_CASE("several inputs and outputs are bound in the alphabetical order of their names") {
  // The text has them in another order, and their surfaces are of two sizes, which was once taken to be forbidden.
  const std::string text = R"(program(1.0)
[buildInfo = dict<tensor<string, []>, tensor<string, []>>({{"coremlc-version", "3505.4.1"}})]
{
    func main<ios16>(tensor<fp16, [1, 2, 1, 64]> z, tensor<fp16, [1, 512, 1, 32]> a) {
        tensor<fp16, []> c = const()[name = tensor<string, []>("c"), val = tensor<fp16, []>(0x1p-1)];
        tensor<fp16, [1, 2, 1, 64]> y = add(x = z, y = c)[name = tensor<string, []>("y")];
        tensor<fp16, [1, 512, 1, 32]> b = mul(x = a, y = c)[name = tensor<string, []>("b")];
    } -> (y, b);
}
)";
  StandIn stand_in;
  AneDevice device = stand_in.device();
  const ane::Program program = device.compile(text, {});
  REQUIRE(program.inputs().size() == 2);
  CHECK(program.inputs()[0].name == "a");
  CHECK(program.outputs()[0].name == "b");
  std::vector<AneDevice::Surface> inputs = surfaces_for(device, program.inputs());
  std::vector<AneDevice::Surface> outputs = surfaces_for(device, program.outputs());
  write(inputs[0], std::span<const float>{std::vector<float>(16'384, 3.0f)});
  write(inputs[1], std::span<const float>{std::vector<float>(128, 5.0f)});
  device.evaluate(device.request(program, pointers_to(inputs), pointers_to(outputs)));
  CHECK(read(outputs[0]) == std::vector<float>(16'384, 1.5f));
  CHECK(read(outputs[1]) == std::vector<float>(128, 5.5f));

  std::vector<AneDevice::Surface*> reversed{&inputs[1], &inputs[0]};
  CHECK(thrown_by<DeviceError>([&] { device.request(program, reversed, pointers_to(outputs)); }) ==
        "the surface for the input 'a' is tensor<fp16, [1, 2, 1, 64]>, the program has tensor<fp16, [1, 512, 1, 32]>");
  reversed.pop_back();
  CHECK(thrown_by<DeviceError>([&] { device.request(program, reversed, pointers_to(outputs)); }) ==
        "1 surfaces for the 2 inputs of the program");
}

TEST_CASE("surfaces have whole pages of 16 KiB, and padded rows") {
  StandIn stand_in;
  AneDevice device = stand_in.device();
  CHECK(ane::allocation(mil::tensor(mil::fp16, 1, 64, 1, 32)) == 16'384);
  CHECK(ane::allocation(mil::tensor(mil::fp16, 1, 257, 1, 32)) == 32'768);
  CHECK(ane::allocation(mil::tensor(mil::fp16, 1, 64, 1, 4)) == 16'384);
  AneDevice::Surface ragged = device.surface(mil::tensor(mil::fp16, 1, 3, 1, 5));
  std::vector<float> numbers(15);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i);
  CHECK(read(ragged) == std::vector<float>(15));  // a new one holds zeros
  write(ragged, std::span<const float>{numbers});
  CHECK(read(ragged) == numbers);
  CHECK(ragged.lock(Access::read).bytes().size() == 3 * 64);
  CHECK(stand_in.live("IOSurface") == 1);
}

TEST_CASE("moving surfaces, programs and requests releases each once") {
  for (const ane::Route route : every_route) {
    CAPTURE(name_of(route));
    StandIn stand_in;
    AneDevice device = stand_in.device(route);
    ane::Program program = device.compile(Net::kernels[0].text, WeightBlobs{Net::kernels, identity}.blob(0));
    ane::Program other = device.compile(Net::kernels[0].text, WeightBlobs{Net::kernels, random_weights(2)}.blob(0));
    AneDevice::Surface input = device.surface(Net::input);
    AneDevice::Surface output = device.surface(Net::output);
    AneDevice::Surface* const inputs[]{&input};
    AneDevice::Surface* const outputs[]{&output};
    AneDevice::Request request = device.request(program, inputs, outputs);
    request = device.request(other, inputs, outputs);
    device.evaluate(request);
    program = std::move(other);
    device.evaluate(request);
    AneDevice::Surface another = device.surface(Net::input);
    another = std::move(input);
  }
}
