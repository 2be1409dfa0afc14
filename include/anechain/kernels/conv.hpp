// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/kernels/kernel.hpp>
#include <anechain/kernels/linear.hpp>

namespace anechain::kernels {

/// A 1x1 convolution, which mixes channels at each position: [1, Channels, 1, Spatial] to [1, OutChannels, 1, Spatial].
/// Its weight is "W". With as many channels out as in it is the kernel of the original experiment, token for token.
template <int Channels, int Spatial, mil::DType D = mil::fp16, int OutChannels = Channels>
struct Conv1x1 {
  static constexpr auto input = mil::tensor(D, 1, Channels, 1, Spatial);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return project(b, x, "W", OutChannels); }
};

/// What a Conv2d is: `Conv2d<{.in = 64, ...}>` is not C++20, so write `Conv2d<Conv2dShape{.in = 64, .out = 128, ...}>`.
struct Conv2dShape {
  int in = 1;                                  ///< channels of the input
  int out = 1;                                 ///< channels of the result
  int height = 1;                              ///< of the input
  int width = 1;                               ///< of the input
  int kernel_height = 1;                       ///< before it is dilated
  int kernel_width = 1;                        ///< before it is dilated
  int stride_height = 1;                       ///< rows from one place of the kernel to the next
  int stride_width = 1;                        ///< columns from one place of the kernel to the next
  int dilation_height = 1;                     ///< rows from one element of the kernel to the next
  int dilation_width = 1;                      ///< columns from one element of the kernel to the next
  int groups = 1;                              ///< divides `in` and `out`: each group of results reads its group of inputs alone
  mil::Padding padding = mil::Padding::valid;  ///< none by default

  /// Zeros around the input. Padding::custom alone reads them.
  ///@{
  int pad_top = 0;
  int pad_bottom = 0;
  int pad_left = 0;
  int pad_right = 0;
  ///@}

  bool bias = false;             ///< within the convolution, which some chips refuse; for a separate one see add_bias
  mil::DType dtype = mil::fp16;  ///< of the input, the weights and the result
};

/// A two-dimensional convolution of [1, in, height, width]. Its weight is "W", [out, in / groups, kernel height, kernel
/// width]; with `bias` it also has "b", [out].
template <Conv2dShape S>
struct Conv2d {
  static constexpr auto input = mil::tensor(S.dtype, 1, S.in, S.height, S.width);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    mil::require(S.groups >= 1, "Conv2d", "there must be at least 1 group, not {}", S.groups);
    const mil::Value weight = b.weight("W", mil::tensor(S.dtype, S.out, S.in / S.groups, S.kernel_height, S.kernel_width));
    return b.conv(x, weight,
                  {.bias = S.bias ? b.weight("b", mil::tensor(S.dtype, S.out), mil::Role::bias) : mil::Value{},
                   .strides = {S.stride_height, S.stride_width},
                   .padding = S.padding,
                   .pad = {S.pad_top, S.pad_bottom, S.pad_left, S.pad_right},
                   .dilations = {S.dilation_height, S.dilation_width},
                   .groups = S.groups});
  }
};

}  // namespace anechain::kernels
