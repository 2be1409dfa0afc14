// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <algorithm>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

#include "faulty_device.hpp"

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<16, 20>, 4>;
using Ceiling = ThroughputCeiling<Net, Sequential, RunOnly, TransferOnly, GcdSerial, GcdSequential, ZeroCopy, Overlapped<2>, Fused>;

ExperimentOptions brief() {
  ExperimentOptions options;
  options.protocol = options.protocol.with_rounds(5);
  return options;
}

const MeasuredContender& contender_of(const Measurement& measurement, std::string_view strategy) {
  const MeasuredContender* const found = measurement.find("16x20/" + std::string{strategy});
  REQUIRE(found != nullptr);
  return *found;
}

std::size_t samples_of(const Measurement& measurement, const MeasuredContender& contender) {
  const std::size_t at = measurement.position(contender.name).value();
  return static_cast<std::size_t>(
      std::ranges::count_if(measurement.samples, [&](const Sample& sample) { return !sample.control && sample.contender == at; }));
}

std::size_t samples_of(const Measurement& measurement, std::string_view strategy) {
  return samples_of(measurement, contender_of(measurement, strategy));
}

/// Of one chain under strategies of a test's own.
template <class... S>
Measurement measure(auto& device, const ExperimentOptions& options) {
  return ThroughputCeiling<Net, S...>{"16x20"}.on(device).measure(options);
}

/// Executors that cannot be had, and say so badly.
template <class Thrown>
class Unavailable {
 public:
  static constexpr std::size_t lanes = 1;
  static constexpr executor::Hops hops = executor::Hops::none;
  static constexpr std::string_view description = "never there";
  explicit Unavailable(std::size_t) { throw Thrown{}; }
  template <class Lane>
  void run(std::span<const Lane>) {}
};
struct Wordless : std::exception {
  const char* what() const noexcept override { return ""; }
};
struct Silent : Strategy<transfer::None, Unavailable<Wordless>> {
  static constexpr std::string_view name = "silent";
};
struct Odd : Strategy<transfer::None, Unavailable<int>> {
  static constexpr std::string_view name = "odd";
};

/// A device whose clock moves only when it evaluates.
class VirtualTime : public HostDevice {
 public:
  void evaluate(const Request& request) {
    HostDevice::evaluate(request);
    time_ += std::chrono::microseconds{100};
  }
  std::chrono::nanoseconds now() const { return time_; }
  void charge_move(const Surface&, Surface&) { time_ += std::chrono::microseconds{1}; }
  void charge_step(std::int64_t) {}
  void charge_hop() {}
  void idle(std::chrono::nanoseconds duration) { time_ += duration; }

 private:
  std::chrono::nanoseconds time_{};
};

/// The same without a word of what moves and pauses cost: its time stands still while nothing is evaluated.
class StandingTime : public HostDevice {
 public:
  void evaluate(const Request& request) {
    HostDevice::evaluate(request);
    time_ += std::chrono::microseconds{100};
  }
  std::chrono::nanoseconds now() const { return time_; }

 private:
  std::chrono::nanoseconds time_{};
};

/// A strategy that loses the data of its links but says that it delivers.
struct Losing {
  static constexpr transfer::Link link = transfer::Link::two_surfaces;
  static constexpr bool delivers = true;
  template <Surface S>
  static void move(S&, S&) {}
};
struct Broken : Strategy<Losing, executor::Inline> {
  static constexpr std::string_view name = "broken";
};

}  // namespace

TEST_CASE("every shipped strategy is verified and measured on the host, two samples a round") {
  HostDevice device;
  const Measurement measurement = Ceiling{"16x20"}.on(device).measure(brief());
  CHECK(measurement.rounds() == 5);
  const MeasuredFlow& flow = measurement.contenders.front().flow;
  CHECK(flow.programs.size() == 4);
  CHECK(flow.flops() == 4 * flops<Conv1x1<16, 20>>);
  CHECK(flow.link_bytes() == 3 * 16 * 20 * 2);
  for (const MeasuredContender& one : measurement.contenders) {
    CAPTURE(one.name);
    CHECK(one.ok());
    CHECK(samples_of(measurement, one) == 10);
    CHECK(measurement.contenders[one.baseline].strategy.name == "run_only");
  }
  for (const Sample& sample : measurement.samples) CHECK(sample.duration.count() > 0);
}

TEST_CASE("the contenders that are asked for are measured, with their baseline, and no others") {
  HostDevice device;
  ExperimentOptions options = brief();
  options.filter = {"zero_copy"};
  const Measurement measurement = Ceiling{"16x20"}.on(device).measure(options);
  REQUIRE(measurement.contenders.size() == 2);
  CHECK(measurement.contenders[0].name == "16x20/run_only");
  CHECK(measurement.contenders[1].name == "16x20/zero_copy");
  CHECK(measurement.contenders[1].baseline == 0);
  options.filter = {"nonsense"};
  CHECK_THROWS_AS(Ceiling{"16x20"}.run(device, options), std::invalid_argument);
}

TEST_CASE("a strategy that loses data is reported as failed, with the link, and never timed") {
  HostDevice device;
  const Measurement measurement = measure<RunOnly, Broken>(device, brief());
  CHECK(contender_of(measurement, "broken").failure.value_or("").find("the link behind kernel 0 (Conv1x1<16, 20") == 0);
  CHECK(samples_of(measurement, "broken") == 0);
  CHECK(samples_of(measurement, "run_only") == 10);
}

TEST_CASE("a device that does nothing, or gives zeros, is found out before it is timed") {
  for (const bool nothing : {true, false}) {
    FaultyDevice device;
    (nothing ? device.ignore_from : device.spoil_from) = 0;
    const Measurement measurement = Ceiling{"16x20"}.on(device).measure(brief());
    for (const MeasuredContender& one : measurement.contenders) {
      CAPTURE(one.name);
      CHECK(one.ok() == (one.strategy.work == Work::transfers));
      CHECK(samples_of(measurement, one) == (one.ok() ? 10 : 0));
      if (!one.ok()) CHECK(one.failure.value_or("").find("kernel 0 (") == 0);
    }
  }
}

TEST_CASE("an evaluation that fails while it is timed is a failure of its contender, with its kernel, and no timing") {
  const auto check = []<class C, class S>(C, S strategy) {
    FaultyDevice device;
    ExperimentOptions options = brief();
    bool armed = false;
    options.on_progress = [&](const Progress& progress) {
      if (progress.stage == "measuring" && progress.done == 2 && !armed) {
        device.fail_from = device.evaluations + (C::kernels.size() == 1 ? 0 : 3);
        armed = true;
      }
    };
    Experiment experiment{device};
    experiment.template add<C>(strategy);  // it has nothing to be compared with
    const Measurement measurement = experiment.measure(options);
    CAPTURE(S::name);
    REQUIRE(armed);
    const std::string failure = measurement.contenders[0].failure.value_or("");
    CHECK(failure.starts_with("3 failures in a row, the last one: kernel "));
    CHECK(failure.ends_with("injected: status=0x1d"));
    if (S::name == Sequential::name) CHECK(measurement.failures.front().reason.starts_with("kernel 3 (Conv1x1<16, 20"));
    CHECK(measurement.failures.size() == 3);
    CHECK(measurement.samples.empty());
  };
  check(Net{}, sequential);
  check(Net{}, run_only);
  check(Net{}, gcd_serial);
  check(Net{}, gcd_sequential);
  check(Net{}, zero_copy);
  check(Net{}, overlapped<2>);
  check(Net::Fused{}, run_only);
}

TEST_CASE("the budget ends a measurement after whole rounds") {
  HostDevice device;
  ExperimentOptions options = brief();
  options.protocol = options.protocol.with_rounds(1'000'000);
  options.protocol.budget = std::chrono::nanoseconds{1};
  const Measurement measurement = Ceiling{"16x20"}.on(device).measure(options);
  CHECK(measurement.rounds() == 3);
  CHECK(measurement.launches.front().end == End::budget);
  for (const MeasuredContender& one : measurement.contenders) CHECK(samples_of(measurement, one) == 3 * 2);
}

TEST_CASE("a strategy that cannot be set up is a failure, whatever it throws, and the others are measured") {
  HostDevice device;
  const Measurement measurement = measure<Silent, Odd, RunOnly>(device, brief());
  CHECK(contender_of(measurement, "silent").failure == "");
  CHECK_FALSE(contender_of(measurement, "silent").ok());
  CHECK(contender_of(measurement, "odd").failure == "something was thrown that is not a std::exception");
  CHECK(samples_of(measurement, "run_only") == 10);
}

TEST_CASE("a clock that moves only with the work is taken as it is") {
  VirtualTime device;
  const Measurement measurement = measure<Sequential, RunOnly>(device, brief());
  CHECK(measurement.launches[0].repeats[0] == 1);
  for (const Sample& sample : measurement.samples)
    CHECK(sample.duration == std::chrono::microseconds{sample.contender == measurement.position("16x20/sequential") ? 403 : 400});

  StandingTime other;
  CHECK_THROWS_WITH_AS((measure<Sequential, RunOnly>(other, brief())), doctest::Contains("the device's clock stands still"),
                       MeasurementError);
}

TEST_CASE("no budget is too large") {
  HostDevice device;
  ExperimentOptions options = brief();
  options.protocol.budget = std::chrono::nanoseconds::max();
  CHECK(Ceiling{"16x20"}.on(device).measure(options).rounds() == 5);
}

TEST_CASE("what overflows for the host too is no failure of a strategy") {
  HostDevice device;
  ExperimentOptions options = brief();
  options.weights = [](std::size_t, const WeightFacts&, std::span<float> values) { std::ranges::fill(values, 60000.0f); };
  const Measurement measurement = measure<RunOnly, Fused>(device, options);
  CHECK(contender_of(measurement, "run_only").ok());
}

TEST_CASE("a chain traced at run time is measured like one that is a type, and needs a link too") {
  using Traced = ThroughputCeiling<flow::Traced, Sequential, RunOnly, Fused>;
  const flow::Traced longer{"", [](flow::Tracer& f) {
                              const auto relu = [](mil::Body& b, mil::Value x) { return b.relu(x); };
                              return f.run("relu", relu, f.run("relu", relu, f.input({"x", mil::tensor(mil::fp16, 1, 16, 1, 20)})));
                            }};
  HostDevice device;
  const Measurement measurement = Traced{"relu", longer}.on(device).measure(brief());
  for (const MeasuredContender& one : measurement.contenders) CHECK(one.ok());
  CHECK(measurement.contenders.size() == 3);
  CHECK_THROWS_WITH_AS((Traced{"relu", longer.first(1)}), "a chain of one kernel has no link, and no round trip to measure",
                       std::invalid_argument);
}

TEST_CASE("the console shows every strategy, its failure where it has one, and who submits") {
  HostDevice device;
  const Report report = ThroughputCeiling<Net, Sequential, RunOnly, TransferOnly, GcdSerial, Broken>{"16x20"}.run(device, brief());
  std::ostringstream text;
  report::print(text, report);
  const std::string shown = text.str();
  CAPTURE(shown);
  CHECK(shown.find("16x20 fp16: 4 kernels of 10.2 kFLOP, 3 links of 640 B; 5 rounds") != std::string::npos);
  CHECK(shown.find("broken failed: the link behind kernel 0") != std::string::npos);
  CHECK(shown.find("FAILED") != std::string::npos);
  CHECK(shown.find("µs a copy, ") != std::string::npos);
  CHECK(shown.find("sequential is unreliable: too few rounds for an interval; next: more rounds") != std::string::npos);
  CHECK(shown.find(std::string{"gcd_serial: "} + std::string{executor::SerialQueue::description}) != std::string::npos);
  CHECK_FALSE(report.ok());
}
