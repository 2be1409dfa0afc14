// SPDX-License-Identifier: MIT
// How often the protocol's intervals hold a truth that is known, over many experiments on a simulated engine.
//   coverage [EXPERIMENTS]
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <anechain/report/console.hpp>

#include "measure/scenarios.hpp"

int main(int argc, char** argv) {
  using namespace simulation;
  const std::size_t experiments = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  if (experiments == 0) {
    std::cerr << "coverage: expected a number of experiments, found '" << argv[1] << "'\n";
    return 2;
  }
  std::vector<std::vector<std::string>> rows{{"noise", "rounds", "coverage", "false positives", "bias [µs/copy]"}};
  for (const Scenario& scenario : scenarios()) {
    const Calibration found = calibrate(scenario, experiments);
    rows.push_back({std::string{scenario.name}, std::to_string(scenario.rounds), report::percent(found.coverage),
                    report::percent(found.false_positives), report::digits(found.bias_us, true)});
  }
  std::cout << experiments << " experiments each; nominal: 95 % and 5 %\n";
  report::print_aligned(std::cout, rows);
}
