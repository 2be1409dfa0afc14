// SPDX-License-Identifier: MIT
// expect-error: the type at \[Index\] is not a kernel
// expect-error: KernelAt<1, Nearly>
#include <anechain/core.hpp>

using namespace anechain;

struct Nearly {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
#ifdef CONTROL
  static constexpr mil::Value body(mil::Builder& b, mil::Value x) { return b.relu(x); }
#else
  static constexpr mil::Value body(mil::Builder& b) { return b.relu({}); }
#endif
};

static_assert(Chain<Conv1x1<64, 32>, Nearly>::length == 2);
