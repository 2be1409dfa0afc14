// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace anechain {

/// xoshiro256** of Blackman and Vigna, seeded through splitmix64. The library's only source of randomness: the standard
/// engines' distributions and std::shuffle give other numbers with every standard library.
class Random {
 public:
  constexpr explicit Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9E3779B97F4A7C15;
      std::uint64_t mixed = seed;
      mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
      mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
      word = mixed ^ mixed >> 31;
    }
  }

  /// The next 64 bits.
  constexpr std::uint64_t bits() {
    const std::uint64_t result = rotated(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return result;
  }

  /// Uniform in [0, 1), of 53 bits.
  constexpr double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// Uniform in [low, high).
  constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Uniform in {0, ..., bound - 1}, without bias; `bound` is at least 1.
  constexpr std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t unbiased = UINT64_MAX - UINT64_MAX % bound;
    std::uint64_t drawn = bits();
    while (drawn >= unbiased) drawn = bits();
    return drawn % bound;
  }

  /// Nearly normal, with mean 0 and standard deviation 1: the sum of twelve uniform numbers, less its mean. No further than
  /// six from 0. Added as whole numbers, so that every platform gives the same, which its logarithm and cosine would not.
  constexpr double normal() {
    std::int64_t sum = 0;
    for (int i = 0; i < 6; ++i) {
      const std::uint64_t pair = bits();
      sum += static_cast<std::int64_t>(pair >> 32) + static_cast<std::int64_t>(pair & 0xFFFFFFFF);
    }
    constexpr std::int64_t mean = 6 * std::int64_t{0xFFFFFFFF};
    return static_cast<double>(sum - mean) * 0x1p-32;
  }

  /// Puts the elements in random order (Fisher and Yates).
  template <class T>
  constexpr void shuffle(std::span<T> elements) {
    for (std::size_t left = elements.size(); left > 1; --left) std::swap(elements[left - 1], elements[below(left)]);
  }

 private:
  static constexpr std::uint64_t rotated(std::uint64_t word, int by) { return word << by | word >> (64 - by); }

  std::uint64_t state_[4]{};
};

}  // namespace anechain
