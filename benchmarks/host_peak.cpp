// SPDX-License-Identifier: MIT
// Compiled for the processor that it is built on, but with no mathematics that could make one step of two.
#include "host_peers.hpp"

double peers::multiply_add(long rounds) {
#if defined(__AVX512F__)
  using Vector = float __attribute__((vector_size(64)));
#elif defined(__AVX__)
  using Vector = float __attribute__((vector_size(32)));
#else
  using Vector = float __attribute__((vector_size(16)));
#endif
  constexpr int chains = 12;  // independent, so that none waits for another
  volatile float factor = 0.999f;
  volatile float term = 1e-3f;
  const Vector factors = Vector{} + factor;
  const Vector terms = Vector{} + term;
  Vector sums[chains];
#pragma GCC unroll 16
  for (int chain = 0; chain < chains; ++chain) sums[chain] = Vector{} + static_cast<float>(chain);  // all different, else they are one
  for (long i = 0; i < rounds; ++i)
#pragma GCC unroll 16
    for (int chain = 0; chain < chains; ++chain) sums[chain] = sums[chain] * factors + terms;
  Vector all{};
#pragma GCC unroll 16
  for (int chain = 0; chain < chains; ++chain) all += sums[chain];
  volatile float result = all[0];
  static_cast<void>(result);
  return static_cast<double>(rounds) * chains * static_cast<double>(sizeof(Vector) / sizeof(float));
}
