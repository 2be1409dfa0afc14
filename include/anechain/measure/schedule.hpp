// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <anechain/separate_compilation.hpp>
#include <anechain/support/random.hpp>

namespace anechain {

/// Turns that each strategy has in a palindrome.
inline constexpr std::size_t turns_a_round = 2;

/// In which order the strategies take their turns: a random palindrome every round (C A B B A C). Every strategy has the
/// same mean position in it, so that a drift of the machine cancels within each round, and orders differ from round to
/// round, so that no strategy always follows the same other. The same seed gives the same schedule everywhere.
class Schedule {
 public:
  /// `seed` is the protocol's.
  explicit Schedule(std::uint64_t seed) : random_(seed) {}

  /// The next round's order of the given strategies, once each; valid until the next call.
  std::span<const std::size_t> shuffle(std::span<const std::size_t> strategies);

  /// The next round's order as a palindrome, twice each; valid until the next call.
  std::span<const std::size_t> palindrome(std::span<const std::size_t> strategies);

 private:
  Random random_;
  std::vector<std::size_t> order_;
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/schedule.ipp>
#endif
