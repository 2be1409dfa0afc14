// SPDX-License-Identifier: MIT
// expect-error: the flow has no node and no scope of this name to be cut at
// expect-error: NoNodeToCutAt<.*Chain<.*"Conv1x1_4"
#include <anechain/core.hpp>

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 4>;  // its nodes are called Conv1x1, Conv1x1_1, Conv1x1_2 and Conv1x1_3

#ifdef CONTROL
using Halves = Net::Cut<"Conv1x1_2">;
#else
using Halves = Net::Cut<"Conv1x1_4">;
#endif

static_assert(Halves::kernels.size() == 2);
