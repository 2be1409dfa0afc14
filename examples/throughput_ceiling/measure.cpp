#include "measure.hpp"

#include <atomic>
#include <csignal>

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
