// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <anechain/kernels/kernel.hpp>

namespace anechain::kernels {

/// What is added to a mean square before its root is taken, unless said otherwise: that of the Llama models.
inline constexpr double norm_epsilon = 1e-5;

/// (mean(x^2) + epsilon)^(-1/2) over the channels, as the ANE's programmers write it (reference: maderix and Orion): a
/// product, a sum, a factor, a power. In fp16 the sum of the squares must stay below 65504.
constexpr mil::Value inverse_root_mean_square(mil::Body& b, mil::Value x, double epsilon) {
  const mil::DType dtype = x.type.dtype;
  const mil::Value sum = b.reduce_sum(b.mul(x, x), {1});
  const mil::Value mean = b.mul(sum, b.scalar(dtype, 1.0 / static_cast<double>(x.type.shape[1])));
  return b.pow(b.add(mean, b.scalar(dtype, epsilon)), b.scalar(dtype, -0.5));
}

/// The weight of this name: a factor for each channel of x, [1, channels, 1, 1].
constexpr mil::Value gain_of(mil::Body& b, mil::Value x, std::string_view name) {
  return b.weight(name, mil::tensor(x.type.dtype, 1, x.type.shape[1], 1, 1), mil::Role::gain);
}

/// x / sqrt(mean(x^2) + epsilon) over the channels, times a gain for each.
constexpr mil::Value rms_norm(mil::Body& b, mil::Value x, std::string_view gain, double epsilon = norm_epsilon) {
  return b.mul(b.mul(x, inverse_root_mean_square(b, x, epsilon)), gain_of(b, x, gain));
}

/// (x - mean) / sqrt(variance + epsilon) over the channels, times a gain, plus a bias for each.
constexpr mil::Value layer_norm(mil::Body& b, mil::Value x, std::string_view gain, std::string_view bias, double epsilon = norm_epsilon) {
  const mil::Value sum = b.reduce_sum(x, {1});
  const mil::Value mean = b.mul(sum, b.scalar(x.type.dtype, 1.0 / static_cast<double>(x.type.shape[1])));
  const mil::Value scaled = rms_norm(b, b.sub(x, mean), gain, epsilon);
  return b.add(scaled, b.weight(bias, mil::tensor(x.type.dtype, 1, x.type.shape[1], 1, 1), mil::Role::bias));
}

/// See rms_norm. [1, Channels, 1, Positions]; weight "gain", [1, Channels, 1, 1].
template <int Channels, int Positions, mil::DType D = mil::fp16>
struct RmsNorm {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return rms_norm(b, x, "gain"); }
};

/// See layer_norm. [1, Channels, 1, Positions]; weights "gain" and "bias", [1, Channels, 1, 1].
template <int Channels, int Positions, mil::DType D = mil::fp16>
struct LayerNorm {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return layer_norm(b, x, "gain", "bias"); }
};

/// The gradients of RmsNorm: from its input x and the gradient dy of its result, [1, Channels, 1, Positions], to dx, of the same type, and
/// dgain, [1, 1, 1, Channels], one row, since the ANE wants rows of 64 bytes. Weight "gain", as of RmsNorm. With r = (mean(x^2) +
/// epsilon)^(-1/2), n = r x and g the gain: dx = r (g dy - n mean(g dy n)); dgain sums dy n over the positions.
template <int Channels, int Positions, mil::DType D = mil::fp16>
struct RmsNormBackward {
  static constexpr auto inputs =
      mil::ports({{"x", mil::tensor(D, 1, Channels, 1, Positions)}, {"dy", mil::tensor(D, 1, Channels, 1, Positions)}});

  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value dy) {
    const mil::Value r = inverse_root_mean_square(b, x, norm_epsilon);
    const mil::Value weighted = b.mul(dy, gain_of(b, x, "gain"));
    const mil::Value normal = b.mul(x, r);
    const mil::Value sum = b.reduce_sum(b.mul(weighted, normal), {1});
    const mil::Value mean = b.mul(sum, b.scalar(D, 1.0 / Channels));
    const mil::Value dx = b.mul(r, b.sub(weighted, b.mul(normal, mean)));
    const mil::Value dgain = b.reshape(b.reduce_sum(b.mul(dy, normal), {3}), {1, 1, 1, Channels});
    return mil::results({{"dx", dx}, {"dgain", dgain}});
  }
};

}  // namespace anechain::kernels
