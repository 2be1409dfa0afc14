// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace anechain {

/// What one evaluation of a kernel reads and writes.
struct Bytes {
  std::int64_t input = 0;    ///< packed
  std::int64_t output = 0;   ///< packed
  std::int64_t weights = 0;  ///< payloads only

  /// What moves where nothing is read or written twice.
  constexpr std::int64_t total() const { return input + output + weights; }
  constexpr bool operator==(const Bytes&) const = default;
};

}  // namespace anechain
