// SPDX-License-Identifier: MIT
// A fused program of many kernels and a chain of 192, within limits of the compilers.
#include <anechain/core.hpp>

using namespace anechain;

static_assert(Repeat<Conv1x1<64, 32>, FUSED_LAYERS>::Fused::kernels[0].weights.size() == FUSED_LAYERS);
static_assert(Repeat<Conv1x1<64, 32>, 192>::kernels.size() == 192);
