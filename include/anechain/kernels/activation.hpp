// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/kernels/kernel.hpp>

namespace anechain::kernels {

/// max(x, 0) over [1, Channels, 1, Spatial]. It has no weights.
template <int Channels, int Spatial, mil::DType D = mil::fp16>
struct Relu {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Spatial);

  static constexpr mil::Value body(mil::Builder& b, mil::Value x) { return b.relu(x); }
};

}  // namespace anechain::kernels
