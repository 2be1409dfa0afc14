// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace anechain::host {

/// A matrix in memory, row after row; `transposed` says that it is to be read with rows and columns exchanged.
struct Matrix {
  const float* data;
  std::int64_t stride;  ///< floats from one stored row to the next
  bool transposed = false;

  Matrix transpose() const { return {data, stride, !transposed}; }
  const float* row(std::int64_t index) const { return data + index * (transposed ? 1 : stride); }
  std::int64_t column_step() const { return transposed ? stride : 1; }
};

namespace detail {

/// For counts so small that a call would cost more than the copy. The steps count floats.
inline void copy_short(const float* from, std::int64_t count, float* to, std::int64_t from_step = 1, std::int64_t to_step = 1) {
  std::int64_t i = 0;
  for (; from_step == 1 && to_step == 1 && i + 4 <= count; i += 4) std::memcpy(to + i, from + i, 4 * sizeof(float));
  for (; i < count; ++i) to[i * to_step] = from[i * from_step];
}

}  // namespace detail

/// Floats of a matrix in panels: its rows filled up to whole ones.
constexpr std::int64_t packed_floats(std::int64_t rows, std::int64_t columns, std::int64_t height) {
  return (rows + height - 1) / height * height * columns;
}

/// Copies a matrix in the order in which a product reads it: panels of `height` rows, in each column after column. Without
/// `fills`, the last panel is as high as the rows that are left; with it, it is filled up with zeros.
inline void pack(const Matrix& matrix, std::int64_t rows, std::int64_t columns, std::int64_t height, bool fills, float* to) {
  for (std::int64_t first = 0; first < rows; first += height) {
    const std::int64_t present = std::min(height, rows - first);
    const std::int64_t step = fills ? height : present;
    const float* const panel = matrix.row(first);
    if (matrix.transposed) {
      for (std::int64_t column = 0; column < columns; ++column)
        detail::copy_short(panel + column * matrix.stride, present, to + column * step);
    } else {
      constexpr std::int64_t block = 16;  // columns: a cache line of every row
      for (std::int64_t start = 0; start < columns; start += block)
        for (std::int64_t row = 0; row < present; ++row)
          for (std::int64_t column = start; column < std::min(start + block, columns); ++column)
            to[column * step + row] = panel[row * matrix.stride + column];
    }
    for (std::int64_t column = 0; present < step && column < columns; ++column)
      std::fill(to + column * step + present, to + (column + 1) * step, 0.0f);
    to += step * columns;
  }
}

}  // namespace anechain::host
