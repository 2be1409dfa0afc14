// SPDX-License-Identifier: MIT
// expect-error: no member named .input
#include <anechain/core.hpp>

using namespace anechain;

struct AddsAnInput {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
#ifdef CONTROL
    return b.add(x, x);
#else
    return b.add(x, b.input("z", input));
#endif
  }
};

static_assert(Chain<AddsAnInput, AddsAnInput>::kernels[0].flops == 64 * 32);
