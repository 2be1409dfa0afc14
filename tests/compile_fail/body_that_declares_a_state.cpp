// SPDX-License-Identifier: MIT
// expect-error: no member named .state
#include <anechain/core.hpp>

using namespace anechain;

struct Accumulated {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
#ifdef CONTROL
    return b.add(x, x);
#else
    return b.add(x, b.read_state(b.state("total", input)));
#endif
  }
};

static_assert(!mil_text<Accumulated>.empty());
