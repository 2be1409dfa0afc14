// SPDX-License-Identifier: MIT
// expect-error: this kernel has two weights of one name
#include <anechain/core.hpp>

using namespace anechain;

#ifdef CONTROL
constexpr std::string_view second = "V";
#else
constexpr std::string_view second = "W";
#endif

struct Twice {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    const auto type = mil::tensor(mil::fp16, 64, 64, 1, 1);
    return b.conv(b.conv(x, b.weight("W", type)), b.weight(second, type));
  }
};

static_assert(!mil_text<Twice>.empty());
