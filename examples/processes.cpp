// SPDX-License-Identifier: MIT
// An experiment in three processes. Ctrl-C keeps what was measured.
#include <anechain/anechain.hpp>

#include <iostream>

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 12>;

int main(int argc, char** argv) {
  process_main(argc, argv);
  const KeepOnSignal keep;

  Experiment experiment{[] { return HostDevice{}; }, baseline<Net>(run_only), contender<Net>(sequential)};
  ExperimentOptions options{.protocol = Protocol::quick(), .interrupted = &keep.received()};
  options.protocol.launches = 3;
  const Report report = experiment.run(options);

  report::print(std::cout, report);
  return report.ok() ? 0 : 1;
}
