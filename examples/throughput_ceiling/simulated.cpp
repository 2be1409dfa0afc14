// SPDX-License-Identifier: MIT
#include "measure_on.hpp"

namespace program {

Report measure_on_simulated(const RunArguments& arguments) {
  const simulated::Preset& preset = *simulated::preset(arguments.preset);
  RunArguments serial = arguments;
  // One engine: passes in flight at once say nothing there.
  if (serial.filter.empty())
    for (const std::string_view name : Ceiling::strategy_names)
      if (name != Overlapped<2>::name) serial.filter.emplace_back(name);
  // A run that continues another one gets new noise.
  const std::size_t parts = arguments.before == nullptr ? 0 : parts_of(*arguments.before, arguments.launched_process());
  const std::uint64_t seed = arguments.seed + arguments.process + 1000 * parts;
  Report report = measure_on(serial, [&] { return SimulatedDevice{preset, seed}; });
  report.environment.speed_of_light = SpeedOfLight{preset.peak_tflops, 0, "the most that was measured on the " + std::string{preset.chip}};
  return report;
}

Report measure_twins_on_simulated(const RunArguments& arguments) {
  return measure_twins_on(arguments, SimulatedDevice{*simulated::preset(arguments.preset), arguments.seed});
}

}  // namespace program
