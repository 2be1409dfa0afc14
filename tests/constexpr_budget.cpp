// SPDX-License-Identifier: MIT
// A fused program of 48 kernels and a chain of 192, within a quarter of what the compilers allow by default.
#include <anechain/core.hpp>

using namespace anechain;

static_assert(Repeat<Conv1x1<64, 32>, 48>::Fused::kernels<>[0].weights.size() == 48);
static_assert(Repeat<Conv1x1<64, 32>, 192>::kernels<>.size() == 192);
