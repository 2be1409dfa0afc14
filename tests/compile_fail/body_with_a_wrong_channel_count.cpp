// SPDX-License-Identifier: MIT
// expect-error: the body of this kernel breaks a rule of an operation
// expect-error: BodyBreaksRule<Mixed, anechain::mil::OpKind::conv
// expect-error: the input has {} channels, the wei
// expect-error: 128, 64>
#include <anechain/core.hpp>

using namespace anechain;

#ifdef CONTROL
constexpr int channels = 128;
#else
constexpr int channels = 64;
#endif

struct Mixed {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 128, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    return b.conv(x, b.weight("W", mil::tensor(mil::fp16, 64, channels, 1, 1)));
  }
};

static_assert(output<Mixed>.shape[1] == 64);
