// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/kernels/attention.hpp>
#include <anechain/kernels/feed_forward.hpp>
#include <anechain/kernels/norm.hpp>

namespace anechain::kernels {

/// A layer of a Llama model, without position embeddings: h = x + attention(norm(x)), then h + swiglu(norm(h)).
/// Weights "attention_norm", those of causal_attention, "feed_forward_norm", those of swiglu.
constexpr mil::Value transformer_block(mil::Body& b, mil::Value x, std::int64_t hidden, std::int64_t heads) {
  const mil::Value h = b.add(x, causal_attention(b, rms_norm(b, x, "attention_norm"), heads));
  return b.add(h, swiglu(b, rms_norm(b, h, "feed_forward_norm"), hidden));
}

/// See transformer_block. [1, Dim, 1, Positions].
template <int Dim, int Hidden, int Heads, int Positions, mil::DType D = mil::fp16>
struct TransformerBlock {
  static constexpr auto input = mil::tensor(D, 1, Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return transformer_block(b, x, Hidden, Heads); }
};

}  // namespace anechain::kernels
