// SPDX-License-Identifier: MIT
// expect-error: a value does not fit the input that it is given for
// expect-error: ValueDoesNotFit<Net, .*"join".*"y"
// expect-error: 1, 128, 1, 32
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
    const flow::Value wide = f.run<Conv1x1<64, 32>>(x);
#else
    const flow::Value wide = f.run<Conv1x1<64, 32, mil::fp16, 128>>(x);
#endif
    const auto mixed = f.run<Mix, "join">({{"y", wide}, {"x", x}});
    f.ignore(mixed["product"]);
    return flow::results({{"y", mixed["sum"]}});
  }
};

static_assert(Flow<Net>::facts.nodes.size() >= 1);
