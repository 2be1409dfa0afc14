// SPDX-License-Identifier: MIT
// expect-error: what f.next leaves must be given by a node
// expect-error: NextFromOutside<Net, .*"total"
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
    const flow::Value total = f.carried("total", T);
    const auto mixed = f.run<Mix>(x, total);
    f.ignore(mixed["product"]);
#ifdef CONTROL
    f.next(total, mixed["sum"]);
#else
    f.next(total, x);
#endif
    return flow::results({{"y", mixed["sum"]}});
  }
};

static_assert(Flow<Net>::facts.nodes.size() >= 1);
