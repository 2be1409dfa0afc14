// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/mil/types.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/support/npy_array.hpp>

/// NumPy's arrays as tensors of MIL.
namespace anechain::npy {
namespace detail {

/// In the order of npy::DType.
inline constexpr std::array<mil::DType, dtype_table.size()> mil_dtypes{
    mil::DType::boolean, mil::DType::fp16,  mil::DType::fp32,  mil::DType::fp64,   mil::DType::int8,   mil::DType::int16,
    mil::DType::int32,   mil::DType::int64, mil::DType::uint8, mil::DType::uint16, mil::DType::uint32, mil::DType::uint64};

}  // namespace detail

/// The element type of MIL that is the same. Every one of NumPy's has one.
constexpr mil::DType mil_dtype(DType dtype) { return detail::mil_dtypes[static_cast<std::size_t>(dtype)]; }

/// The element type of NumPy that is the same; none for bf16, fp8, strings and what is narrower than a byte.
constexpr std::optional<DType> npy_dtype(mil::DType dtype) {
  const auto place = std::ranges::find(detail::mil_dtypes, dtype);
  if (place == detail::mil_dtypes.end()) return std::nullopt;
  return static_cast<DType>(place - detail::mil_dtypes.begin());
}

/// "tensor<fp32, [2, 3]>", as MIL text writes a type; of any rank.
std::string type_text(const Array& array);

/// Whether the array is of this very type: the same dtype, the same rank, the same extents.
inline bool is_a(const mil::TensorType& type, const Array& array) {
  return mil_dtype(array.dtype) == type.dtype && std::ranges::equal(array.shape, type.shape);
}

/// The array's elements, packed, as a tensor of this type has them.
///
/// Its extents must be those of the type, in the same order; extents of 1 may be missing or more, as they move no element: [8, 4] fits
/// [8, 4, 1, 1], and [8] fits [1, 8, 1, 1]. That a square matrix is the other way round cannot be seen.
///
/// Floating numbers are rounded to nearest even where the type is floating (those too small become zero; infinities and NaNs stay what
/// they are). A number that would become infinite is an error, and so is every floating number where the type is one of integers.
/// Integers and booleans go to any type that holds their very values.
///
/// Throws std::invalid_argument with the array's file, what was found and what was expected, and the element's index and value; `what` is
/// whose type it is, in its words: "the weight 'W'".
std::vector<std::byte> elements_as(const mil::TensorType& type, const Array& array, std::string_view what);

}  // namespace anechain::npy

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/flow/npy_tensor.ipp>
#endif
