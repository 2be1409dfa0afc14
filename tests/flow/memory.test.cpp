// SPDX-License-Identifier: MIT
// Surfaces that hold several values in turn: fewer of them, and the same results.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <vector>

#include "nets.hpp"

using namespace nets;

namespace {

using Net = Repeat<Conv1x1<channels, positions>, 12>;

/// The surfaces that the nodes of a pass read and write, of node n until the last reader of what it gives.
template <class P>
void check_no_value_is_overwritten(P& pass, const flow::Facts& facts) {
  for (std::size_t n = 0; n < facts.nodes.size(); ++n)
    for (std::size_t i = 0; i < facts.nodes[n].inputs().size(); ++i) {
      const flow::Source& source = facts.sources_of(facts.nodes[n])[i];
      const flow::ValueFacts& value = facts.values[static_cast<std::size_t>(source.value)];
      if (value.kind != flow::ValueFacts::Kind::result || !source.is_whole()) continue;
      const auto giver = static_cast<std::size_t>(value.node);
      const auto* const surface = &pass.input_surface(n, 0, i);
      CHECK(surface == &pass.output_surface(giver, 0, static_cast<std::size_t>(value.index)));
      for (std::size_t between = giver; between <= n; ++between)
        for (std::size_t port = 0; port < facts.nodes[between].outputs().size(); ++port)
          if (between != giver || port != static_cast<std::size_t>(value.index)) CHECK(&pass.output_surface(between, 0, port) != surface);
    }
}

template <class N>
void check_reuse(std::int64_t least_saved) {
  HostDevice device;
  const WeightBlobs weights{Flow<N>::kernels, random_weights(2)};
  CompiledFlow<HostDevice> compiled{device, Flow<N>::facts, weights};
  auto apart = compiled.bind(zero_copy);
  auto shared = compiled.bind(reused_surfaces);
  CHECK(apart.memory().saved_bytes == 0);
  CHECK(shared.memory().saved_bytes >= least_saved);
  CHECK(shared.memory().bytes + shared.memory().saved_bytes == apart.memory().bytes);
  check_no_value_is_overwritten(shared, Flow<N>::facts);
  for (std::uint64_t round = 0; round < 4; ++round) {
    std::uint64_t seed = 10 * round;
    for (const std::span<const mil::Port> ports : {Flow<N>::facts.inputs, Flow<N>::facts.parameters})
      for (const mil::Port& port : ports) {
        const std::vector<double> numbers = random_numbers(static_cast<std::size_t>(port.type.elements()), ++seed);
        apart.input(port.name, numbers);
        shared.input(port.name, numbers);
      }
    apart.run();
    shared.run();
    for (const mil::Port& port : Flow<N>::facts.outputs) CHECK(shared.output(port.name) == apart.output(port.name));
  }
}

/// Layers with a residual link across each.
struct ResidualLinks {
  static constexpr auto input = T;
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    for (int layer = 0; layer < 4; ++layer) {
      const auto mixed = f.run<Mix>(f.run<Right>(f.run<Left>(x)), x);
      f.ignore(mixed["difference"]);
      x = mixed["sum"];
    }
    return x;
  }
};

}  // namespace

TEST_CASE("a row of kernels needs two surfaces between its ends") {
  HostDevice device;
  auto net = Net::compile(device, random_weights(1));
  auto pass = net.bind(reused_surfaces);
  CHECK(pass.memory() == PassMemory{4, 4 * T.surface_bytes(), 9 * T.surface_bytes()});  // one for the input, one for the result
  auto apart = net.bind(zero_copy);
  CHECK(apart.memory() == PassMemory{13, 13 * T.surface_bytes(), 0});
  auto copied = net.bind(sequential);
  CHECK(copied.memory().surfaces == 24);
  auto twice = net.bind(overlapped<2>);
  CHECK(twice.memory().surfaces == 26);
}

TEST_CASE("surfaces are used again only when everyone has read them, and results are the same") {
  check_reuse<Diamond>(0);
  check_reuse<Accumulated>(0);
  check_reuse<Stacked>(0);
  check_reuse<ResidualLinks>(8 * T.surface_bytes());
}

TEST_CASE("an experiment verifies reused surfaces, and its report says what they save") {
  HostDevice device;
  Experiment experiment{device, baseline<Flow<ResidualLinks>>(run_only), contender<Flow<ResidualLinks>>(zero_copy),
                        contender<Flow<ResidualLinks>>(reused_surfaces)};
  ExperimentOptions options{.protocol = Protocol::quick()};
  options.protocol.most_rounds = 3;
  options.protocol.budget = std::chrono::milliseconds{1};
  const Measurement measurement = experiment.measure(options);
  for (const MeasuredContender& contender : measurement.contenders) CHECK(contender.failure.value_or("ok") == "ok");
  REQUIRE(measurement.contenders[2].memory);
  CHECK(measurement.contenders[2].memory->saved_bytes > 0);
  CHECK(measurement.contenders[1].memory->bytes == measurement.contenders[2].memory->bytes + measurement.contenders[2].memory->saved_bytes);
}

TEST_CASE("a pass that gives something else than the one beside it is found") {
  HostDevice device;
  const WeightBlobs weights{Net::kernels, random_weights(1)};
  const WeightBlobs others{Net::kernels, random_weights(3)};
  CompiledFlow<HostDevice> compiled{device, Net::facts, weights};
  CompiledFlow<HostDevice> other{device, Net::facts, others};
  auto apart = compiled.bind(zero_copy);
  auto shared = compiled.bind(reused_surfaces);
  auto wrong = other.bind(reused_surfaces);
  verify_same(shared, apart, Net::facts, 5);
  CHECK_THROWS_AS(verify_same(wrong, apart, Net::facts, 5), VerificationError);
}
