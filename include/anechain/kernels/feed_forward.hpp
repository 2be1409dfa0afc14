// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/kernels/activation.hpp>
#include <anechain/kernels/linear.hpp>

namespace anechain::kernels {

/// w2 (silu(w1 x) * w3 x): the gated feed-forward layer of the Llama models.
constexpr mil::Value swiglu(mil::Body& b, mil::Value x, std::int64_t hidden) {
  const mil::Value gate = silu_by_sigmoid(b, project(b, x, "w1", hidden));
  return project(b, b.mul(gate, project(b, x, "w3", hidden)), "w2", x.type.shape[1]);
}

/// w2 gelu(w1 x + b1) + b2: the feed-forward layer of GPT-2, gelu by its tanh approximation.
constexpr mil::Value gelu_feed_forward(mil::Body& b, mil::Value x, std::int64_t hidden) {
  const mil::Value inner = gelu_by_tanh(b, add_bias(b, project(b, x, "w1", hidden), "b1"));
  return add_bias(b, project(b, inner, "w2", x.type.shape[1]), "b2");
}

/// See swiglu. [1, Dim, 1, Positions]; weights "w1" and "w3", [Hidden, Dim, 1, 1], and "w2", [Dim, Hidden, 1, 1].
template <int Dim, int Hidden, int Positions, mil::DType D = mil::fp16>
struct SwiGlu {
  static constexpr auto input = mil::tensor(D, 1, Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return swiglu(b, x, Hidden); }
};

/// See gelu_feed_forward. [1, Dim, 1, Positions]; weights "w1", "b1", "w2", "b2".
template <int Dim, int Hidden, int Positions, mil::DType D = mil::fp16>
struct GeluFeedForward {
  static constexpr auto input = mil::tensor(D, 1, Dim, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return gelu_feed_forward(b, x, Hidden); }
};

/// The gradient of a `project` with respect to its matrix: the products of the gradients of its results with its inputs, summed over the
/// positions. From [1, out, 1, positions] and [1, in, 1, positions] to [1, 1, out, in].
constexpr mil::Value gradient_of_matrix(mil::Body& b, mil::Value of_results, mil::Value inputs) {
  const std::int64_t positions = inputs.type.shape[3];
  const mil::Value results = b.reshape(of_results, {1, 1, of_results.type.shape[1], positions});
  return b.matmul(results, b.reshape(inputs, {1, 1, inputs.type.shape[1], positions}), false, true);
}

/// The gradients of SwiGlu: from its input x and the gradient dy of its result, [1, Dim, 1, Positions], to dx, of the same type, and those
/// of its matrices: dw1 and dw3, [1, 1, Hidden, Dim], and dw2, [1, 1, Dim, Hidden]. What the forward pass computed is computed anew.
/// Weights "w1" and "w3", [Hidden, Dim, 1, 1], and the transposed ones, since the ANE takes a convolution's weight as a constant: "w2_t",
/// [Hidden, Dim, 1, 1], "w1_t" and "w3_t", [Dim, Hidden, 1, 1].
template <int Dim, int Hidden, int Positions, mil::DType D = mil::fp16>
struct SwiGluBackward {
  static constexpr auto inputs = mil::ports({{"x", mil::tensor(D, 1, Dim, 1, Positions)}, {"dy", mil::tensor(D, 1, Dim, 1, Positions)}});

  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value dy) {
    const mil::Value h1 = project(b, x, "w1", Hidden);
    const mil::Value h3 = project(b, x, "w3", Hidden);
    const mil::Value sigmoid = b.sigmoid(h1);
    const mil::Value silu = b.mul(h1, sigmoid);
    const mil::Value dgate = project(b, dy, "w2_t", Hidden);
    // silu'(h) = s + h s (1 - s), with s = sigmoid(h)
    const mil::Value slope = b.mul(sigmoid, b.add(b.mul(h1, b.sub(b.scalar(D, 1), sigmoid)), b.scalar(D, 1)));
    const mil::Value dh1 = b.mul(b.mul(dgate, h3), slope);
    const mil::Value dh3 = b.mul(dgate, silu);
    const mil::Value dx1 = project(b, dh1, "w1_t", Dim);
    const mil::Value dx = b.add(dx1, project(b, dh3, "w3_t", Dim));
    return mil::results({{"dx", dx},
                         {"dw1", gradient_of_matrix(b, dh1, x)},
                         {"dw2", gradient_of_matrix(b, dy, b.mul(silu, h3))},
                         {"dw3", gradient_of_matrix(b, dh3, x)}});
  }
};

}  // namespace anechain::kernels
