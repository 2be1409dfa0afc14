// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <anechain/mil/fp16.hpp>

namespace anechain::host {

/// What a micro-kernel works on: a tile of c, and the panels of a and b that it is the product of. A step of the depth takes one
/// number of `a` for each row of the tile, which lie packed, and vectors of `b`, `b_step` floats after those before them.
struct Tile {
  const float* a = nullptr;
  const float* b = nullptr;
  std::int64_t b_step;
  std::int64_t depth;
  float* c = nullptr;
  std::int64_t c_step = 0;  ///< floats from one row to the next
  bool adds;                ///< to what is in c
  bool rounds;              ///< what is written, to half precision

  float* row(std::size_t index) const { return c + static_cast<std::int64_t>(index) * c_step; }
};

/// The loop that a matrix product comes down to, for tiles of every height up to `rows`; they are `width` floats wide.
struct MicroKernel {
  static constexpr std::int64_t most_rows = 12;
  static constexpr std::int64_t most_width = 32;

  const char* name;
  std::int64_t rows, width;
  std::array<void (*)(const Tile&), most_rows> of_height;  ///< one row, two rows, ...

  void operator()(std::int64_t height, const Tile& tile) const { of_height[static_cast<std::size_t>(height - 1)](tile); }
};

namespace detail {

using Vector4 = float __attribute__((vector_size(16)));
using Vector8 = float __attribute__((vector_size(32)));
using Vector16 = float __attribute__((vector_size(64)));

/// A vector where floats are.
template <class Vector>
struct [[gnu::packed, gnu::may_alias]] Unaligned {
  Vector vector;
};

/// The sums stay in registers. What `a` will be read from later is fetched early: it comes from far away, and only once.
template <class Vector, std::size_t Rows, std::size_t Columns>
[[gnu::always_inline]] inline void multiply_tile(const Tile& tile, Vector (&sums)[Rows][Columns]) {
  constexpr std::size_t steps_ahead = 64;
  if (tile.adds)
#pragma GCC unroll 16
    for (std::size_t row = 0; row < Rows; ++row)
#pragma GCC unroll 4
      for (std::size_t column = 0; column < Columns; ++column)
        sums[row][column] = reinterpret_cast<const Unaligned<Vector>*>(tile.row(row))[column].vector;
  const float* a = tile.a;
  const float* b = tile.b;
  for (std::int64_t k = 0; k < tile.depth; ++k, a += Rows, b += tile.b_step) {
    __builtin_prefetch(a + steps_ahead * Rows);
    Vector right[Columns];
#pragma GCC unroll 4
    for (std::size_t column = 0; column < Columns; ++column) right[column] = reinterpret_cast<const Unaligned<Vector>*>(b)[column].vector;
#pragma GCC unroll 16
    for (std::size_t row = 0; row < Rows; ++row)
#pragma GCC unroll 4
      for (std::size_t column = 0; column < Columns; ++column) sums[row][column] += a[row] * right[column];
  }
}

template <class Vector, std::size_t Rows, std::size_t Columns>
[[gnu::always_inline]] inline void store_tile(const Tile& tile, const Vector (&sums)[Rows][Columns]) {
#pragma GCC unroll 16
  for (std::size_t row = 0; row < Rows; ++row)
#pragma GCC unroll 4
    for (std::size_t column = 0; column < Columns; ++column)
      reinterpret_cast<Unaligned<Vector>*>(tile.row(row))[column].vector = sums[row][column];
}

/// The micro-kernel whose tile of `height` rows is `Of<height>::run`.
template <template <std::size_t> class Of, std::size_t Rows>
MicroKernel micro_kernel_of(const char* name, std::int64_t width) {
  MicroKernel kernel{name, static_cast<std::int64_t>(Rows), width, {}};
  [&]<std::size_t... I>(std::index_sequence<I...>) { ((kernel.of_height[I] = Of<I + 1>::run), ...); }(std::make_index_sequence<Rows>{});
  return kernel;
}

#if defined(__aarch64__)
inline constexpr std::size_t tile_rows = 8, tile_vectors = 3;  // of 32 registers
#else
inline constexpr std::size_t tile_rows = 4, tile_vectors = 2;  // of 16, without a multiply-add
#endif

template <std::size_t Rows>
struct TileOfVectors4 {
  static void run(const Tile& tile) {
    Vector4 sums[Rows][tile_vectors]{};
    multiply_tile(tile, sums);
    store_tile(tile, sums);
    if (!tile.rounds) return;
    for (std::size_t row = 0; row < Rows; ++row) mil::round_to_half(tile.row(row), 4 * tile_vectors);
  }
};

#if defined(__x86_64__)

using Halves16 = short __attribute__((vector_size(32)));

template <std::size_t Rows>
struct TileOfVectors8 {
  __attribute__((target("avx2,fma,f16c"))) static void run(const Tile& tile) {
    Vector8 sums[Rows][2]{};
    multiply_tile(tile, sums);
    if (tile.rounds)
#pragma GCC unroll 16
      for (Vector8(&row)[2] : sums)
#pragma GCC unroll 2
        for (Vector8& sum : row) sum = __builtin_ia32_vcvtph2ps256(__builtin_ia32_vcvtps2ph256(sum, 0));
    store_tile(tile, sums);
  }
};

template <std::size_t Rows>
struct TileOfVectors16 {
  __attribute__((target("avx512f,avx2,fma,f16c"))) static void run(const Tile& tile) {
    constexpr std::uint16_t all = 0xFFFF;
    constexpr int nearest_even = 0;
    constexpr int exactly = 4;
    Vector16 sums[Rows][2]{};
    multiply_tile(tile, sums);
    if (tile.rounds)
#pragma GCC unroll 16
      for (Vector16(&row)[2] : sums)
#pragma GCC unroll 2
        for (Vector16& sum : row) {
          const Halves16 halves = __builtin_ia32_vcvtps2ph512_mask(sum, nearest_even, Halves16{}, all);
          sum = __builtin_ia32_vcvtph2ps512_mask(halves, Vector16{}, all, exactly);
        }
    store_tile(tile, sums);
  }
};

#endif

}  // namespace detail

/// Those that this processor and system can run, the fastest first.
inline const std::vector<MicroKernel>& micro_kernels() {
  static const std::vector<MicroKernel> kernels = [] {
    std::vector<MicroKernel> runnable;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) runnable.push_back(detail::micro_kernel_of<detail::TileOfVectors16, 12>("AVX-512", 32));
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      runnable.push_back(detail::micro_kernel_of<detail::TileOfVectors8, 6>("AVX2", 16));
#endif
    runnable.push_back(detail::micro_kernel_of<detail::TileOfVectors4, detail::tile_rows>("128-bit vectors", 4 * detail::tile_vectors));
    return runnable;
  }();
  return kernels;
}

}  // namespace anechain::host
