// SPDX-License-Identifier: MIT
// expect-error: takes another number of values than the kernel has inputs
// expect-error: BodyTakesOtherInputs<1, Scaled, 2, 1>
#include <anechain/core.hpp>

using namespace anechain;

struct Scaled {
  static constexpr auto T = mil::tensor(mil::fp16, 1, 64, 1, 32);
#ifdef CONTROL
  static constexpr auto inputs = mil::ports({{"x", T}});
#else
  static constexpr auto inputs = mil::ports({{"x", T}, {"factor", T}});
#endif
  static constexpr auto body(mil::Body& b, mil::Value x) { return mil::results({{"y", b.mul(x, x)}}); }
};

static_assert(Chain<Conv1x1<64, 32>, Scaled>::length == 2);
