// SPDX-License-Identifier: MIT
// expect-error: the others are compared with RunOnly, which is not in the list
#include <anechain/anechain.hpp>

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 2>;

#ifdef CONTROL
using Ceiling = ThroughputCeiling<Net, Sequential, ZeroCopy, RunOnly>;
#else
using Ceiling = ThroughputCeiling<Net, Sequential, ZeroCopy>;
#endif

static_assert(Ceiling::strategy_names.size() >= 2);
