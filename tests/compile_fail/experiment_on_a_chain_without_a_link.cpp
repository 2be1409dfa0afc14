// SPDX-License-Identifier: MIT
// expect-error: this chain has no link: the cost of a round trip is between two kernels, so name at least two
#include <anechain/anechain.hpp>

using namespace anechain;

#ifdef CONTROL
using Net = Repeat<Conv1x1<64, 32>, 2>;
#else
using Net = Repeat<Conv1x1<64, 32>, 1>;
#endif

static_assert(ThroughputCeiling<Net, Sequential, RunOnly>::strategy_names.size() == 2);
