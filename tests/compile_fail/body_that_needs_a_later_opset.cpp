// SPDX-License-Identifier: MIT
// expect-error: came with a later opset than this dialect has
// expect-error: BodyNeedsOpset<Attention, anechain::mil::OpKind::scaled_dot_product_attention, anechain::mil::Opset::ios18, anechain::mil::Dialect::ios16>|BodyNeedsOpset<Attention, mil::OpKind::scaled_dot_product_attention, mil::Opset::ios18, mil::Dialect::ios16>
#include <anechain/core.hpp>

using namespace anechain;

struct Attention {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 4, 64, 64);
#ifdef CONTROL
  static constexpr auto dialect = mil::Dialect::ios18;
#endif
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.scaled_dot_product_attention(x, x, x); }
};

static_assert(!mil_text<Attention>.empty());
