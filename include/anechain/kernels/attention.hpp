// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/kernels/linear.hpp>

namespace anechain::kernels {

/// 1 / sqrt(x), for constant expressions: Newton's method, to the last bits of a double.
constexpr double inverse_root(double x) {
  double root = x > 1 ? x : 1;
  for (int i = 0; i < 64; ++i) {
    const double next = (root + x / root) / 2;
    if (next == root) break;
    root = next;
  }
  return 1 / root;
}

/// Attention with so many heads, in which a position sees itself and those before it: [1, channels, 1, positions]. It is made
/// of its parts, with the mask as an addition, because the ANE ignores the mask of scaled_dot_product_attention (Orion). A head's
/// queries, keys and values stay [width, positions], so that nothing needs to be transposed.
/// Weights "wq", "wk", "wv", "wo", and "mask", which the library fills.
constexpr mil::Value causal_attention(mil::Body& b, mil::Value x, std::int64_t heads) {
  const mil::DType dtype = x.type.dtype;
  const std::int64_t channels = x.type.shape[1];
  const std::int64_t positions = x.type.shape[3];
  mil::require(heads >= 1 && channels % heads == 0, "causal_attention", "{} channels do not make {} heads", channels, heads);
  const std::int64_t width = channels / heads;
  const mil::Value query = b.reshape(project(b, x, "wq", channels), {1, heads, width, positions});
  const mil::Value key = b.reshape(project(b, x, "wk", channels), {1, heads, width, positions});
  const mil::Value value = b.reshape(project(b, x, "wv", channels), {1, heads, width, positions});
  const mil::Value scaled = b.mul(b.matmul(query, key, true, false), b.scalar(dtype, inverse_root(static_cast<double>(width))));
  const mil::Value mask = b.weight("mask", mil::tensor(dtype, 1, 1, positions, positions), mil::Role::causal_mask);
  const mil::Value shares = b.softmax(b.add(scaled, mask), -1);
  const mil::Value mixed = b.reshape(b.matmul(value, shares, false, true), {1, channels, 1, positions});
  return project(b, mixed, "wo", channels);
}

/// See causal_attention. [1, Dim, 1, Positions]; the matrices are [Dim, Dim, 1, 1].
template <int Dim, int Heads, int Positions, mil::DType D = mil::fp16>
struct CausalAttention {
  static constexpr auto input = mil::tensor(D, 1, Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return causal_attention(b, x, Heads); }
};

}  // namespace anechain::kernels
