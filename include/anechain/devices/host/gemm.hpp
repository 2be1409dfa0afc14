// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#if ANECHAIN_HAS_CBLAS && defined(__APPLE__)
#include <Accelerate/Accelerate.h>
#elif ANECHAIN_HAS_CBLAS
#include <cblas.h>
#endif

namespace anechain::host {

/// A matrix in memory, row after row; `transposed` says that it is to be read with rows and columns exchanged.
struct Matrix {
  const float* data;
  std::int64_t stride;  ///< floats from one stored row to the next
  bool transposed = false;

  float at(std::int64_t row, std::int64_t column) const { return transposed ? data[column * stride + row] : data[row * stride + column]; }
};

/// The extents of c[rows, columns] = a[rows, depth] * b[depth, columns].
struct ProductShape {
  std::int64_t rows, columns, depth;
};

namespace detail {

/// One tile of the product, held in registers: `Rows` rows of `Columns` vectors. `a` holds `Rows` numbers a step, `b`
/// holds `Columns` vectors a step, both packed.
template <class Vector, std::size_t Rows, std::size_t Columns>
[[gnu::always_inline]] inline void multiply_tile(const float* a, const float* b, std::int64_t depth, float* c) {
  constexpr std::size_t lanes = sizeof(Vector) / sizeof(float);
  Vector sums[Rows][Columns]{};
  for (std::int64_t k = 0; k < depth; ++k, a += Rows, b += Columns * lanes) {
    Vector right[Columns];
    std::memcpy(right, b, sizeof right);
#pragma GCC unroll 16
    for (std::size_t row = 0; row < Rows; ++row)
#pragma GCC unroll 4
      for (std::size_t column = 0; column < Columns; ++column) sums[row][column] += a[row] * right[column];
  }
  std::memcpy(c, sums, sizeof sums);
}

inline constexpr std::int64_t depth_block = 256;

/// The whole product in blocks of 256 deep: a panel of a, sixteen tiles high, that stays in the first-level cache, and a
/// panel of b over all columns, both copied so that the inner loop reads them in order; edges are padded with zeros.
template <class Vector, std::size_t Rows, std::size_t Columns>
[[gnu::always_inline]] inline void multiply_blocked(const ProductShape& shape, const Matrix& a, const Matrix& b, float* c,
                                                    std::int64_t c_stride) {
  constexpr auto rows = static_cast<std::int64_t>(Rows);
  constexpr auto width = static_cast<std::int64_t>(Columns * sizeof(Vector) / sizeof(float));
  constexpr std::int64_t row_block = 16 * rows;
  thread_local std::vector<float> panels;
  const auto needed = static_cast<std::size_t>((row_block + shape.columns + width) * depth_block);
  if (panels.size() < needed) panels.resize(needed);
  float* const a_panel = panels.data();
  float* const b_panel = a_panel + row_block * depth_block;
  alignas(64) float tile[Rows * width];

  for (std::int64_t k0 = 0; k0 < shape.depth; k0 += depth_block) {
    const std::int64_t depth = std::min(depth_block, shape.depth - k0);
    for (std::int64_t j0 = 0; j0 < shape.columns; j0 += width) {
      const std::int64_t columns = std::min(width, shape.columns - j0);
      float* to = b_panel + j0 * depth_block;
      for (std::int64_t k = 0; k < depth; ++k, to += width) {
        if (!b.transposed && columns == width) {
          std::memcpy(to, b.data + (k0 + k) * b.stride + j0, width * sizeof(float));
        } else {
          for (std::int64_t j = 0; j < width; ++j) to[j] = j < columns ? b.at(k0 + k, j0 + j) : 0;
        }
      }
    }
    for (std::int64_t i0 = 0; i0 < shape.rows; i0 += row_block) {
      const std::int64_t block_rows = std::min(row_block, shape.rows - i0);
      for (std::int64_t i = 0; i < block_rows; i += rows) {
        float* to = a_panel + i * depth_block;
        for (std::int64_t k = 0; k < depth; ++k)
          for (std::int64_t row = 0; row < rows; ++row) *to++ = i + row < block_rows ? a.at(i0 + i + row, k0 + k) : 0;
      }
      for (std::int64_t j0 = 0; j0 < shape.columns; j0 += width) {
        const std::int64_t columns = std::min(width, shape.columns - j0);
        for (std::int64_t i = 0; i < block_rows; i += rows) {
          multiply_tile<Vector, Rows, Columns>(a_panel + i * depth_block, b_panel + j0 * depth_block, depth, tile);
          for (std::int64_t row = 0; row < std::min(rows, block_rows - i); ++row) {
            float* to = c + (i0 + i + row) * c_stride + j0;
            const float* from = tile + row * width;
            if (k0 == 0) {
              for (std::int64_t j = 0; j < columns; ++j) to[j] = from[j];
            } else {
              for (std::int64_t j = 0; j < columns; ++j) to[j] += from[j];
            }
          }
        }
      }
    }
  }
}

using Vector4 = float __attribute__((vector_size(16), may_alias));

#if defined(__x86_64__)

using Vector8 = float __attribute__((vector_size(32), may_alias));
using Vector16 = float __attribute__((vector_size(64), may_alias));

__attribute__((target("avx2,fma"))) inline void multiply_avx2(const ProductShape& shape, const Matrix& a, const Matrix& b, float* c,
                                                              std::int64_t stride) {
  multiply_blocked<Vector8, 6, 2>(shape, a, b, c, stride);
}

__attribute__((target("avx512f,avx2,fma"))) inline void multiply_avx512(const ProductShape& shape, const Matrix& a, const Matrix& b,
                                                                        float* c, std::int64_t stride) {
  multiply_blocked<Vector16, 12, 2>(shape, a, b, c, stride);
}

/// The widest vectors that this processor and system have: chosen when the program runs, not by build flags.
inline int vector_bits() {
  static const int bits = __builtin_cpu_supports("avx512f")                                 ? 512
                          : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 256
                                                                                            : 128;
  return bits;
}

#endif

}  // namespace detail

/// c = a * b through the built-in loop: blocked, packed, vectors of the widest kind that the processor has. `c` has rows
/// of `c_stride` floats. Not parallel.
inline void multiply_built_in(const ProductShape& shape, const Matrix& a, const Matrix& b, float* c, std::int64_t c_stride) {
#if defined(__x86_64__)
  if (detail::vector_bits() == 512) return detail::multiply_avx512(shape, a, b, c, c_stride);
  if (detail::vector_bits() == 256) return detail::multiply_avx2(shape, a, b, c, c_stride);
#endif
  detail::multiply_blocked<detail::Vector4, 4, 3>(shape, a, b, c, c_stride);
}

#if ANECHAIN_HAS_CBLAS

inline constexpr std::string_view product_library = "CBLAS";

/// c = a * b, all in single precision. `c` has rows of `c_stride` floats.
inline void multiply(const ProductShape& shape, const Matrix& a, const Matrix& b, float* c, std::int64_t c_stride) {
  const auto number = [](std::int64_t extent) { return static_cast<int>(extent); };
  cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans, number(shape.rows),
              number(shape.columns), number(shape.depth), 1.0f, a.data, number(a.stride), b.data, number(b.stride), 0.0f, c,
              number(c_stride));
}

#else

inline constexpr std::string_view product_library = "built-in";

/// c = a * b, all in single precision. `c` has rows of `c_stride` floats.
inline void multiply(const ProductShape& shape, const Matrix& a, const Matrix& b, float* c, std::int64_t c_stride) {
  multiply_built_in(shape, a, b, c, c_stride);
}

#endif

}  // namespace anechain::host
