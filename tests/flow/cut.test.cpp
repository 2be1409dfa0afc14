// SPDX-License-Identifier: MIT
// Flows whose kernels are fused into fewer programs: wherever they are cut, they compute the same.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nets.hpp"

using namespace nets;

namespace {

using Small = Conv1x1<64, 32>;
using Row = Repeat<Small, 4>;

// One program of a row is what Fuse makes of its kernels; one cut makes two.
static_assert(Row::Fused::kernels.size() == 1);
static_assert(Row::Fused::kernels[0].text == mil_text<Fuse<Small, Small, Small, Small>>);
static_assert(Row::Fused::kernels[0].weights[3].name == "k3_W");
static_assert(Row::Cut<"Conv1x1_2">::kernels.size() == 2);
static_assert(Row::Cut<"Conv1x1_2">::kernels[1].outputs[0].name == "y");
static_assert(Row::Cut<"Conv1x1_1">::kernels[0].text == mil_text<Small>);  // a kernel that is alone stays as it is
#if !defined(__clang__) || __clang_major__ > 16                            // Clang 16 spells the kernel's default arguments too
static_assert(Row::Fused::name == "fused(Conv1x1<64, 32> x4)");
static_assert(Row::Cut<"Conv1x1_1">::name == "cut(Conv1x1<64, 32> x4, Conv1x1_1)");
#endif

/// Layers with a residual link, in scopes that can be cut.
struct Layers {
  static constexpr auto input = T;
  static constexpr auto flow(flow::Builder& f, flow::Value x) {
    flow::Value differences = x;
    for (std::size_t layer = 0; layer < 3; ++layer) {
      f.enter("layer", layer);
      const auto mixed = f.run<Mix>(f.run<Left>(x), x);
      x = f.run<Right>(mixed["sum"]);
      const auto kept = f.run<Mix, "2 differences">({{"by", differences}, {"minuend", mixed["difference"]}});
      differences = kept["sum"];
      f.ignore(kept["difference"]);
      f.leave();
    }
    return flow::results({{"y", x}, {"differences", differences}});
  }
};

using Net = Flow<Layers>;
using Halves = Net::Cut<"layer1">;

static_assert(Halves::facts.nodes[0].name == "layer0");
static_assert(Halves::facts.nodes[1].name == "fused");
static_assert(Halves::kernels[0].inputs.size() == 1);
static_assert(Halves::kernels[1].inputs[0].name == "layer0_Sigmoid");
static_assert(Halves::kernels[1].inputs[1].name == "layer0_2_differences_sum");
static_assert(Halves::kernels[1].outputs[0].name == "y");  // results of the flow keep their names
static_assert(Halves::kernels[1].outputs[1].name == "differences");

/// What a pass gives: three rounds of random inputs, every result of every lane.
template <class S>
std::vector<std::vector<double>> results_of(HostDevice& device, const flow::Facts& facts, const WeightBlobs& weights, S strategy) {
  CompiledFlow<HostDevice> compiled{device, facts, weights};
  auto pass = compiled.bind(strategy);
  std::uint64_t seed = 1;
  const auto give = [&](std::span<const mil::Port> ports) {
    for (const mil::Port& port : ports) pass.input(port.name, random_numbers(static_cast<std::size_t>(port.type.elements()), seed++));
  };
  give(facts.parameters);
  std::vector<std::vector<double>> results;
  for (int round = 0; round < 3; ++round) {
    give(facts.inputs);
    pass.run();
    for (std::size_t lane = 0; lane < pass.lanes; ++lane)
      for (const mil::Port& port : facts.outputs) results.push_back(pass.template output<double>(port.name, lane));
  }
  return results;
}

/// Cuts a flow at every set of its nodes, and compares what each of these flows gives with what the whole one gives.
template <class F>
void check_every_partition() {
  HostDevice device;
  const flow::Traced whole{F{}};
  const WeightBlobs weights{whole.kernels(), random_weights(11)};
  const std::size_t nodes = whole.facts().nodes.size();
  const auto expected = results_of(device, whole.facts(), weights, sequential);
  const auto expected_twice = results_of(device, whole.facts(), weights, overlapped<2>);
  std::set<std::size_t> programs;
  for (std::size_t cuts = 0; cuts < std::size_t{1} << (nodes - 1); ++cuts) {
    CAPTURE(cuts);
    std::vector<std::string_view> names;
    for (std::size_t n = 1; n < nodes; ++n)
      if ((cuts >> (n - 1) & 1) != 0) names.push_back(whole.facts().nodes[n].name);
    const flow::Traced cut = whole.cut(names);
    programs.insert(cut.kernels().size());
    const WeightBlobs refitted = weights.refitted(cut.kernels());
    CHECK(results_of(device, cut.facts(), refitted, sequential) == expected);
    CHECK(results_of(device, cut.facts(), refitted, zero_copy) == expected);
    CHECK(results_of(device, cut.facts(), refitted, branches<2>) == expected);
    if (cuts % 7 == 0) CHECK(results_of(device, cut.facts(), refitted, overlapped<2>) == expected_twice);
  }
  CHECK(*programs.rbegin() == whole.kernels().size());
}

}  // namespace

TEST_CASE("a cut flow is called by the flow and by where it is cut") {
  CHECK(Row::Fused::name == "fused(" + std::string{Row::name} + ")");
  CHECK(Row::Cut<"Conv1x1_1">::name == "cut(" + std::string{Row::name} + ", Conv1x1_1)");
}

TEST_CASE("wherever a flow is cut, it computes the same, bit for bit") {
  check_every_partition<Flow<Diamond>>();      // a step of the CPU ends a program
  check_every_partition<Flow<Accumulated>>();  // carried values
  check_every_partition<Flow<Stacked>>();      // ranges of channels, a parameter
}

TEST_CASE("a flow that is cut when it is compiled is the one that is cut at run time") {
  const auto check = []<class F>(const F&, const flow::Traced& cut) {
    CHECK(cut.name() == F::name);
    REQUIRE(cut.facts().nodes.size() == F::facts.nodes.size());
    for (std::size_t n = 0; n < F::facts.nodes.size(); ++n) CHECK(cut.facts().nodes[n].name == F::facts.nodes[n].name);
    REQUIRE(cut.kernels().size() == F::kernels.size());
    for (std::size_t k = 0; k < F::kernels.size(); ++k) CHECK(cut.kernels()[k].text == F::kernels[k].text);
    CHECK(flow::same_wiring(cut.facts(), F::facts));
  };
  const flow::Traced net{Net{}};
  check(Net::Fused{}, net.fused());
  check(Halves{}, net.cut({"layer1"}));
  check(Net::Cut<"layer1/Mix", "layer2">{}, net.cut({"layer1/Mix", "layer2"}));
  check(Flow<Diamond>::Fused{}, flow::Traced{Flow<Diamond>{}}.fused());
  check(Halves::Fused{}, net.cut({"layer1"}).fused());  // what was cut can be fused
  CHECK(net.cut({"layer1"}).whole().name() == net.name());
  CHECK(net.whole().kernels().size() == net.kernels().size());
}

TEST_CASE("a program of several kernels reads each value once, and gives what others read") {
  const flow::Facts diamond = Flow<Diamond>::Fused::facts;
  REQUIRE(diamond.nodes.size() == 3);  // both branches up to the step, the step, the join
  CHECK(diamond.nodes[0].inputs().size() == 1);
  CHECK(diamond.nodes[0].outputs().size() == 2);
  CHECK(diamond.nodes[1].step != nullptr);
  CHECK(diamond.nodes[2].name == "join");
  const KernelFacts& stacked = Flow<Stacked>::Fused::kernels[0];
  std::vector<std::string_view> ports;
  for (const mil::Port& port : stacked.inputs) ports.push_back(port.name);
  CHECK(ports == std::vector<std::string_view>{"stack_from_12_to_24", "shift", "stack"});
  CHECK(stacked.outputs.size() == 2);  // "some" is a part of what the program gives whole
}

TEST_CASE("weights follow their kernels into fused programs") {
  HostDevice device;
  Weights<Net> weights{random_weights(3)};
  const auto expected = results_of(device, Net::facts, weights.blobs(), sequential);
  CHECK(results_of(device, Net::Fused::facts, weights.fused().blobs(), run_only) == expected);
  CHECK(results_of(device, Halves::facts, weights.of<Halves>().blobs(), sequential) == expected);
  CHECK(results_of(device, Net::facts, weights.of<Halves>().of<Net>().blobs(), sequential) == expected);
}

TEST_CASE("a flow, fused and cut, is one group of an experiment") {
  SimulatedDevice device{{.fixed_us = 30, .dispatch_us = 60, .us_per_gflop = 90, .copy_us = 1.4, .us_per_mb = 12}};
  const flow::Traced net{Net{}};
  Experiment experiment{device, baseline<Net>(run_only), contender<Net::Fused, "fused">(run_only), contender<Halves, "halves">(sequential)};
  experiment.add(net.cut({"layer2"}), zero_copy, "at layer2");
  ExperimentOptions options{.protocol = Protocol::quick()};
  options.protocol.most_rounds = 3;
  const Measurement measurement = experiment.measure(options);
  for (const MeasuredContender& contender : measurement.contenders) {
    CHECK(contender.failure.value_or("ok") == "ok");
    CHECK(contender.baseline == 0);
    CHECK(contender.flow.parts.size() == Net::kernels.size());
  }
  CHECK(measurement.contenders[3].flow.programs.size() == 2);
}

TEST_CASE("a flow is not cut where nothing is, nor fused if a kernel is known by its text alone") {
  const flow::Traced net{Net{}};
  CHECK_THROWS_WITH_AS(net.cut({"layer"}), (net.name() + " has no node and no scope 'layer' to be cut at").c_str(), std::invalid_argument);
  const flow::Traced texts{"texts", [](flow::Tracer& f) {
                             const flow::Value x = f.input({"x", T});
                             const flow::Value y = f.run({.kernel = &kernel_facts<Left>}, "first", {&x, 1});
                             return f.run({.kernel = &kernel_facts<Left>}, "second", {&y, 1});
                           }};
  CHECK_THROWS_WITH_AS(texts.fused(), "node 'first' is known by its text alone and cannot be fused", std::invalid_argument);
  CHECK(texts.cut({"second"}).kernels().size() == 2);
}

TEST_CASE("a flow is traced at run time from bodies of any number of inputs and results") {
  const auto mixed = [](mil::Body& b, auto minuend, auto by) {
    return mil::results({{"sum", b.add(minuend, by)}, {"difference", b.sub(minuend, by)}});
  };
  const flow::Traced net{"net", [&](flow::Tracer& f) {
                           const flow::Value x = f.input({"x", T});
                           const flow::Value left =
                               f.run("left", [](mil::Body& b, mil::Value v) { return project(b, v, "W", channels); }, x);
                           const auto halved = f.on_cpu<HalveAndNegate>(f.run<Right>(x));
                           const auto both = f.run("join", mixed, {{"minuend", left}, {"by", halved["half"]}});
                           f.ignore(halved["negative"]);
                           return flow::results({{"difference", both["difference"]}, {"sum", both["sum"]}, {"left", left}});
                         }};
  using Typed = Flow<Diamond>;
  HostDevice device;
  const WeightBlobs weights{net.kernels(), random_weights(5)};
  CHECK(results_of(device, net.facts(), weights, sequential) ==
        results_of(device, Typed::facts, WeightBlobs{Typed::kernels, random_weights(5)}, sequential));

  const auto traced = [](auto build) { return flow::Traced{"refused", build}; };
  CHECK_THROWS_WITH_AS(traced([](flow::Tracer& f) {
                         return f.run("one", [](mil::Body& b, mil::Value a, mil::Value c) { return b.add(a, c); }, f.input({"x", T}));
                       }),
                       "node 'one': its body does not take 1 values", std::invalid_argument);
  CHECK_THROWS_AS(
      traced([](flow::Tracer& f) { return f.run("rule", [](mil::Body& b, mil::Value v) { return b.matmul(v, v); }, f.input({"x", T})); }),
      mil::TypeError);
  CHECK_THROWS_AS(
      traced([](flow::Tracer& f) { return f.run("none", [](mil::Body& b, mil::Value v) { return b.relu(v); }, flow::Value{}); }),
      std::invalid_argument);
  CHECK_THROWS_AS(traced([](flow::Tracer& f) { return f.input({"x", T}); }), std::invalid_argument);
  CHECK_THROWS_AS(net.first(2), std::invalid_argument);
  CHECK_THROWS_AS(flow::Traced{Row{}}.first(5), std::invalid_argument);
  CHECK(flow::Traced{Row{}}.first(2).fused().kernels()[0].text == mil_text<Fuse<Small, Small>>);
}
