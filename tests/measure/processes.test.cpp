// SPDX-License-Identifier: MIT
// What processes tell each other, and signals that end measurements. Runs in several processes: tests/consumers/processes.cpp.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/measure/keep_on_signal.hpp>
#include <anechain/measure/processes.hpp>
#include <anechain/measure/wire.hpp>

#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace anechain;
namespace wire = anechain::detail::wire;

namespace {

using Net = Repeat<Conv1x1<16, 20>, 4>;

SimulatedDevice make_device() { return SimulatedDevice{*simulated::preset("m4-max"), 1}; }

/// Every kind of member has something to say.
wire::Message full_message() {
  SimulatedDevice device = make_device();
  wire::Message message;
  message.report = Experiment{device, baseline<Net>(run_only), contender<Net>(sequential)}.run({.protocol = Protocol{}.with_rounds(20)});
  Report& report = *message.report;
  report.environment.arguments = {"program", "", std::string("\0\xff", 2)};
  report.environment.settings = {{"name", "value"}};
  report.environment.speed_of_light = SpeedOfLight{1.5, 2.5, "made up"};
  report.measurements[0].contenders[1].failure = "it failed";
  report.measurements[0].failures.push_back({.launch = 0, .round = 3, .contender = 1, .reason = "once"});
  report.failed_processes = {{.process = 2, .processes = 3, .signal = 9, .exit_code = 0, .is_kept = false, .reason = "killed"}};
  report.interrupted = true;
  message.signal = 15;
  return message;
}

wire::Message decoded(const std::string& bytes) {
  std::string_view rest = bytes;
  return wire::decoded(rest);
}

}  // namespace

TEST_CASE("processes: a message arrives as it was sent") {
  wire::Message message = full_message();
  const std::string bytes = wire::encoded(message);
  wire::Message got = decoded(bytes);
  CHECK(got.signal == 15);
  CHECK(got.error.empty());
  REQUIRE(got.report);
  CHECK(got.report->environment.arguments == message.report->environment.arguments);
  CHECK(got.report->environment.speed_of_light->source == "made up");
  CHECK(got.report->measurements[0].contenders[1].flow == message.report->measurements[0].contenders[1].flow);
  CHECK(got.report->measurements[0].samples.size() == message.report->measurements[0].samples.size());
  CHECK(got.report->measurements[0].samples[7].duration == message.report->measurements[0].samples[7].duration);
  CHECK(got.report->failed_processes == message.report->failed_processes);
  CHECK(wire::encoded(got) == bytes);  // nothing else was lost

  // One after the other.
  const std::string both = bytes + bytes;
  std::string_view rest = both;
  wire::decoded(rest);
  CHECK(rest.size() == bytes.size());
  wire::decoded(rest);
  CHECK(rest.empty());
}

TEST_CASE("processes: a message that was cut or changed is none") {
  wire::Message message = full_message();
  const std::string bytes = wire::encoded(message);
  for (std::size_t size = 0; size < bytes.size(); size += size < 100 ? 1 : 97)
    CHECK_THROWS_AS(decoded(bytes.substr(0, size)), wire::WireError);
  for (std::size_t at = 0; at < bytes.size(); at += at < 100 ? 1 : 97) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    CHECK_THROWS_AS(decoded(changed), wire::WireError);
  }
}

TEST_CASE("processes: what an experiment in several processes needs is asked for") {
  ExperimentOptions options{.protocol = Protocol{}.with_rounds(10)};
  options.protocol.launches = 5;
  SimulatedDevice device = make_device();
  const Experiment on_a_device{device, baseline<Net>(run_only), contender<Net>(sequential)};
  CHECK_THROWS_WITH_AS(on_a_device.run(options), doctest::Contains("give it a function that makes one"), std::invalid_argument);
  const Experiment on_devices{make_device, baseline<Net>(run_only), contender<Net>(sequential)};
  CHECK_THROWS_WITH_AS(on_devices.run(options), doctest::Contains("call anechain::process_main(argc, argv)"), std::invalid_argument);
  CHECK_THROWS_AS(on_devices.measure(options), std::invalid_argument);

  // One of several, by hand; and one alone, on a device that a function makes.
  options.process = 2;
  const Report second = on_devices.run(options);
  CHECK(second.measurements[0].launches.size() == 1);
  CHECK(second.measurements[0].launches[0].process == 2);
  options.process = 0;
  options.protocol.launches = 1;
  CHECK(on_devices.run(options).ok());
}

TEST_CASE("processes: a variable in the environment that no experiment set is refused") {
  for (const char* text :
       {"", "1", "1 0", "1 0 4 5", "1 0 4 5 6 7", "x 0 4 5 6", "-1 0 4 5 6", "1/3 0 4 5 6", "1 0 4 5 99999999999999999999"}) {
    CAPTURE(text);
    detail::ProcessState state;
    CHECK_THROWS_WITH_AS(detail::read_process_variable(state, text), doctest::Contains("ANECHAIN_PROCESS"), std::runtime_error);
  }
}

TEST_CASE("signals: they end measurements while KeepOnSignal is there, and only then") {
  struct sigaction before{};
  sigaction(SIGTERM, nullptr, &before);
  struct sigaction ignored{};
  ignored.sa_handler = SIG_IGN;
  struct sigaction hangup{};
  sigaction(SIGHUP, &ignored, &hangup);
  {
    const KeepOnSignal keep;
    CHECK_THROWS_AS(KeepOnSignal{}, std::logic_error);
    CHECK_FALSE(keep.received());
    std::raise(SIGHUP);  // as under nohup
    CHECK_FALSE(keep.received());

    SimulatedDevice device = make_device();
    ExperimentOptions options{.protocol = Protocol{}.with_rounds(30)};
    options.interrupted = &keep.received();
    options.on_progress = [](const Progress& progress) {
      if (progress.stage == "measuring" && progress.done == 10) std::raise(SIGTERM);
    };
    const Report report = Experiment{device, baseline<Net>(run_only), contender<Net>(sequential)}.run(options);
    CHECK(keep.received());
    CHECK(keep.number() == SIGTERM);
    CHECK(report.interrupted);
    CHECK(report.measurements[0].launches[0].rounds == 10);
    CHECK(report.measurements[0].launches[0].end == End::interrupted);
    std::raise(SIGINT);
    CHECK(keep.number() == SIGTERM);  // the first one
  }
  struct sigaction after{};
  sigaction(SIGTERM, nullptr, &after);
  CHECK((after.sa_handler == before.sa_handler));
  sigaction(SIGHUP, &hangup, nullptr);
  const KeepOnSignal again;
  CHECK_FALSE(again.received());
}
