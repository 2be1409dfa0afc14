// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <anechain/support/digest.hpp>

namespace anechain {

ANECHAIN_INLINE std::uint64_t digest(std::span<const std::byte> bytes, std::uint64_t state) {
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(sizeof word, bytes.size() - at));
    state = (state ^ word) * 0x100000001B3;
    state ^= state >> 32;
  }
  return state;
}

}  // namespace anechain
