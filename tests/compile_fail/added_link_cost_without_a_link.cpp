// SPDX-License-Identifier: MIT
// expect-error: this chain is one program and has no link, so this strategy has nothing to do on it
// expect-error: LinkCostWithoutLink<.*, anechain::ZeroCopy>
#include <anechain/anechain.hpp>

using namespace anechain;

#ifdef CONTROL
using Net = Repeat<Conv1x1<64, 32>, 2>;
#else
using Net = Repeat<Conv1x1<64, 32>, 1>;
#endif

void add(Experiment<HostDevice>& experiment) { experiment.add<Net>(zero_copy); }
