// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>

#include <anechain/mil/fp16.hpp>
#include <anechain/mil/types.hpp>

/// Between numbers of C++ and the bytes of a tensor.
namespace anechain::mil {
namespace detail {

/// Calls `visit` with a number of the C++ type that holds one element of the dtype.
template <class Visitor>
void with_element(DType dtype, Visitor visit) {
  switch (dtype) {
    case DType::boolean: return visit(bool{});
    case DType::fp16: return visit(half{});
    case DType::fp32: return visit(float{});
    case DType::fp64: return visit(double{});
    case DType::int8: return visit(std::int8_t{});
    case DType::int16: return visit(std::int16_t{});
    case DType::int32: return visit(std::int32_t{});
    case DType::uint8: return visit(std::uint8_t{});
    case DType::uint16: return visit(std::uint16_t{});
    default: throw std::invalid_argument("elements of type " + std::string{facts(dtype).name} + " cannot be converted");
  }
}

/// A number as an element: integers take what is before the point, and the nearest that they can hold; a NaN becomes 0.
template <class Element, class Number>
Element to_element(Number number) {
  if constexpr (std::same_as<Element, bool>) {
    return number != 0;
  } else if constexpr (std::integral<Element>) {
    using limits = std::numeric_limits<Element>;
    if (number != number) return 0;
    if (static_cast<double>(number) <= static_cast<double>(limits::min())) return limits::min();
    if (static_cast<double>(number) >= static_cast<double>(limits::max())) return limits::max();
    return static_cast<Element>(number);
  } else {
    return static_cast<Element>(number);
  }
}

}  // namespace detail

/// Writes packed numbers of a C++ type as elements of a dtype, rounded where it holds less: bool, fp16, fp32, fp64 and
/// integers of 8 and 16 bits and int32. Throws std::invalid_argument for other dtypes.
template <class Number>
void encode(DType dtype, const Number* from, std::byte* to, std::size_t count) {
  const auto convert = [&]<class Element>(Element element) {
    for (std::size_t i = 0; i < count; ++i) {
      element = detail::to_element<Element>(from[i]);
      std::memcpy(to + i * sizeof element, &element, sizeof element);
    }
  };
  if constexpr (std::same_as<Number, float>)
    if (dtype == fp16) return narrow(from, reinterpret_cast<half*>(to), count);
  detail::with_element(dtype, convert);
}

/// Reads packed elements of a dtype as numbers of a C++ type. Throws std::invalid_argument for the dtypes that `encode`
/// does not know.
template <class Number>
void decode(DType dtype, const std::byte* from, Number* to, std::size_t count) {
  const auto convert = [&]<class Element>(Element element) {
    for (std::size_t i = 0; i < count; ++i) {
      if constexpr (std::same_as<Element, bool>)
        element = from[i] != std::byte{0};
      else
        std::memcpy(&element, from + i * sizeof element, sizeof element);
      to[i] = static_cast<Number>(element);
    }
  };
  if constexpr (std::same_as<Number, float>)
    if (dtype == fp16) return widen(reinterpret_cast<const half*>(from), to, count);
  detail::with_element(dtype, convert);
}

}  // namespace anechain::mil
