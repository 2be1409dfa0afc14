// SPDX-License-Identifier: MIT
// expect-error: the kernel of a node breaks a constraint of the device
// expect-error: NodeBreaksConstraint<Net, .*"layer1/masked"
// expect-error: the mask of scaled_dot_produc
#include <anechain/ane.hpp>

using namespace anechain;

constexpr auto T = mil::tensor(mil::fp16, 1, 4, 64, 64);

struct Attention {
  static constexpr auto input = T;
  static constexpr auto dialect = mil::Dialect::ios18;
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
#ifdef CONTROL
    return b.scaled_dot_product_attention(x, x, x);
#else
    return b.scaled_dot_product_attention(x, x, x, b.weight("mask", mil::tensor(mil::fp16, 1, 1, 64, 64)));
#endif
  }
};

struct Doubled {
  static constexpr auto input = T;
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.add(x, x); }
};

struct Net {
  static constexpr auto inputs = flow::ports({{"x", T}});
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    x = f.run<Doubled>(x);
    f.enter("layer", 1);
    x = f.run<Attention, "masked">(x);
    f.leave();
    return x;
  }
};

auto compiled(AneDevice& device) { return Flow<Net>::compile(device, random_weights(1)); }
