// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include <anechain/devices/host/helper.hpp>
#include <anechain/devices/host/micro_kernel.hpp>
#include <anechain/devices/host/packing.hpp>

namespace anechain::host {

/// The extents of c[rows, columns] = a[rows, depth] * b[depth, columns].
struct ProductShape {
  std::int64_t rows, columns, depth;
};

/// An operand as a product reads it: packed in panels, or the rows of a matrix as they are stored, `stride` floats apart.
struct Panels {
  const float* data;
  std::int64_t stride = 0;
};

/// A matrix product of known extents, in single precision. Operands are packed first, once where they are
/// constant; then any number of runs multiply them. A product of few columns is computed transposed, so that its tiles are full.
class Product {
 public:
  explicit Product(const ProductShape& shape, const MicroKernel& kernel = micro_kernels().front())
      : kernel_(&kernel), flipped_(2 * shape.columns <= kernel.width && shape.columns < shape.rows), shape_(shape) {
    if (flipped_) std::swap(shape_.rows, shape_.columns);
  }

  /// Floats of the packed operands.
  std::int64_t left_floats() const { return flipped_ ? wide_floats() : tall_floats(); }
  std::int64_t right_floats() const { return flipped_ ? tall_floats() : wide_floats(); }

  /// Packs an operand into so many floats.
  Panels pack_left(const Matrix& a, float* to) const { return flipped_ ? pack_wide(a.transpose(), to) : pack_tall(a, to); }
  Panels pack_right(const Matrix& b, float* to) const { return flipped_ ? pack_tall(b.transpose(), to) : pack_wide(b, to); }

  /// The same for an operand that is multiplied once: it stays where it is when its rows make whole panels and are so short that
  /// copying them would cost more than the steps between them.
  Panels right(const Matrix& b, float* to) const {
    const bool stays = !flipped_ && !b.transposed && shape_.columns % kernel_->width == 0 && b.stride <= 8 * kernel_->width;
    return stays ? Panels{b.data, b.stride} : pack_right(b, to);
  }

  /// c = left * right, row after row, or c += left * right; then rounded to half precision, or not. `helper` may be null.
  void run(Panels left, Panels right, float* c, bool adds, bool rounds, Helper* helper = nullptr) const {
    if (flipped_) std::swap(left, right);
    if (helper == nullptr || 2 * shape_.rows * shape_.columns * shape_.depth < worth_two_threads)
      return run(left, right, c, adds, rounds, {0, shape_.rows}, {0, shape_.columns});
    const bool halves_rows = shape_.rows >= shape_.columns;
    const std::int64_t middle = halves_rows ? half(shape_.rows, kernel_->rows) : half(shape_.columns, kernel_->width);
    const Range rows{0, shape_.rows}, columns{0, shape_.columns};
    helper->run([&] { run(left, right, c, adds, rounds, halves_rows ? Range{0, middle} : rows, halves_rows ? columns : Range{0, middle}); },
                [&] {
                  run(left, right, c, adds, rounds, halves_rows ? Range{middle, rows.end} : rows,
                      halves_rows ? columns : Range{middle, columns.end});
                });
  }

 private:
  static constexpr std::int64_t depth_block = 384;    // a panel of the right operand stays in the first-level cache, or near it
  static constexpr std::int64_t tiles_in_block = 20;  // panels of the left operand stay in the second-level cache

  /// Floating-point operations of a product that takes several times as long as waking a thread.
  static constexpr std::int64_t worth_two_threads = std::int64_t{1} << 24;

  struct Range {
    std::int64_t begin, end;
  };

  /// About half of an extent, in whole tiles.
  static std::int64_t half(std::int64_t extent, std::int64_t tile) { return std::min((extent / tile + 1) / 2 * tile, extent); }

  void run(Panels left, Panels right, float* c, bool adds, bool rounds, Range rows, Range columns) const {
    const std::int64_t step = right.stride == 0 ? kernel_->width : right.stride;
    const std::int64_t panel_step = right.stride == 0 ? shape_.depth : 1;
    const std::int64_t row_block = tiles_in_block * kernel_->rows;
    for_each_depth_block([&](std::int64_t k, std::int64_t depth) {
      Tile tile{.b_step = step, .depth = depth, .adds = adds || k > 0, .rounds = rounds && k + depth == shape_.depth};
      for (std::int64_t first = rows.begin; first < rows.end; first += row_block)
        for (std::int64_t column = columns.begin; column < columns.end; column += kernel_->width)
          for (std::int64_t row = first; row < std::min(first + row_block, rows.end); row += kernel_->rows) {
            const std::int64_t height = std::min(kernel_->rows, shape_.rows - row);
            tile.a = left.data + k * shape_.rows + row * depth;
            tile.b = right.data + column * panel_step + k * step;
            run_tile(tile, row, column, height, c);
          }
    });
  }

  std::int64_t tall_floats() const { return shape_.rows * shape_.depth; }
  std::int64_t wide_floats() const { return packed_floats(shape_.columns, shape_.depth, kernel_->width); }

  /// `visit(first step, steps)`, for blocks of about the same size.
  template <class Visit>
  void for_each_depth_block(Visit visit) const {
    const std::int64_t blocks = (shape_.depth + depth_block - 1) / depth_block;
    for (std::int64_t block = 0; block < blocks; ++block) {
      const std::int64_t k = block * shape_.depth / blocks;
      visit(k, (block + 1) * shape_.depth / blocks - k);
    }
  }

  /// Block after block, so that what is read next lies behind what is read.
  Panels pack_tall(const Matrix& a, float* to) const {
    for_each_depth_block([&](std::int64_t k, std::int64_t depth) {
      const Matrix block{a.data + k * a.column_step(), a.stride, a.transposed};
      pack(block, shape_.rows, depth, kernel_->rows, false, to + k * shape_.rows);
    });
    return {to};
  }
  Panels pack_wide(const Matrix& b, float* to) const {
    pack(b.transpose(), shape_.columns, shape_.depth, kernel_->width, true, to);
    return {to};
  }

  /// Straight into c where it can be; else a tile of its own is copied.
  void run_tile(Tile& tile, std::int64_t row, std::int64_t column, std::int64_t height, float* c) const {
    const std::int64_t width = std::min(kernel_->width, shape_.columns - column);
    if (!flipped_ && width == kernel_->width) {
      tile.c = c + row * shape_.columns + column;
      tile.c_step = shape_.columns;
      return (*kernel_)(height, tile);
    }
    alignas(64) float whole[MicroKernel::most_rows * MicroKernel::most_width];
    tile.c = whole;
    tile.c_step = kernel_->width;
    const std::int64_t step = flipped_ ? shape_.rows : 1;
    const auto part_of_row = [&](std::int64_t i) {
      return flipped_ ? c + column * shape_.rows + row + i : c + (row + i) * shape_.columns + column;
    };
    for (std::int64_t i = 0; i < height && tile.adds; ++i) detail::copy_short(part_of_row(i), width, whole + i * kernel_->width, step, 1);
    (*kernel_)(height, tile);
    for (std::int64_t i = 0; i < height; ++i) detail::copy_short(whole + i * kernel_->width, width, part_of_row(i), 1, step);
  }

  const MicroKernel* kernel_;
  bool flipped_;
  ProductShape shape_;  ///< as it is computed
};

}  // namespace anechain::host
