// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <vector>

#include "faulty_device.hpp"

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<16, 20>, 5>;

/// A row of kernels that are known as data.
flow::Traced row_of(std::span<const KernelFacts> kernels) {
  return {"", [&](flow::Tracer& f) {
            flow::Value x = f.input({"x", kernels.front().inputs[0].type});
            for (const KernelFacts& kernel : kernels) x = f.run({.kernel = &kernel}, "kernel", {&x, 1});
            return x;
          }};
}

template <StrategyWithName S>
void check_failure_at(std::size_t kernel) {
  CAPTURE(S::name);
  CAPTURE(kernel);
  FaultyDevice device;
  auto chain = Net::compile(device, identity);
  auto pass = chain.bind(S{});
  const std::vector<float> x(16 * 20, 2.0f);
  pass.input(x);
  pass.run();

  device.fail_from = device.evaluations + kernel;
  device.fail_until = device.fail_from + 1;
  try {
    pass.run();
    FAIL("the failure was lost");
  } catch (const PassError& error) {
    CHECK(error.strategy == S::name);
    CHECK(error.kernel == kernel);
    CHECK(error.kernel_name == kernel_name<Conv1x1<16, 20>>);
    CHECK(error.cause == "injected: status=0x1d");
    CHECK(std::string{error.what()}.find(std::string{S::name} + ": kernel " + std::to_string(kernel)) == 0);
  }

  pass.input(x);
  pass.run();
  if (S::Transfer::delivers) CHECK(pass.output() == x);
}

}  // namespace

TEST_CASE("a failed evaluation reaches the caller with its kernel and its strategy, and the pass can be run again") {
  for (const std::size_t kernel : {0u, 2u, 4u}) {
    check_failure_at<Sequential>(kernel);
    check_failure_at<RunOnly>(kernel);
    check_failure_at<GcdSerial>(kernel);
    check_failure_at<GcdSequential>(kernel);
    check_failure_at<ZeroCopy>(kernel);
  }
}

TEST_CASE("a failure in a lane of overlapped passes reaches the caller, and no lane is left running") {
  FaultyDevice device;
  auto chain = Net::compile(device, identity);
  auto pass = chain.bind(overlapped<3>);
  const std::vector<float> x(16 * 20, 2.0f);
  pass.input(x);
  for (std::size_t round = 0; round < 30; ++round) {
    device.fail_from = device.evaluations + round % 15;
    device.fail_until = device.fail_from + 1;
    CHECK_THROWS_WITH_AS(pass.run(), doctest::Contains("injected"), PassError);
    device.fail_from = FaultyDevice::never;
    pass.run();
    for (std::size_t lane = 0; lane < 3; ++lane) CHECK(pass.output(lane) == x);
  }
}

TEST_CASE("a queue that failed does nothing of the rest of its pass") {
  FaultyDevice device;
  auto chain = Net::compile(device, identity);
  auto pass = chain.bind(gcd_serial);
  device.fail_from = 1;
  CHECK_THROWS_AS(pass.run(), PassError);
  CHECK(device.evaluations == 2);
}

TEST_CASE("kernels as data are checked like those of a type: links and counts") {
  HostDevice device;
  const auto kernels = Net::kernels;
  const std::vector<KernelFacts> unlinked{kernel_facts<Conv1x1<64, 32>>, kernel_facts<Relu<1, 32>>};
  CHECK_THROWS_WITH_AS(row_of(unlinked),
                       "node 'kernel_1': its input 'x' takes tensor<fp16, [1, 1, 1, 32]>, but is given tensor<fp16, [1, 64, 1, 32]>",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((CompiledFlow<HostDevice>{device, Net::facts, WeightBlobs{std::span{kernels}.first(2), zeros}}),
                       "weights of 2 kernels for a flow of 5", std::invalid_argument);
  CompiledFlow<HostDevice> compiled{device, Net::facts, WeightBlobs{kernels, zeros}};
  auto pass = compiled.bind(overlapped<2>);
  CHECK_THROWS_AS(pass.input_surface(5, 0), std::out_of_range);
  CHECK_THROWS_AS(pass.output_surface(0, 2), std::out_of_range);
}

TEST_CASE("a kernel that the device refuses is named with its place in the chain") {
  HostDevice device;
  const auto kernels = Chain<Relu<16, 20>, Conv1x1<16, 20>>::kernels;
  const WeightBlobs none{std::span{kernels}.first(1), zeros};
  std::vector<KernelFacts> spoilt{kernels.begin(), kernels.end()};
  spoilt[1].text = "program(1.0) {";
  CHECK_THROWS_WITH_AS((CompiledFlow<HostDevice>{device, row_of(spoilt).facts(), WeightBlobs{kernels, zeros}}),
                       doctest::Contains("kernel 1 (Conv1x1<16, 20"), CompileError);
}
