// SPDX-License-Identifier: MIT
// expect-error: this chain is one program and has no link, so this strategy has nothing to do on it
// expect-error: LinkCostWithoutLink<.*, anechain::Sequential>
#include <anechain/anechain.hpp>

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 2>;

#ifdef CONTROL
using Whole = Net;
#else
using Whole = Net::Fused;
#endif

void measure(HostDevice& device) { Experiment{device, baseline<Net>(run_only), contender<Whole>(sequential)}.run(); }
