// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
    case DType::fp16: return visit(half{});
    case DType::fp32: return visit(float{});
    case DType::int32: return visit(std::int32_t{});
    default: throw std::invalid_argument("elements of type " + std::string{facts(dtype).name} + " cannot be converted yet");
  }
}

}  // namespace detail

/// Writes packed numbers of a C++ type as elements of a dtype, rounded where it holds less: fp16, fp32 or int32.
/// Throws std::invalid_argument for other dtypes.
template <class Number>
void encode(DType dtype, const Number* from, std::byte* to, std::size_t count) {
  const auto convert = [&]<class Element>(Element element) {
    for (std::size_t i = 0; i < count; ++i) {
      element = static_cast<Element>(from[i]);
      std::memcpy(to + i * sizeof element, &element, sizeof element);
    }
  };
  if constexpr (std::same_as<Number, float>)
    if (dtype == fp16) return narrow(from, reinterpret_cast<half*>(to), count);
  detail::with_element(dtype, convert);
}

/// Reads packed elements of a dtype as numbers of a C++ type. Throws std::invalid_argument for dtypes but fp16, fp32
/// and int32.
template <class Number>
void decode(DType dtype, const std::byte* from, Number* to, std::size_t count) {
  const auto convert = [&]<class Element>(Element element) {
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(&element, from + i * sizeof element, sizeof element);
      to[i] = static_cast<Number>(element);
    }
  };
  if constexpr (std::same_as<Number, float>)
    if (dtype == fp16) return widen(reinterpret_cast<const half*>(from), to, count);
  detail::with_element(dtype, convert);
}

}  // namespace anechain::mil
