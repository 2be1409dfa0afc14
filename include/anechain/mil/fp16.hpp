// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <anechain/mil/half.hpp>

/// Arrays of half-precision numbers to and from single precision, round to nearest even. On x86-64 the compiler's own
/// conversion is a function call an element unless the build asks for F16C; here it is chosen when the program runs.
namespace anechain::mil {

namespace detail {

using FloatX4 = float __attribute__((vector_size(16)));
using WordX4 = std::int32_t __attribute__((vector_size(16)));

inline WordX4 select(WordX4 mask, WordX4 yes, WordX4 no) { return (mask & yes) | (~mask & no); }

/// Four halves, each in the low 16 bits of a word, to floats. Subnormals are made normal by a subtraction, so that the
/// result does not depend on the processor's treatment of subnormal floats.
inline WordX4 widened_bits(WordX4 halves) {
  const WordX4 magnitude = (halves & 0x7FFF) << 13;
  const WordX4 normal = magnitude + (112 << 23);
  const WordX4 special = magnitude + (224 << 23);
  const WordX4 smallest_normal = WordX4{} + (113 << 23);
  const WordX4 subnormal = std::bit_cast<WordX4>(std::bit_cast<FloatX4>(magnitude + (113 << 23)) - std::bit_cast<FloatX4>(smallest_normal));
  const WordX4 finite = select(magnitude < (1 << 23), subnormal, normal);
  return select(magnitude >= (31 << 23), special, finite) | (halves & 0x8000) << 16;
}

/// Four floats to halves in the low 16 bits of a word.
inline WordX4 narrowed_bits(WordX4 floats) {
  const WordX4 sign = (floats >> 16) & 0x8000;
  const WordX4 magnitude = floats & 0x7FFFFFFF;
  const WordX4 overflow = select(magnitude > (255 << 23), WordX4{} + 0x7E00, WordX4{} + 0x7C00);
  const WordX4 aligned = WordX4{} + (126 << 23);
  const WordX4 subnormal = std::bit_cast<WordX4>(std::bit_cast<FloatX4>(magnitude) + std::bit_cast<FloatX4>(aligned)) - aligned;
  const WordX4 normal = (magnitude - (112 << 23) + 0xFFF + ((magnitude >> 13) & 1)) >> 13;
  const WordX4 finite = select(magnitude < (113 << 23), subnormal, normal);
  return select(magnitude >= (143 << 23), overflow, finite) | sign;
}

/// Converts an array four numbers at a time, the last ones through copies that are filled up to four.
template <class From, class To, class Four>
void in_fours(const From* from, To* to, std::size_t count, Four four) {
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) four(from + i, to + i);
  From last_from[4]{};
  To last_to[4];
  std::copy(from + i, from + count, last_from);
  four(last_from, last_to);
  std::copy(last_to, last_to + (count - i), to + i);
}

inline void widen_portably(const half* from, float* to, std::size_t count) {
  const auto four = [](const half* halves, float* floats) {
    std::uint16_t narrow[4];
    std::memcpy(narrow, halves, sizeof narrow);
    const WordX4 bits = widened_bits(WordX4{narrow[0], narrow[1], narrow[2], narrow[3]});
    std::memcpy(floats, &bits, sizeof bits);
  };
  in_fours(from, to, count, four);
}

inline void narrow_portably(const float* from, half* to, std::size_t count) {
  const auto four = [](const float* floats, half* halves) {
    WordX4 wide;
    std::memcpy(&wide, floats, sizeof wide);
    const WordX4 bits = narrowed_bits(wide);
    const std::uint16_t narrow[4]{static_cast<std::uint16_t>(bits[0]), static_cast<std::uint16_t>(bits[1]),
                                  static_cast<std::uint16_t>(bits[2]), static_cast<std::uint16_t>(bits[3])};
    std::memcpy(halves, narrow, sizeof narrow);
  };
  in_fours(from, to, count, four);
}

#if defined(__x86_64__) || defined(__i386__)

using FloatX8 = float __attribute__((vector_size(32)));
using HalfBitsX8 = short __attribute__((vector_size(16)));

__attribute__((target("f16c,avx"))) inline void widen_with_f16c(const half* from, float* to, std::size_t count) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    HalfBitsX8 halves;
    std::memcpy(&halves, from + i, sizeof halves);
    const FloatX8 floats = __builtin_ia32_vcvtph2ps256(halves);
    std::memcpy(to + i, &floats, sizeof floats);
  }
  widen_portably(from + i, to + i, count - i);
}

__attribute__((target("f16c,avx"))) inline void narrow_with_f16c(const float* from, half* to, std::size_t count) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    FloatX8 floats;
    std::memcpy(&floats, from + i, sizeof floats);
    constexpr int nearest_even = 0;
    const HalfBitsX8 halves = __builtin_ia32_vcvtps2ph256(floats, nearest_even);
    std::memcpy(to + i, &halves, sizeof halves);
  }
  narrow_portably(from + i, to + i, count - i);
}

__attribute__((target("f16c,avx"))) inline std::size_t round_with_f16c(float* numbers, std::size_t count) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    FloatX8 floats;
    std::memcpy(&floats, numbers + i, sizeof floats);
    constexpr int nearest_even = 0;
    floats = __builtin_ia32_vcvtph2ps256(__builtin_ia32_vcvtps2ph256(floats, nearest_even));
    std::memcpy(numbers + i, &floats, sizeof floats);
  }
  return i;
}

/// Every processor with AVX2 has F16C; asking for AVX2 also asks whether the system saves the wide registers.
inline bool has_f16c() {
  static const bool answer = __builtin_cpu_supports("avx2");
  return answer;
}

#endif

}  // namespace detail

/// Half to single precision, exactly. The arrays must not overlap.
inline void widen(const half* from, float* to, std::size_t count) {
#if defined(__aarch64__)
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]);
#else
#if defined(__x86_64__) || defined(__i386__)
  if (detail::has_f16c()) return detail::widen_with_f16c(from, to, count);
#endif
  detail::widen_portably(from, to, count);
#endif
}

/// Single to half precision, rounded to nearest even; too large becomes infinite. The arrays must not overlap.
inline void narrow(const float* from, half* to, std::size_t count) {
#if defined(__aarch64__)
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<half>(from[i]);
#else
#if defined(__x86_64__) || defined(__i386__)
  if (detail::has_f16c()) return detail::narrow_with_f16c(from, to, count);
#endif
  detail::narrow_portably(from, to, count);
#endif
}

/// Replaces each number by the half-precision number nearest to it.
inline void round_to_half(float* numbers, std::size_t count) {
  constexpr std::size_t chunk = 256;
  half rounded[chunk];
  std::size_t i = 0;
#if defined(__x86_64__) || defined(__i386__)
  if (detail::has_f16c()) i = detail::round_with_f16c(numbers, count);
#endif
  for (; i < count; i += chunk) {
    const std::size_t size = count - i < chunk ? count - i : chunk;
    narrow(numbers + i, rounded, size);
    widen(rounded, numbers + i, size);
  }
}

}  // namespace anechain::mil
