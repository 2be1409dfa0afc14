// SPDX-License-Identifier: MIT
// Flows of every shape, under every strategy, against the same computation in double precision.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "nets.hpp"

using namespace nets;

namespace {

template <class S, class Device = HostDevice>
void check_diamond(Device& device, const WeightBlobs& weights, const Tensor& matrix) {
  CAPTURE(S::name);
  CompiledFlow<Device> compiled{device, Flow<Diamond>::facts, weights};
  auto pass = compiled.bind(S{});
  const std::vector<double> x = random_numbers(channels * positions, 7);
  pass.input(x);
  pass.run();
  pass.run();
  const Tensor left = reference::conv1x1(tensor(x), matrix, nullptr);
  const Tensor half = half_of(sigmoid(tensor(x)));
  for (std::size_t lane = 0; lane < pass.lanes; ++lane) {
    CAPTURE(lane);
    CHECK(close(pass.template output<double>("left", lane), left));
    CHECK(close(pass.template output<double>("sum", lane), reference::add(left, half)));
    CHECK(close(pass.template output<double>("difference", lane), minus(left, half)));
    // What a link carries arrives bit for bit.
    CHECK(read_packed(pass.input_surface(3, lane, 0)) == read_packed(pass.output_surface(0, lane)));
    CHECK(read_packed(pass.input_surface(3, lane, 1)) == read_packed(pass.output_surface(2, lane, 0)));
    CHECK(read_packed(pass.input_surface(2, lane)) == read_packed(pass.output_surface(1, lane)));
  }
}

}  // namespace

TEST_CASE("a diamond with a step of the CPU is right under every strategy") {
  HostDevice device;
  using Net = Flow<Diamond>;
  const WeightBlobs weights{Net::kernels, random_weights(5)};
  WeightBlobs copy = weights;
  Tensor matrix{{channels, channels}, std::vector<double>(channels * channels)};
  mil::decode(mil::fp16, copy.tensor(0, "W").data(), matrix.data.data(), matrix.data.size());
  with_every_strategy([&]<class S>(S) { check_diamond<S>(device, weights, matrix); });
}

TEST_CASE("a carried value is what the pass before left, copied or in turns") {
  HostDevice device;
  with_every_strategy([&]<class S>(S strategy) {
    CAPTURE(S::name);
    auto net = Flow<Accumulated>::compile(device, identity);
    auto pass = net.bind(strategy);
    for (int repetition = 0; repetition < 2; ++repetition) {
      Tensor total = tensor(std::vector<double>(channels * positions));
      Tensor before = total;
      for (std::uint64_t round = 0; round < 5; ++round) {
        const Tensor x = tensor(random_numbers(channels * positions, 10 + round));
        pass.input(x.data);
        pass.run();
        const Tensor difference = minus(x, total);
        const Tensor kept = sigmoid(total);
        total = reference::add(total, x);
        const Tensor y = minus(before, difference);
        before = kept;
        for (std::size_t lane = 0; lane < pass.lanes; ++lane) {
          CHECK(close(pass.template output<double>("total", lane), total));
          CHECK(close(pass.template output<double>("y", lane), y));
        }
      }
      pass.reset();
    }
  });
}

TEST_CASE("with shared surfaces a carried value alternates between two, and nothing is copied") {
  HostDevice device;
  auto net = Flow<Accumulated>::compile(device, identity);
  auto pass = net.bind(zero_copy);
  const auto* const found_first = &pass.input_surface(0, 0, 1);
  const auto* const left_first = &pass.output_surface(0, 0, 0);
  pass.run();
  CHECK(&pass.input_surface(0, 0, 1) == left_first);
  CHECK(&pass.output_surface(0, 0, 0) == found_first);
  pass.run();
  CHECK(&pass.input_surface(0, 0, 1) == found_first);
}

TEST_CASE("links carry ranges of channels, and parameters stay until they are written again") {
  HostDevice device;
  with_every_strategy([&]<class S>(S strategy) {
    CAPTURE(S::name);
    auto net = Flow<Stacked>::compile(device, identity);
    auto pass = net.bind(strategy);
    const std::vector<double> shift = random_numbers(channels * positions, 3);
    pass.input("shift", shift);
    for (std::uint64_t round = 0; round < 3; ++round) {
      const std::vector<double> both = random_numbers(2 * channels * positions, 20 + round);
      pass.input("stack", both);
      pass.run();
      const auto part = [](const std::vector<double>& whole, std::size_t first, std::size_t count) {
        const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(first * positions);
        return tensor({begin, begin + static_cast<std::ptrdiff_t>(count * positions)});
      };
      const Tensor wide = reference::relu(tensor(both));
      const Tensor sum = reference::add(part(both, channels, channels), tensor(shift));
      for (std::size_t lane = 0; lane < pass.lanes; ++lane) {
        CHECK(close(pass.template output<double>("y", lane), minus(part(wide.data, 3, channels), sum)));
        CHECK(pass.template output<double>("some", lane) == part(wide.data, channels - 2, 4).data);
      }
    }
    CHECK_THROWS_AS(pass.input("shifts", shift), std::out_of_range);
    CHECK_THROWS_AS(pass.input("shift", std::vector<double>(3)), std::invalid_argument);
    CHECK_THROWS_AS(pass.output("z"), std::out_of_range);
    CHECK_THROWS_AS(pass.output(), std::out_of_range);
  });
}

TEST_CASE("without transfers nothing moves, and without kernels only what links carry does") {
  HostDevice device;
  auto net = Flow<Diamond>::compile(device, identity);
  auto kernels = net.bind(run_only);
  kernels.input(std::vector<double>(channels * positions, 1));
  kernels.run();
  CHECK(read(kernels.output_surface(0)) == std::vector<float>(channels * positions, 1));
  CHECK(read(kernels.input_surface(3)) == std::vector<float>(channels * positions));

  auto links = net.bind(transfer_only);
  write(links.output_surface(0), std::span<const float>{std::vector<float>(channels * positions, 3)});
  links.run();
  CHECK(read(links.input_surface(3, 0, 0)) == std::vector<float>(channels * positions, 3));
  CHECK(read(links.output_surface(3, 0, 0)) == std::vector<float>(channels * positions));
}

namespace {

struct Tower {
  static constexpr auto input = T;
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    for (std::size_t layer = 0; layer < 2; ++layer) {
      f.enter("layer", layer);
      x = f.run<Right>(f.run<Left>(x));
      x = f.run<Right, "last">(f.run<Right>(x));
      f.leave();
    }
    f.enter("layer", 0);
    x = f.run<Left>(x);
    f.leave();
    return x;
  }
};

constexpr std::string_view tower[]{"layer0/Conv1x1", "layer0/Sigmoid",   "layer0/Sigmoid_1", "layer0/last",         "layer1/Conv1x1",
                                   "layer1/Sigmoid", "layer1/Sigmoid_1", "layer1/last",      "layer0_again/Conv1x1"};
static_assert([] {
  const auto nodes = Flow<Tower>::facts.nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].name != tower[i]) return false;
  return nodes.size() == std::size(tower);
}());

}  // namespace

TEST_CASE("weights of a flow are set by the path of their node") {
  using Net = Flow<Tower>;
  Weights<Net> weights;
  const std::vector<float> ones(channels * channels, 1);
  const auto sum_of = [&](std::size_t kernel) {
    std::vector<float> numbers(ones.size());
    mil::decode(mil::fp16, weights.tensor(kernel, "W").data(), numbers.data(), numbers.size());
    float sum = 0;
    for (const float number : numbers) sum += number;
    return sum;
  };
  weights.set("layer1/Conv1x1/W", ones);
  weights.set("layer0_again/W", ones);  // the only W of this scope
  CHECK(sum_of(0) == 0);
  CHECK(sum_of(4) == ones.size());
  CHECK(sum_of(8) == ones.size());
  CHECK_THROWS_AS(weights.set("W", ones), std::out_of_range);  // three nodes have one
  CHECK_THROWS_AS(weights.set("layer1/V", ones), std::out_of_range);
  CHECK_THROWS_AS(weights.set("layer/W", ones), std::out_of_range);  // not a scope, but the beginning of one
  CHECK_THROWS_AS(weights.set("layer1/W", std::span{ones}.first(3)), std::invalid_argument);
}

TEST_CASE("a flow is written as a graph with every node and link") {
  const std::string text = flow::dot(Flow<Accumulated>{});
  const auto count = [&](std::string_view wanted) {
    std::size_t times = 0;
    for (std::size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) ++times;
    return times;
  };
  CHECK(text.starts_with("digraph \""));
  CHECK(count("shape=box") == 3);
  CHECK(count(" -> node") == 5);  // two for each Mix, one for the sigmoid
  CHECK(count(" -> output") == 2);
  CHECK(count("style=dashed") == 2);
  CHECK(flow::dot(Flow<Diamond>{}).find("shape=oval") != std::string::npos);
  CHECK(flow::dot(Flow<Stacked>{}).find("1x4x1x20 of 24 from 10") != std::string::npos);
}

TEST_CASE("a flow that is built at run time is refused with the name of what is wrong") {
  flow::Builder f;
  const flow::Value x = f.input({"x", T});
  const flow::Value total = f.carried("total", T);
  CHECK_THROWS_WITH_AS(f.next(total, x), "what next() leaves for the carried value 'total' must be given by a node", std::invalid_argument);
  CHECK_THROWS_AS(f.run<Mix>(x), std::invalid_argument);
  CHECK_THROWS_AS(f.next(x, x), std::invalid_argument);
  CHECK_THROWS_AS(x.channels(channels, 1), std::invalid_argument);
}
