#include "measure.hpp"

#include <csignal>

#include "measure_on.hpp"

namespace program {

void end_on_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

Report measure(const RunArguments& arguments, const std::vector<std::string>& command_line) {
  Report report = arguments.device == "host" ? measure_on_host(arguments) : measure_on_simulated(arguments);
  report.environment.arguments = command_line;
  report.interrupted = interrupted;
  if (arguments.peak_tflops > 0 || arguments.bandwidth > 0)
    report.environment.speed_of_light = SpeedOfLight{arguments.peak_tflops, arguments.bandwidth, "given on the command line"};
  return report;
}

Report measure_twins(const RunArguments& arguments) {
  return arguments.device == "host" ? measure_twins_on_host(arguments) : measure_twins_on_simulated(arguments);
}

}  // namespace program
