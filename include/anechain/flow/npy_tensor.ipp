// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/flow/npy_tensor.hpp>
#include <anechain/mil/convert.hpp>
#include <anechain/mil/types.hpp>
#include <anechain/support/npy_array.hpp>

namespace anechain::npy::detail {

/// Elements that are converted at once.
inline constexpr std::size_t chunk_elements = 512;

/// The extents that are not 1.
template <class Extents>
std::vector<std::int64_t> without_ones(const Extents& extents) {
  std::vector<std::int64_t> others;
  for (const std::int64_t extent : extents)
    if (extent != 1) others.push_back(extent);
  return others;
}

/// Integers that mil::decode does not know, as doubles. One that no double is becomes a NaN, which is equal to nothing.
template <class Integer>
void decode_integers(const std::byte* from, std::span<double> to) {
  const double end = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  for (std::size_t i = 0; i < to.size(); ++i) {
    Integer number;
    std::memcpy(&number, from + i * sizeof number, sizeof number);
    const auto nearest = static_cast<double>(number);
    to[i] = nearest < end && static_cast<Integer>(nearest) == number ? nearest : std::numeric_limits<double>::quiet_NaN();
  }
}

/// Packed elements as numbers: float holds those of fp16 and fp32, double those of the others.
///@{
inline void decode(DType dtype, const std::byte* from, std::span<float> to) { mil::decode(mil_dtype(dtype), from, to.data(), to.size()); }
inline void decode(DType dtype, const std::byte* from, std::span<double> to) {
  switch (dtype) {
    case DType::int64: return decode_integers<std::int64_t>(from, to);
    case DType::uint32: return decode_integers<std::uint32_t>(from, to);
    case DType::uint64: return decode_integers<std::uint64_t>(from, to);
    default: return mil::decode(mil_dtype(dtype), from, to.data(), to.size());
  }
}
///@}

/// Converts packed elements from a dtype to another, through Number. Gives the first that the other cannot hold: a floating number that
/// would become infinite, an integer that would become another number; none if it holds all.
template <class Number>
std::optional<std::size_t> convert(DType from_dtype, std::span<const std::byte> from, mil::DType to_dtype, std::span<std::byte> to) {
  const std::size_t from_bytes = facts(from_dtype).bytes;
  const auto to_bytes = static_cast<std::size_t>(mil::facts(to_dtype).bits) / 8;
  const std::size_t elements = from.size() / from_bytes;
  const bool floating = is_floating(from_dtype);
  std::array<Number, chunk_elements> numbers;
  std::array<Number, chunk_elements> held;
  for (std::size_t first = 0; first < elements; first += chunk_elements) {
    const std::size_t count = std::min(chunk_elements, elements - first);
    decode(from_dtype, from.data() + first * from_bytes, std::span{numbers}.first(count));
    mil::encode(to_dtype, numbers.data(), to.data() + first * to_bytes, count);
    mil::decode(to_dtype, to.data() + first * to_bytes, held.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const bool lost = floating ? std::isinf(held[i]) && !std::isinf(numbers[i]) : held[i] != numbers[i];
      if (lost) return first + i;
    }
  }
  return std::nullopt;
}

/// An element for a message: integers in full, floating numbers to nine digits.
inline std::string element_text(const Array& array, std::size_t element) {
  const std::byte* const from = array.data.data() + element * facts(array.dtype).bytes;
  const auto integer = [&]<class Integer>(Integer number) {
    std::memcpy(&number, from, sizeof number);
    return std::to_string(number);
  };
  if (array.dtype == DType::int64) return integer(std::int64_t{});
  if (array.dtype == DType::uint64) return integer(std::uint64_t{});
  double number = 0;
  decode(array.dtype, from, std::span{&number, 1});
  char text[40];
  return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, is_floating(array.dtype) ? "%.9g" : "%.0f", number))};
}

/// "[1, 0, 2]": where an element stands.
inline std::string index_text(const Array& array, std::size_t element) {
  std::string text = "]";
  for (std::size_t axis = array.shape.size(); axis-- > 0;) {
    const auto extent = static_cast<std::size_t>(array.shape[axis]);
    text = (axis == 0 ? "" : ", ") + std::to_string(element % extent) + text;
    element /= extent;
  }
  return "[" + text;
}

}  // namespace anechain::npy::detail

namespace anechain::npy {

ANECHAIN_INLINE std::string type_text(const Array& array) {
  std::string text = "tensor<" + std::string{facts(array.dtype).name} + ", [";
  for (std::size_t axis = 0; axis < array.shape.size(); ++axis) text += (axis == 0 ? "" : ", ") + std::to_string(array.shape[axis]);
  return text + "]>";
}

ANECHAIN_INLINE std::vector<std::byte> elements_as(const mil::TensorType& type, const Array& array, std::string_view what) {
  const auto fail = [&](const std::string& found, const std::string& rule) {
    const std::string source = array.source.empty() ? "an array" : array.source;
    throw std::invalid_argument(source + ": " + found + "; " + std::string{what} + " is a " + mil::to_string(type) + rule);
  };
  const std::string holds = "it holds a " + type_text(array);
  const std::vector<std::int64_t> found = detail::without_ones(array.shape);
  const std::vector<std::int64_t> expected = detail::without_ones(type.shape);
  if (found != expected)
    fail(holds, found == std::vector<std::int64_t>(expected.rbegin(), expected.rend())
                    ? ": the transposed array would fit, np.save(file, w.T)"
                    : ": extents other than 1 must be the same, in the same order");
  const std::size_t needed = static_cast<std::size_t>(type.elements()) * facts(array.dtype).bytes;
  if (array.data.size() != needed)
    fail(holds + " whose elements take " + std::to_string(needed) + " bytes, but it has " + std::to_string(array.data.size()), "");
  if (is_floating(array.dtype) && !mil::facts(type.dtype).floating)
    fail(holds, ": floating numbers are not made integers, save w.astype(np." + std::string{mil::facts(type.dtype).name} + ")");

  if (mil_dtype(array.dtype) == type.dtype && array.dtype != DType::boolean) return array.data;
  std::vector<std::byte> elements(static_cast<std::size_t>(type.packed_bytes()));
  const bool is_single = array.dtype == DType::fp16 || array.dtype == DType::fp32;
  const auto lost = is_single ? detail::convert<float>(array.dtype, array.data, type.dtype, elements)
                              : detail::convert<double>(array.dtype, array.data, type.dtype, elements);
  if (lost)
    fail("element " + detail::index_text(array, *lost) + " of the " + type_text(array) + " is " + detail::element_text(array, *lost),
         ": " + std::string{mil::facts(type.dtype).name} +
             (is_floating(array.dtype) ? " has no numbers so large" : " does not hold it exactly"));
  return elements;
}

}  // namespace anechain::npy
