// SPDX-License-Identifier: MIT
// expect-error: this chain has more kernels than the device compiles in one process
#include <anechain/ane.hpp>

using namespace anechain;

#ifdef CONTROL
using Net = Repeat<Conv1x1<64, 32>, AneDevice::longest_chain>;
#else
using Net = Repeat<Conv1x1<64, 32>, AneDevice::longest_chain + 1>;
#endif

auto compiled(AneDevice& device) { return Net::compile(device, random_weights(1)); }
