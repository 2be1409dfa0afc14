// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/kernels/kernel.hpp>

namespace anechain::kernels {

/// gelu by its tanh approximation, made of operations that the ANE has where it lacks gelu itself:
/// x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
constexpr mil::Value gelu_by_tanh(mil::Body& b, mil::Value x) {
  const mil::DType dtype = x.type.dtype;
  const mil::Value cubic = b.mul(b.mul(b.mul(x, x), x), b.scalar(dtype, 0.044715));
  const mil::Value inner = b.mul(b.add(x, cubic), b.scalar(dtype, 0.7978845608028654));
  const mil::Value half = b.mul(x, b.scalar(dtype, 0.5));
  return b.mul(half, b.add(b.tanh(inner), b.scalar(dtype, 1)));
}

/// x / (1 + exp(-x)), as the ANE's programmers write it: a sigmoid and a product.
constexpr mil::Value silu_by_sigmoid(mil::Body& b, mil::Value x) { return b.mul(x, b.sigmoid(x)); }

/// max(x, 0) over [1, Channels, 1, Spatial]. It has no weights; neither have the next ones.
template <int Channels, int Spatial, mil::DType D = mil::fp16>
struct Relu {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Spatial);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.relu(x); }
};

/// 1 / (1 + exp(-x)).
template <int Channels, int Spatial, mil::DType D = mil::fp16>
struct Sigmoid {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Spatial);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.sigmoid(x); }
};

/// tanh x.
template <int Channels, int Spatial, mil::DType D = mil::fp16>
struct Tanh {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Spatial);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.tanh(x); }
};

/// See silu_by_sigmoid.
template <int Channels, int Spatial, mil::DType D = mil::fp16>
struct Silu {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Spatial);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return silu_by_sigmoid(b, x); }
};

/// See gelu_by_tanh.
template <int Channels, int Spatial, mil::DType D = mil::fp16>
struct Gelu {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Spatial);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return gelu_by_tanh(b, x); }
};

/// exp(x) / sum(exp(x)) along an axis of [1, Channels, 1, Spatial]: over the channels by default.
template <int Channels, int Spatial, mil::DType D = mil::fp16, int Axis = 1>
struct Softmax {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Spatial);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.softmax(x, Axis); }
};

}  // namespace anechain::kernels
