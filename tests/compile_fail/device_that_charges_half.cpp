// SPDX-License-Identifier: MIT
// expect-error: a device of virtual time has all of them, any other device none
#include <anechain/anechain.hpp>

using namespace anechain;

class Virtual : public HostDevice {
 public:
  void charge_hop() {}
  void idle(std::chrono::nanoseconds) {}
#ifdef CONTROL
  void charge_move(const Surface&, const Surface&) {}
  void charge_step(std::int64_t) {}
#endif
};

void bind(Compiled<Repeat<Conv1x1<64, 32>, 2>, Virtual>& chain) { chain.bind(sequential).run(); }
