// SPDX-License-Identifier: MIT
// Experiments as lists of contenders: groups, baselines, names, filters, and what of them is shared.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<16, 20>, 4>;
using Halves = Chain<Fuse<Conv1x1<16, 20>, Conv1x1<16, 20>>, Fuse<Conv1x1<16, 20>, Conv1x1<16, 20>>>;
using Single = Repeat<Conv1x1<16, 20, mil::fp32>, 4>;

constexpr simulated::Costs costs{.fixed_us = 30, .dispatch_us = 180, .us_per_gflop = 90, .copy_us = 2, .us_per_mb = 13};

ExperimentOptions brief(std::size_t rounds = 8) { return {.protocol = Protocol{}.with_rounds(rounds)}; }

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

std::vector<std::size_t> baselines_of(const Measurement& measurement) {
  std::vector<std::size_t> all;
  for (const MeasuredContender& contender : measurement.contenders) all.push_back(contender.baseline);
  return all;
}

/// A chain of run-time sizes.
flow::Traced relus(std::int64_t channels, std::size_t length, std::string name = {}) {
  return {std::move(name), [&](flow::Tracer& f) {
            flow::Value x = f.input({"x", mil::tensor(mil::fp16, 1, channels, 1, 20)});
            for (std::size_t k = 0; k < length; ++k)
              x = f.run("relu" + std::to_string(channels), [](mil::Body& b, mil::Value v) { return b.relu(v); }, x);
            return x;
          }};
}

}  // namespace

TEST_CASE("experiment: chains of the same kernels are a group, however they are fused, and any contender can be its baseline") {
  SimulatedDevice device{costs};
  Experiment experiment{device,
                        contender<Net>(run_only),
                        baseline<Net>(zero_copy),
                        contender<Net::Fused, "one">(run_only),
                        contender<Halves, "two">(sequential),
                        baseline<Single, "fp32">(run_only)};
  const Measurement measurement = experiment.measure(brief());
  CHECK(baselines_of(measurement) == std::vector<std::size_t>{1, 1, 1, 1, 4});
  const Estimates found = estimate(measurement);
  CHECK(found.contenders[0]->contrast->relative() == doctest::Approx(0).epsilon(1e-9));  // a shared surface costs nothing here
  CHECK_FALSE(found.contenders[1]->contrast);
  // Two programs of four kernels: two dispatches less, one copy more than none.
  const double gflop = 4 * static_cast<double>(flops<Conv1x1<16, 20>>) / 1e9;
  const double base = 30 + 4 * 180 + 90 * gflop;
  CHECK(found.contenders[3]->contrast->relative() ==
        doctest::Approx((30 + 2 * 180 + 90 * gflop + 2 + 13 * 640 / 1e6) / base - 1).epsilon(1e-5));
  CHECK_FALSE(tells_link_cost(measurement, 3));  // its one link is none of the baseline's three
  CHECK(tells_link_cost(measurement, 0));
  CHECK_FALSE(found.contenders[4]->contrast);
}

TEST_CASE("experiment: a fused form has the weights of its chain, and gives what the chain gives") {
  HostDevice device;
  Experiment experiment{device, baseline<Net>(run_only), contender<Net::Fused, "one">(run_only), contender<Halves, "two">(zero_copy)};
  std::vector<std::size_t> asked;
  ExperimentOptions options = brief(3);
  options.weights = [&](std::size_t kernel, const WeightFacts& weight, std::span<float> values) {
    if (weight.name != "W") asked.push_back(kernel);
    std::ranges::fill(values, 0.01f * static_cast<float>(kernel + 1));
  };
  const Measurement measurement = experiment.measure(options);
  for (const MeasuredContender& contender : measurement.contenders) CHECK(contender.failure.value_or("ok") == "ok");
  CHECK(asked.empty());  // sources see the kernels, not the programs that they are fused into
}

TEST_CASE("experiment: names are labels, else CHAIN/STRATEGY, and unique") {
  SimulatedDevice device{costs};
  Experiment experiment{device, baseline<Net>(run_only), contender<Net, "with copies">(sequential)};
  experiment.add<Net>(zero_copy, gcd_serial).add(relus(16, 3, "relus"), sequential).add(relus(16, 3), sequential, "relus again");
  const std::string net{Net::name};
  CHECK(experiment.names() == std::vector<std::string>{net + "/run_only", "with copies", net + "/zero_copy", net + "/gcd_serial",
                                                       "relus/sequential", "relus again"});
  CHECK(refusal([&] { experiment.add<Net>(zero_copy); }) ==
        "there is a contender '" + net + "/zero_copy' already: give this one a label of its own");
  CHECK(refusal([&] { experiment.add<Net, "with copies">(zero_copy); }).starts_with("there is a contender 'with copies' already"));
  CHECK(refusal([&] {
          experiment.add(relus(16, 1, "lone"), sequential);
        }).starts_with("lone is one program and has no link, so sequential has"));
  CHECK(refusal([&] { experiment.add(relus(16, 0), run_only); }) ==
        "the result 'y' is an input, a parameter or a carried value: a node must give it");
}

TEST_CASE("experiment: a group that is added at run time gets its baseline from the options, and needs none alone") {
  SimulatedDevice device{costs};
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential)};
  for (const std::int64_t channels : {16, 32}) experiment.add(relus(channels, 3), run_only).add(relus(channels, 3), zero_copy);
  experiment.add(relus(64, 3), zero_copy);
  CHECK(refusal([&] { experiment.measure(brief()); }) ==
        "'relu16 x3/run_only' and 'relu16 x3/zero_copy' are of one group, which has no baseline: name one in the options, .baselines = "
        "{\"relu16 x3/run_only\"}");
  ExperimentOptions options = brief();
  options.baselines = {"*/run_only"};
  CHECK(baselines_of(experiment.measure(options)) == std::vector<std::size_t>{0, 0, 2, 2, 4, 4, 6});
  options.baselines = {"relu16 x3/zero_copy", "relu32*"};
  CHECK(refusal([&] { experiment.measure(options); }) ==
        "'relu32 x3/run_only' and 'relu32 x3/zero_copy' are both baselines of one group: it has one");
  options.baselines = {"*/run_only", "nobody"};
  CHECK(refusal([&] { experiment.measure(options); }) == "baselines: no contender is called 'nobody'");
  CHECK(refusal([&] { Experiment{device}.measure(brief()); }) == "the experiment has no contender");
}

TEST_CASE("experiment: a filter keeps the baselines that it needs, and tells what it does not know") {
  SimulatedDevice device{costs};
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential), contender<Net>(zero_copy),
                        baseline<Single, "fp32">(run_only)};
  const auto names = [&](std::vector<std::string> filter) {
    ExperimentOptions options = brief();
    options.filter = std::move(filter);
    std::vector<std::string> all;
    for (const MeasuredContender& contender : experiment.measure(options).contenders) all.push_back(contender.name);
    return all;
  };
  const std::string net{Net::name};
  CHECK(names({"zero_copy"}) == std::vector<std::string>{net + "/run_only", net + "/zero_copy"});
  CHECK(names({"fp32"}) == std::vector<std::string>{"fp32"});
  CHECK(names({"*x4/*"}).size() == 3);
  CHECK(names({"*"}).size() == 4);
  CHECK(refusal([&] { names({"zero-copy"}); }).starts_with("filter: no contender is called 'zero-copy'; there are " + net + "/run_only, "));
}

TEST_CASE("experiment: patterns") {
  CHECK(matches("64x32/zero_copy", "64x32/zero_copy"));
  CHECK(matches("64x32/zero_copy", "zero_copy"));
  CHECK(matches("64x32/zero_copy", "zero*"));
  CHECK(matches("64x32/zero_copy", "64x32/*"));
  CHECK(matches("64x32/zero_copy", "*/*o_c*"));
  CHECK(matches("64x32/zero_copy", "*"));
  CHECK_FALSE(matches("64x32/zero_copy", "64x32"));
  CHECK_FALSE(matches("64x32/zero_copy", "copy"));
  CHECK_FALSE(matches("64x32/zero_copy", "*/zero"));
  CHECK_FALSE(matches("64x32/zero_copy", "64x32/*y_copy"));
  CHECK_FALSE(matches("aab", "*ab*ab"));
  CHECK(matches("", ""));
}

TEST_CASE("experiment: programs are compiled once, for all contenders and for shorter chains of the same kernels") {
  class Counting : public HostDevice {
   public:
    Program compile(std::string_view text, std::span<const std::byte> blob) {
      ++compiled;
      return HostDevice::compile(text, blob);
    }
    std::size_t compiled = 0;
  };
  Counting device;
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential), contender<Net>(zero_copy),
                        contender<Net::Fused, "fused">(run_only)};
  add_chain_lengths(experiment, Net{}, {1, 2, 3}, run_only, sequential);
  const Measurement measurement = experiment.measure(brief(3));
  for (const MeasuredContender& contender : measurement.contenders) CHECK(contender.ok());
  CHECK(device.compiled == 4 + 1);
}

TEST_CASE("experiment: a flow that the device rejects fails alone, and the others are measured") {
  class Picky : public HostDevice {
   public:
    Program compile(std::string_view text, std::span<const std::byte> blob) {
      if (text.find("fp32, [1, 16") != std::string_view::npos) throw CompileError("no fp32 here");
      return HostDevice::compile(text, blob);
    }
  };
  Picky device;
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential), baseline<Single>(run_only),
                        contender<Single>(zero_copy)};
  const Report report = experiment.run(brief());
  const Measurement& measurement = report.measurements[0];
  CHECK(measurement.contenders[0].ok());
  CHECK(measurement.contenders[1].ok());
  for (const std::size_t c : {2u, 3u}) CHECK(measurement.contenders[c].failure.value_or("").find("no fp32 here") != std::string::npos);
  CHECK(measurement.rounds() == 8);
  CHECK_FALSE(report.ok());
}

TEST_CASE("experiment: a report knows where it was made, and progress how long it takes") {
  SimulatedDevice device{costs, 1};
  ExperimentOptions options = brief(40);
  std::vector<double> remaining_s;
  options.on_progress = [&](const Progress& progress) {
    if (progress.remaining) remaining_s.push_back(std::chrono::duration<double>{*progress.remaining}.count());
  };
  const Report report = Experiment{device, baseline<Net>(run_only), contender<Net>(sequential)}.run(options);
  CHECK(report.environment.device == device.name());
  CHECK(report.environment.clock == "virtual");
  CHECK(report.environment.version == version);
  CHECK_FALSE(report.environment.time.empty());
  REQUIRE(remaining_s.size() > 30);
  // A round is four passes of 750 us, and a gap of half of one: at half of the rounds as much is left as was spent.
  CHECK(remaining_s.back() < remaining_s.front());
  CHECK(remaining_s.front() == doctest::Approx(37 * 4.5 * 750e-6).epsilon(0.2));
}

TEST_CASE("experiment: samples are as long as the clock needs, for each group by itself") {
  const simulated::Costs coarse{.dispatch_us = 10, .clock_tick_ns = 1000, .clock_read_ns = 30};
  SimulatedDevice device{coarse, 1};
  using Long = Repeat<Relu<16, 20>, 60>;
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential), baseline<Long, "long">(run_only),
                        contender<Long, "long, zero copy">(zero_copy)};
  const std::vector<std::size_t> repeats = experiment.measure(brief()).launches[0].repeats;
  CHECK(repeats[0] >= 25);  // 40 us, for 1000 ticks of 1 us
  CHECK(repeats[1] == repeats[0]);
  CHECK(repeats[2] <= 2);  // 600 us
  CHECK(repeats[3] == repeats[2]);
  ExperimentOptions together = brief();
  together.across = true;
  const std::vector<std::size_t> same = experiment.measure(together).launches[0].repeats;
  CHECK(std::ranges::count(same, same[0]) == 4);
}
