// SPDX-License-Identifier: MIT
// expect-error: the kernel at .Index. breaks a constraint of the device
// expect-error: KernelBreaksConstraint<0, (anechain::kernels::)?Conv1x1<8, 65568
// expect-error: "H3a"
// expect-error: no extent may be above 65536
#include <anechain/ane.hpp>

using namespace anechain;

#ifdef CONTROL
using Net = Repeat<Conv1x1<8, 65536>, 2>;
#else
using Net = Repeat<Conv1x1<8, 65568>, 2>;
#endif

auto compiled(AneDevice& device) { return Net::compile(device, random_weights(1)); }
