// SPDX-License-Identifier: MIT
// expect-error: what f.next leaves is not of the carried value's type
// expect-error: NextDoesNotFit<Net, .*"total"
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
    const flow::Value total = f.carried("total", T);
#else
    const flow::Value total = f.carried("total", mil::tensor(mil::fp16, 1, 32, 1, 32));
#endif
    const auto mixed = f.run<Mix>(x, x);
    f.ignore(mixed["product"]);
    f.next(total, mixed["sum"]);
    return flow::results({{"y", mixed["sum"]}});
  }
};

static_assert(Flow<Net>::facts.nodes.size() >= 1);
