// SPDX-License-Identifier: MIT
// expect-error: the contenders First and Second of this experiment, counted from 0, have the same name
// expect-error: NameTwice<.*"sequential", *1, *2>|NameTwice<.*"sequential"}, *1, *2>
#include <anechain/anechain.hpp>

using namespace anechain;

using Net = Repeat<Conv1x1<64, 32>, 2>;

#ifdef CONTROL
constexpr auto twin = contender<Net, "twin">(sequential);
#else
constexpr auto twin = contender<Net>(sequential);
#endif

void measure(HostDevice& device) { Experiment{device, baseline<Net>(run_only), contender<Net>(sequential), twin}.run(); }
