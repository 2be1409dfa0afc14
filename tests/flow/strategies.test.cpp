// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <cmath>
#include <vector>

#include "reference.hpp"

using namespace anechain;

namespace {

std::vector<double> random_input(std::size_t count) {
  Random random{11};
  std::vector<double> numbers(count);
  for (double& number : numbers) number = static_cast<double>(static_cast<mil::half>(random.uniform(-1, 1)));
  return numbers;
}

/// The composition of a chain of 1x1 convolutions in double precision, from the weights' bytes.
template <class Net>
std::vector<double> composition(const Weights<Net>& weights, const std::vector<double>& x, std::int64_t spatial) {
  reference::Tensor value{{1, static_cast<std::int64_t>(x.size()) / spatial, 1, spatial}, x};
  for (std::size_t k = 0; k < Net::length; ++k) {
    const WeightFacts& facts = Net::kernels[k].weights[0];
    reference::Tensor weight{{facts.type.shape.begin(), facts.type.shape.end()},
                             std::vector<double>(static_cast<std::size_t>(facts.type.elements()))};
    mil::decode(mil::fp16, weights.blobs().blob(k).data() + facts.placement.payload(), weight.data.data(), weight.data.size());
    value = reference::conv(value, weight, {}, {1, 1}, {1, 1}, "valid", {0, 0, 0, 0}, 1);
  }
  return value.data;
}

template <class Net>
struct Host {
  HostDevice device;
  Weights<Net> weights;
  Compiled<Net, HostDevice> chain = Net::compile(device, weights);
  Compiled<typename Net::Fused, HostDevice> whole = Net::Fused::compile(device, weights.fused());

  template <class Visitor>
  void with_each_delivering_strategy(Visitor visit) {
    const auto one = [&](auto&& pass, std::string_view name) {
      CAPTURE(name);
      visit(pass);
    };
    one(chain.bind(sequential), "sequential");
    one(chain.bind(gcd_sequential), "gcd_sequential");
    one(chain.bind(zero_copy), "zero_copy");
    one(chain.bind(overlapped<2>), "overlapped<2>");
    one(chain.bind(overlapped<3>), "overlapped<3>");
    one(whole.bind(run_only), "fused");
  }
};

template <class Net>
void check_against_composition(std::int64_t spatial) {
  Host<Net> host{.device = {}, .weights = Weights<Net>{random_weights(3)}};
  const std::vector<double> x = random_input(static_cast<std::size_t>(Net::input.elements()));
  const std::vector<double> expected = composition(host.weights, x, spatial);
  double size = 0;
  for (const double number : expected) size = std::max(size, std::abs(number));
  host.with_each_delivering_strategy([&](auto& pass) {
    pass.input(x);
    for (int repetition = 0; repetition < 3; ++repetition) {
      pass.run();
      for (std::size_t lane = 0; lane < pass.lanes; ++lane) {
        const std::vector<double> y = pass.template output<double>(lane);
        double error = 0;
        for (std::size_t i = 0; i < y.size(); ++i) error = std::max(error, std::abs(y[i] - expected[i]));
        // Each kernel rounds once to 11 bits; roundings of earlier kernels pass through the later ones at their size.
        CHECK(error <= size * 0x1p-11 * Net::length);
      }
    }
  });
}

}  // namespace

TEST_CASE("every strategy that delivers computes the composition of the kernels") {
  check_against_composition<Repeat<Conv1x1<64, 32>, 12>>(32);
  check_against_composition<Chain<Conv1x1<24, 48>, Conv1x1<24, 48, mil::fp16, 40>, Conv1x1<40, 48, mil::fp16, 8>>>(48);
}

TEST_CASE("rows that need padding are right under every strategy") {
  check_against_composition<Repeat<Conv1x1<64, 20>, 6>>(20);
  check_against_composition<Repeat<Conv1x1<16, 1>, 3>>(1);
  check_against_composition<Repeat<Conv1x1<16, 33>, 3>>(33);
}

TEST_CASE("with identity weights every strategy that delivers gives its input back, exactly") {
  using Net = Repeat<Conv1x1<64, 20>, 12>;
  Host<Net> host{.device = {}, .weights = Weights<Net>{identity}};
  const std::vector<double> x = random_input(64 * 20);
  host.with_each_delivering_strategy([&](auto& pass) {
    pass.input(x);
    pass.run();
    CHECK(pass.template output<double>() == x);
  });
}

TEST_CASE("a chain of one strategy is the same text for the device in the other dialect") {
  using Net = Repeat<Conv1x1<16, 32>, 2>;
  HostDevice device;
  auto chain = Net::compile(device, identity, mil::Dialect::ios18);
  auto pass = chain.bind(sequential);
  const std::vector<double> x = random_input(16 * 32);
  pass.input(x);
  pass.run();
  CHECK(pass.output<double>() == x);
}

TEST_CASE("strategies that do not deliver do the half they say") {
  using Net = Repeat<Conv1x1<64, 20>, 3>;
  HostDevice device;
  auto chain = Net::compile(device, identity);
  const std::vector<double> x = random_input(64 * 20);
  const std::vector<double> nothing(64 * 20);

  auto run = chain.bind(run_only);
  run.input(x);
  run.run();
  CHECK(read<double>(run.output_surface(0)) == x);
  CHECK(read<double>(run.input_surface(1)) == nothing);

  auto transfer = chain.bind(transfer_only);
  transfer.input(x);
  write(transfer.output_surface(0), std::span<const double>{x});
  transfer.run();
  CHECK(read<double>(transfer.input_surface(1)) == x);
  CHECK(read<double>(transfer.output_surface(1)) == nothing);
}

TEST_CASE("the input of the next kernel is the output surface of the one before it, with zero copies") {
  using Net = Repeat<Conv1x1<16, 32>, 3>;
  HostDevice device;
  auto chain = Net::compile(device, identity);
  auto shared = chain.bind(zero_copy);
  CHECK(&shared.output_surface(0) == &shared.input_surface(1));
  CHECK(&shared.output_surface(1) == &shared.input_surface(2));
  auto apart = chain.bind(sequential);
  CHECK(&apart.output_surface(0) != &apart.input_surface(1));
}

// A user's own transfer and executor are structs that fit the concepts.
namespace {

struct Negating {
  static constexpr transfer::Link link = transfer::Link::two_surfaces;
  static constexpr bool delivers = true;
  template <Surface S>
  static void move(S& from, S& to) {
    std::vector<float> numbers = read(from);
    for (float& number : numbers) number = -number;
    write(to, std::span<const float>{numbers});
  }
};

class Counting {
 public:
  static constexpr std::size_t lanes = 1;
  static constexpr executor::Hops hops = executor::Hops::none;
  static constexpr std::string_view description = "counts its steps";
  static inline std::size_t steps_done = 0;
  explicit Counting(std::size_t) {}
  template <class Lane>
  void run(std::span<const Lane> passes) {
    passes[0].for_each([](auto& job) {
      job();
      ++steps_done;
    });
  }
};

struct Mine : Strategy<Negating, Counting> {
  static constexpr std::string_view name = "mine";
};

struct MyTransfers : Strategy<Negating, Counting, Work::transfers> {
  static constexpr std::string_view name = "my_transfers";
};

struct QueuedTransfers : Strategy<transfer::Memcpy, executor::SerialQueue, Work::transfers> {
  static constexpr std::string_view name = "queued_transfers";
};

}  // namespace

TEST_CASE("a transfer and an executor of the user's own work where the shipped ones do") {
  using Net = Repeat<Conv1x1<16, 20>, 4>;
  HostDevice device;
  auto chain = Net::compile(device, identity);
  auto pass = chain.bind(Mine{});
  const std::vector<double> x = random_input(16 * 20);
  std::vector<double> negated = x;
  for (double& number : negated) number = -number;
  pass.input(x);
  pass.run();
  CHECK(pass.output<double>() == negated);  // three links negate
  CHECK(Counting::steps_done == 4);
}

TEST_CASE("where only transfers are done, there is a step for each link, and none in a chain without one") {
  HostDevice device;
  auto chain = Repeat<Conv1x1<16, 20>, 4>::compile(device, identity);
  auto pass = chain.bind(MyTransfers{});
  Counting::steps_done = 0;
  pass.run();
  CHECK(Counting::steps_done == 3);

  auto single = Repeat<Conv1x1<16, 20>, 1>::compile(device, identity);
  auto nothing = single.bind(QueuedTransfers{});
  nothing.run();
}

TEST_CASE("a chain traced at run time is the chain of the type") {
  using Net = Repeat<Conv1x1<24, 20>, 3>;
  const auto convolution = [](mil::Body& b, mil::Value x) { return project(b, x, "W", 24); };
  const flow::Traced traced{"", [&](flow::Tracer& f) {
                              flow::Value x = f.input({"x", mil::tensor(mil::fp16, 1, 24, 1, 20)});
                              for (int k = 0; k < 3; ++k) x = f.run("Conv1x1", convolution, x);
                              return x;
                            }};
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(traced.kernels()[k].text == Net::kernels[k].text);
    CHECK(traced.kernels()[k].flops == Net::kernels[k].flops);
    CHECK(traced.kernels()[k].bytes == Net::kernels[k].bytes);
  }
  CHECK(traced.fused().kernels()[0].text == Net::Fused::kernels[0].text);
  CHECK(traced.fused().kernels()[0].weights[2].name == "k2_W");
}
