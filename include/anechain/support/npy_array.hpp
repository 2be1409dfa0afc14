// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Arrays of numbers as NumPy saves them, one to a .npy file.
namespace anechain::npy {

/// The element types of NumPy that can be read and written.
enum class DType : std::uint8_t { boolean, fp16, fp32, fp64, int8, int16, int32, int64, uint8, uint16, uint32, uint64 };

/// What is known of an element type.
struct DTypeFacts {
  std::string_view name;  ///< as anechain spells it: "fp16", "bool"
  std::string_view code;  ///< as NumPy spells it, without the byte order: "f2", "b1"
  std::size_t bytes;      ///< of one element, 1 to 8
};

/// In the order of DType.
inline constexpr std::array<DTypeFacts, 12> dtype_table{{
    {"bool", "b1", 1},
    {"fp16", "f2", 2},
    {"fp32", "f4", 4},
    {"fp64", "f8", 8},
    {"int8", "i1", 1},
    {"int16", "i2", 2},
    {"int32", "i4", 4},
    {"int64", "i8", 8},
    {"uint8", "u1", 1},
    {"uint16", "u2", 2},
    {"uint32", "u4", 4},
    {"uint64", "u8", 8},
}};

/// Its row of dtype_table.
constexpr const DTypeFacts& facts(DType dtype) { return dtype_table[static_cast<std::size_t>(dtype)]; }

/// Whether its elements are floating-point numbers, not integers or booleans.
constexpr bool is_floating(DType dtype) { return facts(dtype).code[0] == 'f'; }

/// An array in memory. What reads one makes it consistent; of one that was put together by hand, whatever takes it checks that.
struct Array {
  DType dtype{};                      ///< of each element
  std::vector<std::int64_t> shape{};  ///< extents, outermost first; none for a scalar
  std::vector<std::byte> data{};      ///< the elements, packed, in row-major order and the machine's byte order
  std::string source{};               ///< the file that it comes from, for messages; empty if it comes from none
};

}  // namespace anechain::npy
