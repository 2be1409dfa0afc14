// SPDX-License-Identifier: MIT
// expect-error: no_kernel_of_this_chain_has_a_weight_of_this_name
#include <anechain/anechain.hpp>

using namespace anechain;

void set(Weights<Repeat<Conv1x1<64, 32>, 2>>& weights, std::span<const float> values) {
#ifdef CONTROL
  weights.set(0, "W", values);
#else
  weights.set(0, "w", values);
#endif
}
