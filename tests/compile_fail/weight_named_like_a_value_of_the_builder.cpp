// SPDX-License-Identifier: MIT
// expect-error: the name is one that the builder gives to its own values
#include <anechain/core.hpp>

using namespace anechain;

#ifdef CONTROL
constexpr std::string_view weight_name = "conv_weight";
#else
constexpr std::string_view weight_name = "conv_1";
#endif

struct Named {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    return b.conv(x, b.weight(weight_name, mil::tensor(mil::fp16, 64, 64, 1, 1)));
  }
};

static_assert(!mil_text<Named>.empty());
