// An experiment as a type, chains of several lengths, and one report of both.
#include <anechain/anechain.hpp>

#include <iostream>

using namespace anechain;

using Experiment = ThroughputCeiling<Repeat<Conv1x1<256, 64>, 12>, Sequential, RunOnly, ZeroCopy, Fused>;

int main() {
  HostDevice device;
  MeasurementOptions options{.protocol = Protocol::quick()};
  Report report{.environment = {.device = device.name()}, .protocol = options.protocol};
  report.measurements.push_back(Experiment{"256x64"}.run(device, options));

  ChainLengths<RunOnly, Sequential, Fused> lengths;
  lengths.add("256x64", Repeat<Conv1x1<256, 64>, 12>{}, {2, 6, 12});
  report.sweep = lengths.run(device, options);

  report::print(std::cout, report);
}
