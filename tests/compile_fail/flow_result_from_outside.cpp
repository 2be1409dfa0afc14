// SPDX-License-Identifier: MIT
// expect-error: a result of the flow must be given by a node
// expect-error: ResultFromOutside<Net, .*"y"
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
    const flow::Value y = f.run<Relu<64, 32>>(x);
#ifdef CONTROL
    return flow::results({{"y", y}});
#else
    f.ignore(y);
    return flow::results({{"y", x}});
#endif
  }
};

static_assert(Flow<Net>::facts.nodes.size() >= 1);
