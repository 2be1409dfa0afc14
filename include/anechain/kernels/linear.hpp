// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include <anechain/kernels/fuse.hpp>
#include <anechain/kernels/kernel.hpp>

namespace anechain::kernels {

/// The product with a matrix at every position of [1, channels, 1, positions]: a 1x1 convolution, which is how the ANE takes
/// linear layers. `weight` names the matrix, [out channels, channels, 1, 1].
constexpr mil::Value project(mil::Body& b, mil::Value x, std::string_view weight, std::int64_t out_channels) {
  return b.conv(x, b.weight(weight, mil::tensor(x.type.dtype, out_channels, x.type.shape[1], 1, 1)));
}

/// A number for each channel, added at every position. An addition of its own: some chips refuse a convolution's bias.
constexpr mil::Value add_bias(mil::Body& b, mil::Value x, std::string_view bias) {
  return b.add(x, b.weight(bias, mil::tensor(x.type.dtype, 1, x.type.shape[1], 1, 1), mil::Role::bias));
}

/// W x + b at every position: [1, In, 1, Positions] to [1, Out, 1, Positions]. Weights "W", [Out, In, 1, 1], and "b".
template <int In, int Out, int Positions, mil::DType D = mil::fp16>
struct Linear {
  static constexpr auto input = mil::tensor(D, 1, In, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return add_bias(b, project(b, x, "W", Out), "b"); }
};

/// x + b at every position. Weight "b", [1, Channels, 1, 1].
template <int Channels, int Positions, mil::DType D = mil::fp16>
struct Bias {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return add_bias(b, x, "b"); }
};

/// x + K(x). K must give what it takes; its weights keep their names.
template <Kernel K>
struct Residual {
  static constexpr auto input = kernels::input<K>;

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.add(x, passed_through<K>(b, x)); }
};

}  // namespace anechain::kernels
