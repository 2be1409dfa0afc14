// SPDX-License-Identifier: MIT
// expect-error: this strategy runs a chain as one program: compile Chain::Fused, and bind that
#include <anechain/anechain.hpp>

using namespace anechain;

#ifdef CONTROL
using Net = Repeat<Conv1x1<64, 32>, 2>::Fused;
#else
using Net = Repeat<Conv1x1<64, 32>, 2>;
#endif

void bind(Compiled<Net, HostDevice>& chain) { chain.bind(fused).run(); }
