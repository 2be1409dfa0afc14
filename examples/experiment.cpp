// Contenders of several kinds in one experiment, and chains of several lengths in another; one report of both.
#include <anechain/anechain.hpp>

#include <iostream>

using namespace anechain;

using Net = Repeat<Conv1x1<256, 64>, 12>;
using SinglePrecision = Repeat<Conv1x1<256, 64, mil::fp32>, 12>;

int main() {
  HostDevice device;

  // What is defined here is checked by the compiler: names, a baseline for each chain, links for strategies that need them.
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential), contender<Net>(zero_copy),
                        contender<Net::Fused, "fused">(run_only)};
  // More at run time. Contenders of other kernels are a group of their own; `across` compares them with the first baseline.
  experiment.add<SinglePrecision, "fp32">(run_only);
  Report report = experiment.run({.protocol = Protocol::quick(), .across = true});

  Experiment lengths{device};
  add_chain_lengths(lengths, Net{}, {2, 6, 12}, run_only, sequential, fused);
  report.append(lengths.run({.protocol = Protocol::quick().for_sweep()}));

  report::print(std::cout, report);
}
