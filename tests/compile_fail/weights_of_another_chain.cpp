// SPDX-License-Identifier: MIT
// expect-error: compile takes a Weights of this chain, or a weight source like
#include <anechain/anechain.hpp>

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 2>;
#ifdef CONTROL
using Other = Net;
#else
using Other = Repeat<Conv1x1<64, 32>, 3>;
#endif

void compile(HostDevice& device, const Weights<Other>& weights) { Net::compile(device, weights); }
