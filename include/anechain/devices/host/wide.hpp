// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

/// Loops that are compiled several times, for vectors of every width, and chosen when the program runs; and what they call.
namespace anechain::host::detail {

template <class Function>
struct Widths;

template <class... Arguments>
struct Widths<void(Arguments...)> {
  template <class Loop>
  static void common(Arguments... arguments) {
    Loop{}(arguments...);
  }
#if defined(__x86_64__)
  template <class Loop>
  __attribute__((target("avx2,fma"))) static void avx2(Arguments... arguments) {
    Loop{}(arguments...);
  }
  template <class Loop>
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))) static void avx512(Arguments... arguments) {
    Loop{}(arguments...);
  }
#endif
};

/// The loop for the widest vectors that this processor has. It is a lambda without captures that is always inlined.
template <class Function, class Loop>
Function* widest(Loop) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return Widths<Function>::template avx512<Loop>;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Widths<Function>::template avx2<Loop>;
#endif
  return Widths<Function>::template common<Loop>;
}

/// e^x to two units in the last place, without a branch or a call, so that loops over it become vectors: 2^n e^r with
/// |r| <= ln(2) / 2, and the polynomial of Cephes' expf.
[[gnu::always_inline]] inline float exponential(float x) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float whole = 0x1.8p23f;  // what is added to it is rounded to whole numbers
  const float within = x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x;
  const float shifted = within * 1.44269504f + whole;
  const float n = shifted - whole;
  const std::int32_t power = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(whole);
  const float r = within - n * 0.693359375f - n * -2.12194440e-4f;
  float sum = 1.9875691500e-4f;
  sum = sum * r + 1.3981999507e-3f;
  sum = sum * r + 8.3334519073e-3f;
  sum = sum * r + 4.1665795894e-2f;
  sum = sum * r + 1.6666665459e-1f;
  sum = sum * r + 5.0000001201e-1f;
  sum = sum * r * r + r + 1;
  const std::int32_t half = power >> 1;  // two factors: one would overflow where the result is subnormal or almost infinite
  const float result = sum * std::bit_cast<float>((half + 127) << 23) * std::bit_cast<float>((power - half + 127) << 23);
  return x > 88.7228394f ? infinity : result;
}

[[gnu::always_inline]] inline float sigmoid(float x) { return 1 / (1 + exponential(-x)); }

using RowLoop = void(float* rows, std::int64_t count, std::int64_t length);

/// exp(x) / sum(exp(x)) of rows in place, from the differences to their largest elements.
inline RowLoop* softmax_rows() {
  static RowLoop* const loop = widest<RowLoop>([](float* row, std::int64_t count, std::int64_t length) __attribute__((always_inline)) {
    constexpr std::int64_t lanes = 16;
    const std::int64_t whole = length / lanes * lanes;
    for (; count > 0; --count, row += length) {
      float part[lanes];
      for (float& number : part) number = -std::numeric_limits<float>::infinity();
      for (std::int64_t i = 0; i < whole; i += lanes)
        for (std::int64_t lane = 0; lane < lanes; ++lane) part[lane] = part[lane] < row[i + lane] ? row[i + lane] : part[lane];
      float most = part[0];
      for (const float number : part) most = most < number ? number : most;
      for (std::int64_t i = whole; i < length; ++i) most = most < row[i] ? row[i] : most;

      for (std::int64_t i = 0; i < length; ++i) row[i] = exponential(row[i] - most);

      for (float& number : part) number = 0;
      for (std::int64_t i = 0; i < whole; i += lanes)
        for (std::int64_t lane = 0; lane < lanes; ++lane) part[lane] += row[i + lane];
      float sum = 0;
      for (const float number : part) sum += number;
      for (std::int64_t i = whole; i < length; ++i) sum += row[i];
      for (std::int64_t i = 0; i < length; ++i) row[i] /= sum;
    }
  });
  return loop;
}

}  // namespace anechain::host::detail
