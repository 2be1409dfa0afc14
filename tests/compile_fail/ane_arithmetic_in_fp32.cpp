// SPDX-License-Identifier: MIT
// expect-error: the kernel at .Index. breaks a constraint of the device
// expect-error: KernelBreaksConstraint<1, Scaled
// expect-error: "H10"
// expect-error: arithmetic in fp32 does not c
#include <anechain/ane.hpp>

using namespace anechain;

// fp32 in and out is allowed, computing in it is not.
struct Scaled {
  static constexpr auto input = mil::tensor(mil::fp32, 1, 64, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
#ifdef CONTROL
    return b.cast(project(b, b.cast(x, mil::fp16), "W", 64), mil::fp32);
#else
    return b.relu(x);
#endif
  }
};

struct Right {
  static constexpr auto input = mil::tensor(mil::fp32, 1, 64, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    return b.cast(project(b, b.cast(x, mil::fp16), "W", 64), mil::fp32);
  }
};

auto compiled(AneDevice& device) { return Chain<Right, Scaled>::compile(device, random_weights(1)); }
