// SPDX-License-Identifier: MIT
// expect-error: a node has no input of this name
// expect-error: NodeHasNoSuchInput<Net, .*"Mix".*"z"
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
    const auto mixed = f.run<Mix>({{"x", x}, {"y", x}});
#else
    const auto mixed = f.run<Mix>({{"x", x}, {"z", x}});
#endif
    f.ignore(mixed["product"]);
    return flow::results({{"y", mixed["sum"]}});
  }
};

static_assert(Flow<Net>::facts.nodes.size() >= 1);
