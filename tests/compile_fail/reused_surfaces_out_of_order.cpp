// SPDX-License-Identifier: MIT
// expect-error: a transfer reuses surfaces only if
#include <anechain/anechain.hpp>

using namespace anechain;

#ifdef CONTROL
struct Mine : Strategy<transfer::Reuse, executor::SerialQueue> {
#else
struct Mine : Strategy<transfer::Reuse, executor::Branches<2>> {
#endif
  static constexpr std::string_view name = "mine";
};

void run(HostDevice& device) {
  auto net = Repeat<Conv1x1<64, 32>, 4>::compile(device, identity);
  net.bind(Mine{}).run();
}
