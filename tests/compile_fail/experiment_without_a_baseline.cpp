// SPDX-License-Identifier: MIT
// expect-error: the contenders of this chain have no baseline to be compared with: write baseline<Chain>\(strategy\) for one of them
// expect-error: GroupWithoutBaseline<anechain::Chain<
#include <anechain/anechain.hpp>

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 2>;
using Wide = Repeat<Conv1x1<128, 32>, 2>;

#ifdef CONTROL
constexpr auto other = baseline<Wide>(zero_copy);
#else
constexpr auto other = contender<Wide>(zero_copy);
#endif

void measure(HostDevice& device) { Experiment{device, baseline<Net>(run_only), other, contender<Wide>(sequential)}.run(); }
