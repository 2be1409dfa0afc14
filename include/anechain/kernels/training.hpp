// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include <anechain/kernels/attention.hpp>
#include <anechain/kernels/linear.hpp>
#include <anechain/kernels/norm.hpp>

/// The six kernels with which published training loops run one layer of a Llama model, forward and backward (maderix/ANE, Orion): operation
/// for operation theirs. Each has one input and one result, in which several tensors are stacked along the channels, because each surface
/// costs a lock. The forward kernels also give what the backward ones need again: their taps.
namespace anechain::kernels {

/// `count` channels of a stack, from `first` on.
constexpr mil::Value channels_of(mil::Body& b, mil::Value stack, std::int64_t first, std::int64_t count) {
  return b.slice_by_size(stack, {0, first, 0, 0}, {1, count, stack.type.shape[2], stack.type.shape[3]});
}

/// [1, channels, 1, positions] to [1, heads, positions, width]: each head's rows are positions.
constexpr mil::Value heads_of(mil::Body& b, mil::Value x, std::int64_t heads) {
  return b.transpose(b.reshape(x, {1, heads, x.type.shape[1] / heads, x.type.shape[3]}), {0, 1, 3, 2});
}

/// The reverse of heads_of.
constexpr mil::Value without_heads(mil::Body& b, mil::Value x) {
  const mil::Shape& shape = x.type.shape;
  return b.reshape(b.transpose(x, {0, 1, 3, 2}), {1, shape[1] * shape[3], 1, shape[2]});
}

/// The shares in which a position attends to each, [1, heads, positions, positions]: softmax(q k^T / sqrt(width) + mask). Weight "mask",
/// which the library fills.
constexpr mil::Value causal_shares(mil::Body& b, mil::Value q, mil::Value k) {
  const std::int64_t positions = q.type.shape[2];
  const mil::DType dtype = q.type.dtype;
  const mil::Value scores = b.mul(b.matmul(q, k, false, true), b.scalar(dtype, inverse_root(static_cast<double>(q.type.shape[3]))));
  const mil::Value mask = b.weight("mask", mil::tensor(dtype, 1, 1, positions, positions), mil::Role::causal_mask);
  return b.softmax(b.add(scores, mask), -1);
}

/// Causal attention behind a norm, with its taps: from x, [1, Dim, 1, Positions], to [result, q, k, v, mixed, normed], [1, 6 Dim, 1,
/// Positions]. Weights "gain", "wq", "wk", "wv", "wo", "mask".
template <int Dim, int Heads, int Positions, mil::DType D = mil::fp16>
struct AttentionWithTaps {
  static_assert(Dim % Heads == 0, "anechain: the channels are divided among the heads: Dim must be a multiple of Heads");
  static constexpr auto input = mil::tensor(D, 1, Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    const mil::Value normed = rms_norm(b, x, "gain");
    const mil::Value q = project(b, normed, "wq", Dim);
    const mil::Value k = project(b, normed, "wk", Dim);
    const mil::Value v = project(b, normed, "wv", Dim);
    const mil::Value queries = heads_of(b, q, Heads);
    const mil::Value keys = heads_of(b, k, Heads);
    const mil::Value values = heads_of(b, v, Heads);
    const mil::Value shares = causal_shares(b, queries, keys);
    const mil::Value mixed = without_heads(b, b.matmul(shares, values));
    return b.concat({project(b, mixed, "wo", Dim), q, k, v, mixed, normed}, 1);
  }
};

/// The gated feed-forward layer behind a norm, with its taps: from x, [1, Dim, 1, Positions], to [result, h1, h3, gate, normed], [1, 2 Dim
/// + 3 Hidden, 1, Positions]. Weights "gain", "w1", "w2", "w3".
template <int Dim, int Hidden, int Positions, mil::DType D = mil::fp16>
struct SwiGluWithTaps {
  static constexpr auto input = mil::tensor(D, 1, Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    const mil::Value normed = rms_norm(b, x, "gain");
    const mil::Value h1 = project(b, normed, "w1", Hidden);
    const mil::Value h3 = project(b, normed, "w3", Hidden);
    const mil::Value gate = b.mul(b.mul(h1, b.sigmoid(h1)), h3);
    return b.concat({project(b, gate, "w2", Dim), h1, h3, gate, normed}, 1);
  }
};

/// The gradients of the gated feed-forward layer from its taps: from [dy, h1, h3], [1, Dim + 2 Hidden, 1, Positions], to [dx, dh1, dh3], of
/// the same type. Weights, transposed: "w2_t", [Hidden, Dim, 1, 1], "w1_t" and "w3_t", [Dim, Hidden, 1, 1].
template <int Dim, int Hidden, int Positions, mil::DType D = mil::fp16>
struct SwiGluBackwardFromTaps {
  static constexpr auto input = mil::tensor(D, 1, Dim + 2 * Hidden, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value stack) {
    const mil::Value dy = channels_of(b, stack, 0, Dim);
    const mil::Value h1 = channels_of(b, stack, Dim, Hidden);
    const mil::Value h3 = channels_of(b, stack, Dim + Hidden, Hidden);
    const mil::Value dgate = project(b, dy, "w2_t", Hidden);
    const mil::Value sigmoid = b.sigmoid(h1);
    const mil::Value one = b.scalar(D, 1);
    // silu'(h) = s (1 + h (1 - s)), with s = sigmoid(h)
    const mil::Value rest = b.sub(one, sigmoid);
    const mil::Value slope = b.mul(sigmoid, b.add(one, b.mul(h1, rest)));
    const mil::Value dh1 = b.mul(b.mul(dgate, h3), slope);
    const mil::Value dh3 = b.mul(dgate, b.mul(h1, sigmoid));
    const mil::Value dx1 = project(b, dh1, "w1_t", Dim);
    const mil::Value dx3 = project(b, dh3, "w3_t", Dim);
    return b.concat({b.add(dx1, dx3), dh1, dh3}, 1);
  }
};

/// What a norm's result gets back from the three projections behind it: from [dq, dk, dv], [1, 3 Dim, 1, Positions], to their sum through
/// the transposed matrices, [1, Dim, 1, Positions]. Weights "wq_t", "wk_t", "wv_t".
template <int Dim, int Positions, mil::DType D = mil::fp16>
struct ProjectionsBackward {
  static constexpr auto input = mil::tensor(D, 1, 3 * Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value stack) {
    const mil::Value dq = channels_of(b, stack, 0, Dim);
    const mil::Value dk = channels_of(b, stack, Dim, Dim);
    const mil::Value dv = channels_of(b, stack, 2 * Dim, Dim);
    const mil::Value from_q = project(b, dq, "wq_t", Dim);
    const mil::Value from_k = project(b, dk, "wk_t", Dim);
    const mil::Value from_v = project(b, dv, "wv_t", Dim);
    return b.add(b.add(from_q, from_k), from_v);
  }
};

/// The first half of attention's gradients: from [q, k, v, dy], [1, 4 Dim, 1, Positions], to [dv, shares, dshares], [1, Dim + 2 Heads
/// Positions, 1, Positions]. Weights "wo_t" and "mask".
template <int Dim, int Heads, int Positions, mil::DType D = mil::fp16>
struct AttentionBackwardToShares {
  static_assert(Dim % Heads == 0, "anechain: the channels are divided among the heads: Dim must be a multiple of Heads");
  static constexpr auto input = mil::tensor(D, 1, 4 * Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value stack) {
    const mil::Value q = channels_of(b, stack, 0, Dim);
    const mil::Value k = channels_of(b, stack, Dim, Dim);
    const mil::Value v = channels_of(b, stack, 2 * Dim, Dim);
    const mil::Value dy = channels_of(b, stack, 3 * Dim, Dim);
    const mil::Value dmixed = project(b, dy, "wo_t", Dim);
    const mil::Value queries = heads_of(b, q, Heads);
    const mil::Value keys = heads_of(b, k, Heads);
    const mil::Value values = heads_of(b, v, Heads);
    const mil::Value dmixed_of_heads = heads_of(b, dmixed, Heads);
    const mil::Value shares = causal_shares(b, queries, keys);
    const mil::Value dvalues = b.matmul(shares, dmixed_of_heads, true, false);
    const mil::Value dshares = b.matmul(dmixed_of_heads, values, false, true);
    const mil::Value dv = without_heads(b, dvalues);
    const mil::Value flat = b.reshape(shares, {1, Heads * Positions, 1, Positions});
    return b.concat({dv, flat, b.reshape(dshares, {1, Heads * Positions, 1, Positions})}, 1);
  }
};

/// The second half: from [shares, dshares, q, k], [1, 2 Heads Positions + 2 Dim, 1, Positions], to [dq, dk], [1, 2 Dim, 1, Positions]. It
/// has no weights.
template <int Dim, int Heads, int Positions, mil::DType D = mil::fp16>
struct AttentionBackwardFromShares {
  static_assert(Dim % Heads == 0, "anechain: the channels are divided among the heads: Dim must be a multiple of Heads");
  static constexpr int flat = Heads * Positions;  ///< channels of the shares, flattened
  static constexpr auto input = mil::tensor(D, 1, 2 * flat + 2 * Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value stack) {
    const mil::Value flat_shares = channels_of(b, stack, 0, flat);
    const mil::Value flat_dshares = channels_of(b, stack, flat, flat);
    const mil::Value q = channels_of(b, stack, 2 * flat, Dim);
    const mil::Value k = channels_of(b, stack, 2 * flat + Dim, Dim);
    const mil::Value shares = b.reshape(flat_shares, {1, Heads, Positions, Positions});
    const mil::Value dshares = b.reshape(flat_dshares, {1, Heads, Positions, Positions});
    const mil::Value queries = heads_of(b, q, Heads);
    const mil::Value keys = heads_of(b, k, Heads);
    const mil::Value sum = b.reduce_sum(b.mul(shares, dshares), {-1});
    const mil::Value dscores = b.mul(b.mul(shares, b.sub(dshares, sum)), b.scalar(D, inverse_root(static_cast<double>(Dim / Heads))));
    const mil::Value dqueries = b.matmul(dscores, keys);
    const mil::Value dkeys = b.matmul(dscores, queries, true, false);
    const mil::Value turned_q = b.transpose(dqueries, {0, 1, 3, 2});
    const mil::Value turned_k = b.transpose(dkeys, {0, 1, 3, 2});
    const mil::Value dq = b.reshape(turned_q, {1, Dim, 1, Positions});
    const mil::Value dk = b.reshape(turned_k, {1, Dim, 1, Positions});
    return b.concat({dq, dk}, 1);
  }
};

}  // namespace anechain::kernels
