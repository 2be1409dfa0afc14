// SPDX-License-Identifier: MIT
// expect-error: the contenders First and Second, counted from 0, are both baselines of one group
// expect-error: TwoBaselines<.*, 0, 1>
#include <anechain/anechain.hpp>

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 2>;

#ifdef CONTROL
constexpr auto whole = contender<Net::Fused>(run_only);
#else
constexpr auto whole = baseline<Net::Fused>(run_only);  // of the same kernels, fused
#endif

void measure(HostDevice& device) { Experiment{device, baseline<Net>(run_only), whole}.run(); }
