// SPDX-License-Identifier: MIT
// expect-error: the body of this kernel calls b.input or b.state
// expect-error: BodyDeclares<AddsAnInput
// expect-error: input
#include <anechain/core.hpp>

using namespace anechain;

struct AddsAnInput {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
  static constexpr mil::Value body(mil::Builder& b, mil::Value x) {
#ifdef CONTROL
    return b.add(x, x);
#else
    return b.add(x, b.input("z", input));
#endif
  }
};

static_assert(Chain<AddsAnInput, AddsAnInput>::kernels<>[0].flops == 64 * 32);
