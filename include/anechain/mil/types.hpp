// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include <anechain/mil/error.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain::mil {

/// The element types that MIL text can name (`boolean` is spelt `bool` there).
enum class DType : std::uint8_t {
  boolean,
  string,
  fp16,
  fp32,
  fp64,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  bf16,
  fp8e4m3fn,
  fp8e5m2,
  int4,
  uint1,
  uint2,
  uint3,
  uint4,
  uint6,
};

/// Shorter, for those that kernels are written with.
///@{
inline constexpr DType boolean = DType::boolean;
inline constexpr DType fp16 = DType::fp16;
inline constexpr DType fp32 = DType::fp32;
inline constexpr DType int32 = DType::int32;
inline constexpr DType int8 = DType::int8;
inline constexpr DType uint8 = DType::uint8;
///@}

/// What MIL text and weight files know of an element type.
struct DTypeFacts {
  std::string_view name;    ///< as MIL text spells it
  int bits;                 ///< of one element; 0 for strings
  std::uint32_t blob_code;  ///< in weight files (coremltools, MILBlob/Blob/BlobDataType.hpp); 0 where it has none
  bool floating;            ///< a graph keeps its elements as doubles: see to_bits
};

/// In the order of DType.
inline constexpr DTypeFacts dtype_table[]{
    {"bool", 8, 0, false},    {"string", 0, 0, false},   {"fp16", 16, 1, true},    {"fp32", 32, 2, true},   {"fp64", 64, 0, true},
    {"int8", 8, 4, false},    {"int16", 16, 6, false},   {"int32", 32, 14, false}, {"int64", 64, 0, false}, {"uint8", 8, 3, false},
    {"uint16", 16, 7, false}, {"uint32", 32, 15, false}, {"uint64", 64, 0, false}, {"bf16", 16, 5, true},   {"fp8e4m3fn", 8, 16, true},
    {"fp8e5m2", 8, 17, true}, {"int4", 4, 8, false},     {"uint1", 1, 9, false},   {"uint2", 2, 10, false}, {"uint3", 3, 12, false},
    {"uint4", 4, 11, false},  {"uint6", 6, 13, false},
};

/// Its row of dtype_table.
constexpr const DTypeFacts& facts(DType dtype) { return dtype_table[static_cast<std::size_t>(dtype)]; }

/// The smallest and largest integer of a dtype, as far as int64 can hold them.
struct IntegerRange {
  /// Both belong to the range.
  ///@{
  std::int64_t least = 0;
  std::int64_t most = 0;
  ///@}
};

/// For integer dtypes; of others it says nothing.
constexpr IntegerRange integer_range(DType dtype) {
  const int bits = facts(dtype).bits;
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  if (facts(dtype).name[0] == 'i')
    return bits == 64 ? IntegerRange{-largest - 1, largest}
                      : IntegerRange{-(std::int64_t{1} << (bits - 1)), (std::int64_t{1} << (bits - 1)) - 1};
  return {0, bits == 64 ? largest : (std::int64_t{1} << bits) - 1};
}

/// The highest rank this library represents. The ANE takes 5 at most.
inline constexpr int max_rank = 6;

/// The extent of an axis whose length is known only when the program runs: `?` in MIL text. Kernels have none.
inline constexpr std::int64_t unknown_extent = -1;

/// Extents of a tensor, outermost first. Rank 0 is a scalar. A plain aggregate, so that compilers print its numbers.
struct Shape {
  std::int64_t extents[max_rank]{};  ///< the first `rank` count
  int rank = 0;                      ///< how many axes there are

  /// The extent of an axis, counted from the end where it is negative: shape[-1] is the innermost. Not checked.
  ///@{
  constexpr std::int64_t operator[](int axis) const { return extents[axis < 0 ? axis + rank : axis]; }
  constexpr std::int64_t& operator[](int axis) { return extents[axis < 0 ? axis + rank : axis]; }
  ///@}
  /// Over the extents, outermost first.
  ///@{
  constexpr const std::int64_t* begin() const { return extents; }
  constexpr const std::int64_t* end() const { return extents + rank; }
  ///@}
  /// Of the same rank and extents; what stands behind the rank does not matter.
  constexpr bool operator==(const Shape& other) const {
    if (rank != other.rank) return false;
    for (int axis = 0; axis < rank; ++axis)
      if (extents[axis] != other.extents[axis]) return false;
    return true;
  }

  /// The innermost extent; a scalar is a row of one.
  constexpr std::int64_t row_elements() const { return rank == 0 ? 1 : (*this)[-1]; }

  /// Whether an extent is known only when the program runs.
  constexpr bool has_unknown() const {
    for (const std::int64_t extent : *this)
      if (extent == unknown_extent) return true;
    return false;
  }

  /// The product of the extents, all of them known.
  constexpr std::int64_t elements() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : *this) product *= extent;
    return product;
  }
};

/// Surface rows start at multiples of this many bytes: the ANE's rule, kept by every device (see TensorType::row_bytes).
inline constexpr std::int64_t row_alignment = 64;

/// A tensor's element type and shape.
struct TensorType {
  DType dtype = DType::fp16;  ///< of each element
  Shape shape{};              ///< a scalar by default

  constexpr bool operator==(const TensorType&) const = default;

  /// Elements in all.
  constexpr std::int64_t elements() const { return shape.elements(); }

  /// Bytes of the elements one after the other, as weight files hold them; sub-byte types are rounded up to whole bytes.
  constexpr std::int64_t packed_bytes() const { return (elements() * facts(dtype).bits + 7) / 8; }

  /// Elements of one row: the innermost extent.
  constexpr std::int64_t row_elements() const { return shape.row_elements(); }

  /// Rows in all.
  constexpr std::int64_t rows() const { return elements() / row_elements(); }

  /// Bytes from one row to the next in a surface: the innermost extent's bytes rounded up to 64. Observed on M3 to M5
  /// by several projects; a surface written without this padding gives silently wrong results there.
  constexpr std::int64_t row_bytes() const {
    const std::int64_t packed = (row_elements() * facts(dtype).bits + 7) / 8;
    return (packed + row_alignment - 1) / row_alignment * row_alignment;
  }

  /// Bytes of a surface that holds this tensor.
  constexpr std::int64_t surface_bytes() const { return rows() * row_bytes(); }
};

/// Checks that every extent is positive and that the surface's size can be counted in 48 bits, more than any machine's
/// memory. Sizes of several tensors still need care when they are multiplied (see checked_product).
constexpr void require_reasonable(const TensorType& type, const char* what) {
  std::int64_t bytes = row_alignment;  // no element takes more, rows padded
  for (const std::int64_t extent : type.shape) {
    if (extent > 0 && extent <= (std::int64_t{1} << 48) / bytes) {
      bytes *= extent;
      continue;
    }
    require(extent > 0, what, "every extent must be at least 1, this one is {}", extent);
    require(false, what, "the tensor is too large to address: an extent of {} after {} bytes", extent, bytes);
  }
}

/// A tensor type from its element type and extents: `tensor(fp16, 1, 64, 1, 32)`.
template <class... Extents>
constexpr TensorType tensor(DType dtype, Extents... extents) {
  static_assert(sizeof...(Extents) <= max_rank, "anechain::mil::tensor: more extents than anechain::mil::max_rank");
  const TensorType type{dtype, Shape{{static_cast<std::int64_t>(extents)...}, static_cast<int>(sizeof...(Extents))}};
  require_reasonable(type, "tensor");
  return type;
}

/// "tensor<fp16, [1, 64, 1, 32]>", as MIL text writes it.
std::string to_string(const TensorType& type);

}  // namespace anechain::mil

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/mil/types.ipp>
#endif
