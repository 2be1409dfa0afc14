// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <anechain/support/random.hpp>

namespace anechain {

/// In which order the strategies take their turns: each once a round, in a random order of its own every round, so that
/// no strategy always runs first, or always after the same other. The same seed gives the same schedule everywhere.
class Schedule {
 public:
  explicit Schedule(std::uint64_t seed) : random_(seed) {}

  /// The next round's order of the given strategies.
  std::span<const std::size_t> round(std::span<const std::size_t> strategies) {
    order_.assign(strategies.begin(), strategies.end());
    random_.shuffle(std::span{order_});
    return order_;
  }

 private:
  Random random_;
  std::vector<std::size_t> order_;
};

}  // namespace anechain
