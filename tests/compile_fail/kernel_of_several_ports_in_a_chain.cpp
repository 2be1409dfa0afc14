// SPDX-License-Identifier: MIT
// expect-error: a chain passes one tensor from each kernel to the next
// expect-error: KernelOfSeveralPorts<1, .*RmsNormBackward<64, 32>, 2, 2>|KernelOfSeveralPorts<1, .*RmsNormBackward<64, 32>, 2, 2 ?>
#include <anechain/core.hpp>

using namespace anechain;

#ifdef CONTROL
using Last = RmsNorm<64, 32>;
#else
using Last = RmsNormBackward<64, 32>;
#endif

static_assert(Chain<Conv1x1<64, 32>, Last>::length == 2);
