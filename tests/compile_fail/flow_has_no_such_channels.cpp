// SPDX-License-Identifier: MIT
// expect-error: a range of channels reaches beyond the tensor
// expect-error: NoSuchChannels<Net
#include <anechain/core.hpp>

using namespace anechain;

constexpr auto T = mil::tensor(mil::fp16, 1, 64, 1, 32);

struct Mix {
  static constexpr auto inputs = mil::ports({{"x", T}, {"y", T}});
  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value y) {
    return mil::results({{"sum", b.add(x, y)}, {"product", b.mul(x, y)}});
  }
};

struct Net {
  static constexpr auto inputs = flow::ports({{"x", T}});
  static constexpr auto flow(flow::Builder& f, flow::Value x) {
#ifdef CONTROL
    const flow::Value half = f.run<Relu<32, 32>>(x.channels(32, 32));
#else
    const flow::Value half = f.run<Relu<32, 32>>(x.channels(48, 32));
#endif
    return flow::results({{"y", half}});
  }
};

static_assert(Flow<Net>::facts.nodes.size() >= 1);
