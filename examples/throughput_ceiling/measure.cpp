// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <atomic>
#include <csignal>
#include <iostream>

#include "ane.hpp"
#include "measure_on.hpp"

namespace program {

void end_on_signals() {
  struct sigaction action{};
  action.sa_handler = [](int number) {
    // The first ends the measurement. A terminal, or who stops a group of processes, may send two. The third leaves the next to
    // the system, which ends the program.
    static std::atomic<int> signals{0};
    interrupted = true;
    if (++signals >= 3) std::signal(number, SIG_DFL);
  };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

namespace {

// --device auto: the engine where there is one.
std::string chosen_device(const RunArguments& arguments) {
  if (arguments.device != "auto") return arguments.device;
  const std::string reason = ane::absence(*framework(arguments));
  if (arguments.launch <= 1)
    std::cerr << "throughput_ceiling: device "
              << (reason.empty() ? "ane: the framework is complete" : "host: no Apple Neural Engine: " + reason) << '\n';
  return reason.empty() ? "ane" : "host";
}

}  // namespace

Report measure(const RunArguments& arguments, const std::vector<std::string>& command_line) {
  const std::string device = chosen_device(arguments);
  Report report = device == "ane"    ? measure_on_ane(arguments)
                  : device == "host" ? measure_on_host(arguments)
                                     : measure_on_simulated(arguments);
  report.environment.arguments = command_line;
  report.interrupted = interrupted;
  if (arguments.peak_tflops > 0 || arguments.bandwidth > 0)
    report.environment.speed_of_light = SpeedOfLight{arguments.peak_tflops, arguments.bandwidth, "given on the command line"};
  return report;
}

Report measure_twins(const RunArguments& arguments) {
  const std::string device = chosen_device(arguments);
  return device == "ane"    ? measure_twins_on_ane(arguments)
         : device == "host" ? measure_twins_on_host(arguments)
                            : measure_twins_on_simulated(arguments);
}

}  // namespace program
