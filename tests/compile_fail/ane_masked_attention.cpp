// SPDX-License-Identifier: MIT
// expect-error: the kernel at .Index. breaks a constraint of the device
// expect-error: KernelBreaksConstraint<0, Attention
// expect-error: the mask of scaled_dot_produc
#include <anechain/ane.hpp>

using namespace anechain;

struct Attention {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 4, 64, 64);
  static constexpr auto dialect = mil::Dialect::ios18;
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
#ifdef CONTROL
    return b.scaled_dot_product_attention(x, x, x);
#else
    return b.scaled_dot_product_attention(x, x, x, b.weight("mask", mil::tensor(mil::fp16, 1, 1, 64, 64)));
#endif
  }
};

// An experiment refuses it like a chain does.
auto measured(AneDevice& device) { return ThroughputCeiling<Chain<Attention, Attention>, Sequential, RunOnly>{"attention"}.run(device); }
