// SPDX-License-Identifier: MIT
// expect-error: the type at \[Index\] is not a kernel
// expect-error: KernelAt<1, Nearly>
#include <anechain/core.hpp>

using namespace anechain;

struct Nearly {
#ifdef CONTROL
  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
#else
  static constexpr auto type = mil::tensor(mil::fp16, 1, 64, 1, 32);
#endif
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.relu(x); }
};

static_assert(Chain<Conv1x1<64, 32>, Nearly>::length == 2);
