// SPDX-License-Identifier: MIT
// Before hardware time is spent: what would an experiment of this design see? An engine like an M4 Max is simulated, whose copies cost what
// one knows; so one sees how near the answer comes, and how often the interval holds the truth.
#include <anechain/anechain.hpp>

#include <array>
#include <chrono>
#include <iomanip>
#include <iostream>

using namespace anechain;

int main() {
  using Net = Repeat<Conv1x1<256, 64>, 12>;
  const simulated::Preset& engine = *simulated::preset("m4-max");

  const double truth = engine.costs.link_us(static_cast<double>(Net::output.packed_bytes()) / 1e6);
  std::cout << "a link costs " << std::fixed << std::setprecision(2) << truth
            << " µs there, in truth\n\n rounds   found   +-      of 20 intervals with the truth\n";

  for (const std::size_t rounds : std::array<std::size_t, 3>{24, 96, 384}) {
    double found = 0;
    double half_width = 0;
    int holding = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SimulatedDevice device{engine, seed};
      Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential)};
      Protocol protocol = Protocol{}.with_rounds(rounds);
      protocol.seed = seed;
      protocol.budget = std::chrono::hours{1};  // of virtual time
      const Estimates estimates = estimate(experiment.measure({.protocol = protocol}));
      const Contrast& copy = *estimates.contenders[1]->contrast;
      const statistics::Interval interval = copy.per_link_interval_us().value();
      found += copy.per_link_us() / 20;
      half_width += (interval.high - interval.low) / 2 / 20;
      if (interval.low <= truth && truth <= interval.high) ++holding;
    }
    std::cout << std::setw(7) << rounds << std::setw(8) << found << std::setw(7) << half_width << std::setw(8) << holding << '\n';
  }
}
