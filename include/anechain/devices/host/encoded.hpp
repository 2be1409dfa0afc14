// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <anechain/devices/host/cell.hpp>
#include <anechain/mil/infer.hpp>

/// What the host computes to and from fewer bits.
namespace anechain::host::detail {

/// A scale or zero point: a scalar, or an element for each place along the axis.
struct AlongAxis {
  Place place;
  bool given = false;
  bool floats = true;
  std::int64_t step = 0;

  AlongAxis(const Planning& plan, mil::Param param) : given(plan.operands.has(param)) {
    if (!given) return;
    const mil::TensorType type = plan.type(param);
    place = plan.place(param);
    floats = is_float(type);
    step = type.shape.rank == 0 ? 0 : 1;
  }

  float at(const Cell* memory, std::int64_t i, float neutral) const {
    if (!given) return neutral;
    const Cell cell = place.in(memory)[i * step];
    return floats ? cell.number : static_cast<float>(cell.integer);
  }
};

/// `element(x, scale, zero point)` for each element x, with the scale and zero point of its place along the axis.
template <class Element>
Task rescaled(const Planning& plan, mil::Param data, Element element) {
  const mil::Shape shape = plan.type().shape;
  const Lines lines{shape, plan.operands.has(mil::Param::axis) ? plan.operands.axis(shape.rank) : 0};
  return [=, scale = AlongAxis{plan, mil::Param::scale}, zero = AlongAxis{plan, mil::Param::zero_point}, x = plan.place(data),
          to = plan.to()](Cell* memory) {
    const Cell* from = x.in(memory);
    Cell* result = memory + to;
    for (std::int64_t row = 0; row < lines.outer * lines.length; ++row) {
      const float factor = scale.at(memory, row % lines.length, 1);
      const float offset = zero.at(memory, row % lines.length, 0);
      for (std::int64_t i = 0; i < lines.inner; ++i) *result++ = element(*from++, factor, offset);
    }
  };
}

/// round(x / scale) + zero_point, halves to even, kept within the dtype (coremltools, ops/defs/iOS17/quantization_ops.py).
inline Task quantize(const Planning& plan) {
  const mil::IntegerRange range = mil::integer_range(plan.type().dtype);
  return rescaled(plan, mil::Param::input, [=](Cell x, float scale, float zero) {
    return Cell{.integer = std::clamp(to_integer(std::nearbyint(x.number / scale) + zero), static_cast<std::int32_t>(range.least),
                                      static_cast<std::int32_t>(range.most))};
  });
}

/// scale * (x - zero_point): dequantize, and the weights of constexpr_affine_dequantize.
inline Task dequantize(const Planning& plan, mil::Param data) {
  return rescaled(plan, data,
                  [](Cell x, float scale, float zero) { return Cell{.number = scale * (static_cast<float>(x.integer) - zero)}; });
}

/// Bits `count` at a time, the lowest of a byte first.
class PackedBits {
 public:
  PackedBits(const Cell* bytes, int count) : bytes_(bytes), count_(count) {}

  std::uint32_t next() {
    std::uint32_t value = 0;
    for (int i = 0; i < count_; ++i, ++at_) value |= (static_cast<std::uint32_t>(bytes_[at_ / 8].integer) >> (at_ % 8) & 1U) << i;
    return value;
  }

 private:
  const Cell* bytes_;
  int count_;
  std::int64_t at_ = 0;
};

inline Task look_up(const Planning& plan) {
  const int bits = mil::lut_index_bits(plan.type(mil::Param::lut).elements());
  return [=, count = plan.type().elements(), indices = plan.place(mil::Param::indices), lut = plan.place(mil::Param::lut),
          to = plan.to()](Cell* memory) {
    PackedBits packed{indices.in(memory), bits};
    for (std::int64_t i = 0; i < count; ++i) memory[to + static_cast<std::size_t>(i)] = lut.in(memory)[packed.next()];
  };
}

/// Throws TypeError where the mask has not as many ones as there are elements.
inline Task spread(const Planning& plan) {
  const std::int64_t stored = plan.type(mil::Param::nonzero_data).elements();
  return [=, count = plan.type().elements(), mask = plan.place(mil::Param::mask), data = plan.place(mil::Param::nonzero_data),
          to = plan.to()](Cell* memory) {
    PackedBits packed{mask.in(memory), 1};
    std::int64_t used = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const bool present = packed.next() != 0;
      mil::require(!present || used < stored, "constexpr_sparse_to_dense", "the mask has more ones than the {} elements", stored);
      memory[to + static_cast<std::size_t>(i)] = present ? data.in(memory)[used++] : Cell{.integer = 0};
    }
    mil::require(used == stored, "constexpr_sparse_to_dense", "the mask has {} ones for {} elements", used, stored);
  };
}

}  // namespace anechain::host::detail
