// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <anechain/mil/fp16.hpp>
#include <anechain/mil/types.hpp>

namespace anechain {

/// What a lock is for. Reading another's result needs no exclusive lock on the ANE; writing does.
enum class Access : bool { read, write };

/// Memory that holds one tensor, in the layout that the ANE demands: each row, the innermost axis, starts at a multiple
/// of 64 bytes (mil::TensorType::row_bytes). It is touched only under a lock, which ends with its scope.
template <class S>
concept Surface = std::movable<S> && requires(S& surface, const S& constant, Access access) {
  { constant.type() } -> std::convertible_to<mil::TensorType>;
  { surface.lock(access).bytes() } -> std::convertible_to<std::span<std::byte>>;
};

namespace detail {

/// Rounds or widens packed numbers of a C++ type to the bytes of a dtype.
template <class Number>
void encode(mil::DType dtype, const Number* from, std::byte* to, std::size_t count) {
  const auto convert = [&]<class Element>(Element*) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto element = static_cast<Element>(from[i]);
      std::memcpy(to + i * sizeof element, &element, sizeof element);
    }
  };
  if constexpr (std::same_as<Number, float>)
    if (dtype == mil::fp16) return mil::narrow(from, reinterpret_cast<mil::half*>(to), count);
  switch (dtype) {
    case mil::DType::fp16: return convert(static_cast<mil::half*>(nullptr));
    case mil::DType::fp32: return convert(static_cast<float*>(nullptr));
    case mil::DType::int32: return convert(static_cast<std::int32_t*>(nullptr));
    default: throw std::invalid_argument("surfaces of " + std::string{facts(dtype).name} + " are not supported");
  }
}

/// The bytes of a dtype as packed numbers of a C++ type.
template <class Number>
void decode(mil::DType dtype, const std::byte* from, Number* to, std::size_t count) {
  const auto convert = [&]<class Element>(Element element) {
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(&element, from + i * sizeof element, sizeof element);
      to[i] = static_cast<Number>(element);
    }
  };
  if constexpr (std::same_as<Number, float>)
    if (dtype == mil::fp16) return mil::widen(reinterpret_cast<const mil::half*>(from), to, count);
  switch (dtype) {
    case mil::DType::fp16: return convert(mil::half{});
    case mil::DType::fp32: return convert(float{});
    case mil::DType::int32: return convert(std::int32_t{});
    default: throw std::invalid_argument("surfaces of " + std::string{facts(dtype).name} + " are not supported");
  }
}

inline void require_count(const mil::TensorType& type, std::size_t given) {
  if (given != static_cast<std::size_t>(type.elements()))
    throw std::invalid_argument(std::to_string(given) + " numbers for a surface of " + to_string(type) + ", which has " + std::to_string(type.elements()));
}

}  // namespace detail

/// Writes packed numbers (float, double, half or int32, innermost axis fastest) into a surface, row by row, converting
/// to its dtype. Throws std::invalid_argument where the count is not that of the surface's elements.
template <Surface S, class Number>
void write(S& surface, std::span<const Number> packed) {
  const mil::TensorType type = surface.type();
  detail::require_count(type, packed.size());
  const auto row = static_cast<std::size_t>(type.row_elements());
  const auto stride = static_cast<std::size_t>(type.row_bytes());
  const auto lock = surface.lock(Access::write);
  std::byte* to = lock.bytes().data();
  for (std::size_t at = 0; at < packed.size(); at += row, to += stride) detail::encode(type.dtype, packed.data() + at, to, row);
}

/// Reads a surface into packed numbers, converting from its dtype. Throws std::invalid_argument where the count is not
/// that of the surface's elements.
template <Surface S, class Number>
void read(S& surface, std::span<Number> packed) {
  const mil::TensorType type = surface.type();
  detail::require_count(type, packed.size());
  const auto row = static_cast<std::size_t>(type.row_elements());
  const auto stride = static_cast<std::size_t>(type.row_bytes());
  const auto lock = surface.lock(Access::read);
  const std::byte* from = lock.bytes().data();
  for (std::size_t at = 0; at < packed.size(); at += row, from += stride) detail::decode(type.dtype, from, packed.data() + at, row);
}

/// A surface's elements, packed.
template <class Number = float, Surface S>
std::vector<Number> read(S& surface) {
  std::vector<Number> packed(static_cast<std::size_t>(surface.type().elements()));
  read(surface, std::span<Number>{packed});
  return packed;
}

}  // namespace anechain
