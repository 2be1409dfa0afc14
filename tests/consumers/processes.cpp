// SPDX-License-Identifier: MIT
// A program of one's own that measures in three processes. By its argument, some of them end otherwise than they should: the report has
// what the others measured, and names those that ended. Checks itself.
#include <unistd.h>
#include <anechain/anechain.hpp>
#include <anechain/measure/keep_on_signal.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace anechain;

namespace {

using Net = Repeat<Conv1x1<64, 32>, 4>;

constexpr std::size_t rounds = 40;

bool failed = false;

void expect(bool holds, const std::string& what) {
  if (!holds) std::cout << "WRONG: " << what << '\n';
  failed = failed || !holds;
}

SimulatedDevice make_device() { return SimulatedDevice{*simulated::preset("m4-max"), 7}; }

Report measure(const ExperimentOptions& options) {
  return Experiment{make_device, baseline<Net>(run_only), contender<Net>(sequential)}.run(options);
}

void check_all(const Report& report) {
  const std::vector<Launch>& launches = report.measurements.at(0).launches;
  expect(launches.size() == 3 && launches[0].process == 1 && launches[1].process == 2 && launches[2].process == 3, "three processes");
  for (const Launch& launch : launches) expect(launch.rounds == rounds, "all rounds in each");
  expect(report.ok() && report.complete() && report.failed_processes.empty(), "nothing failed");
}

}  // namespace

int main(int argc, char** argv) {
  const int process = process_main(argc, argv);
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const KeepOnSignal keep;
  ExperimentOptions options{.protocol = Protocol{}.with_rounds(rounds)};
  options.protocol.launches = 3;
  options.interrupted = &keep.received();
  const auto at_round_10 = [&](auto action) {
    options.on_progress = [action](const Progress& progress) {
      if (progress.stage == "measuring" && progress.done == 10) action();
    };
  };
  try {
    if (mode == "deaths") {
      if (process == 2) at_round_10([] { std::raise(SIGKILL); });
      if (process == 3) at_round_10([] { std::raise(SIGTERM); });
      const Report report = measure(options);
      const std::vector<Launch>& launches = report.measurements.at(0).launches;
      expect(launches.size() == 2 && launches[0].process == 1 && launches[1].process == 3, "the first and the third");
      expect(launches[0].rounds == rounds && launches[0].end == End::rounds, "all of the first");
      expect(launches[1].rounds == 10 && launches[1].end == End::interrupted, "ten rounds of the third");
      expect(
          report.failed_processes ==
              std::vector<FailedProcess>{
                  {.process = 2, .processes = 3, .signal = SIGKILL, .exit_code = 0, .is_kept = false, .reason = "killed by SIGKILL"},
                  {.process = 3, .processes = 3, .signal = SIGTERM, .exit_code = 0, .is_kept = true, .reason = "interrupted by SIGTERM"}},
          "both are named");
      expect(!report.ok() && !report.complete(), "it is neither complete nor well");
      report::print(std::cout, report);
    } else if (mode == "early") {  // one ends before it comes to the experiment, one throws in it
      if (process == 1) return 3;
      if (process == 2) at_round_10([] { throw std::runtime_error("on purpose"); });
      const Report report = measure(options);
      expect(report.measurements.at(0).launches.size() == 1, "the third");
      expect(report.failed_processes.size() == 2 && report.failed_processes[0].exit_code == 3 &&
                 report.failed_processes[0].reason == "ended before it came to its experiment" &&
                 report.failed_processes[1].reason == "on purpose",
             "the first two are named");
    } else if (mode == "all") {
      if (process > 0) at_round_10([] { std::raise(SIGKILL); });
      try {
        measure(options);
        expect(false, "an error");
      } catch (const std::runtime_error& error) {
        expect(std::string_view{error.what()} == "none of 3 processes measured anything; process 1: killed by SIGKILL", error.what());
      }
    } else if (mode == "orphan") {  // the program that the user started dies: the one that measures ends by itself
      options.protocol = options.protocol.with_rounds(1'000'000'000);
      options.protocol.budget = std::chrono::hours{1000};
      options.protocol.pilot = 10;
      if (process > 0) at_round_10([] { ::kill(getppid(), SIGKILL); });
      measure(options);
    } else if (mode == "interrupted") {  // only the program that the user started is told, and tells the other one
      if (process > 0) at_round_10([] { ::kill(getppid(), SIGTERM); });
      options.protocol = options.protocol.with_rounds(1'000'000'000);
      options.protocol.budget = std::chrono::hours{1000};
      const Report report = measure(options);
      expect(report.interrupted && !report.complete() && report.failed_processes.empty(), "it was interrupted, and no process failed");
      expect(report.measurements.at(0).launches.size() == 1 && report.measurements[0].launches[0].rounds >= 10, "what the first one had");
    } else {
      check_all(measure(options));
      // In the processes of the second experiment, the first one is not measured again.
      options.on_progress = [](const Progress&) { std::cerr << process_number(); };
      options.protocol.seed = 8;
      check_all(measure(options));
    }
  } catch (const std::exception& error) {
    std::cout << "processes: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  if (failed) return EXIT_FAILURE;
  std::cout << (mode.empty() ? "three processes" : mode) << ": as it should be\n";
  return EXIT_SUCCESS;
}
