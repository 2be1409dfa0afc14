// SPDX-License-Identifier: MIT
// expect-error: the kernel at .Index. breaks a constraint of the device
// expect-error: KernelBreaksConstraint<0, (anechain::kernels::)?Conv1x1<64, 16
// expect-error: "H2"
// expect-error: rows of inputs and results mu
#include <anechain/ane.hpp>

using namespace anechain;

#ifdef CONTROL
using Net = Repeat<Conv1x1<64, 32>, 12>;  // the original's smallest: rows of 64 bytes
#else
using Net = Repeat<Conv1x1<64, 16>, 12>;
#endif

auto compiled(AneDevice& device) { return Net::compile(device, random_weights(1)); }
