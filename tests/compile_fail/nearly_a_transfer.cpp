// SPDX-License-Identifier: MIT
// expect-error: this is not a Transfer: it lacks `static void move.Surface& from, Surface& to.`
#include <anechain/anechain.hpp>

using namespace anechain;

struct Swapped {
  static constexpr transfer::Link link = transfer::Link::two_surfaces;
  static constexpr bool delivers = true;

#ifdef CONTROL
  static void move(host::Surface&, host::Surface&) {}
#else
  static void move(host::Surface&) {}
#endif
};

struct Mine : Strategy<Swapped, executor::Inline> {
  static constexpr std::string_view name = "mine";
};

void bind(Compiled<Repeat<Conv1x1<64, 32>, 2>, HostDevice>& chain) { chain.bind(Mine{}).run(); }
