// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <anechain/measure/processes.hpp>

#include <cstddef>
#include <iostream>

#include "ane.hpp"
#include "measure_on.hpp"

namespace program {

namespace {

// --device auto: the engine where there is one.
std::string chosen_device(const RunArguments& arguments) {
  if (arguments.device != "auto") return arguments.device;
  const std::string reason = ane::absence(*framework(arguments));
  if (arguments.process <= 1)
    std::cerr << "throughput_ceiling: device "
              << (reason.empty() ? "ane: the framework is complete" : "host: no Apple Neural Engine: " + reason) << '\n';
  return reason.empty() ? "ane" : "host";
}

Report measure_here(const RunArguments& arguments, const std::vector<std::string>& command_line) {
  const std::string device = chosen_device(arguments);
  Report report = device == "ane"    ? measure_on_ane(arguments)
                  : device == "host" ? measure_on_host(arguments)
                                     : measure_on_simulated(arguments);
  report.environment.arguments = command_line;
  report.interrupted = arguments.is_interrupted();
  if (arguments.peak_tflops > 0 || arguments.bandwidth > 0)
    report.environment.speed_of_light = SpeedOfLight{arguments.peak_tflops, arguments.bandwidth, "given on the command line"};
  return report;
}

}  // namespace

Report measure(const RunArguments& arguments, const std::vector<std::string>& command_line) {
  const std::size_t processes = arguments.made().launches;
  if (processes == 1) return measure_here(arguments, command_line);
  return measure_in_processes({.processes = processes, .interrupted = arguments.interrupted}, [&](std::size_t process) {
    RunArguments own = arguments;
    own.process = process;
    return measure_here(own, command_line);
  });
}

Report measure_twins(const RunArguments& arguments) {
  const std::string device = chosen_device(arguments);
  return device == "ane"    ? measure_twins_on_ane(arguments)
         : device == "host" ? measure_twins_on_host(arguments)
                            : measure_twins_on_simulated(arguments);
}

}  // namespace program
