// SPDX-License-Identifier: MIT
// expect-error: an input of this kernel has an extent that is not known when it is compiled
#include <anechain/ane.hpp>

using namespace anechain;

#ifdef CONTROL
constexpr std::int64_t positions = 32;
#else
constexpr std::int64_t positions = mil::unknown_extent;
#endif

struct Any {
  static constexpr mil::TensorType input{mil::fp16, {{1, 64, 1, positions}, 4}};
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return project(b, x, "W", 64); }
};

auto compiled(AneDevice& device) { return Chain<Any>::compile(device, random_weights(1)); }
