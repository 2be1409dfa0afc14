// SPDX-License-Identifier: MIT
// expect-error: kernels do not fit: kernel \[Link\] gives Output, but kernel \[Link . 1\] takes Input
// expect-error: KernelsThatMeetAt<1
// expect-error: 64, 1, 32
// expect-error: 128, 1, 32
#include <anechain/core.hpp>

using namespace anechain;

#ifdef CONTROL
using Net = Chain<Conv1x1<64, 32>, Relu<64, 32>, Conv1x1<64, 32>>;
#else
using Net = Chain<Conv1x1<64, 32>, Relu<64, 32>, Conv1x1<128, 32>>;
#endif

static_assert(Net::length == 3);
