// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <anechain/mil/convert.hpp>
#include <anechain/mil/types.hpp>
#include <anechain/separate_compilation.hpp>

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

/// The lock of a surface that is plain memory: there is nothing to wait for.
class MemoryLock {
 public:
  /// Of memory that outlives it.
  explicit MemoryLock(std::span<std::byte> bytes) : bytes_(bytes) {}

  /// All of it, the rows' padding too.
  std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> bytes_;
};

namespace detail {

void require_count(const mil::TensorType& type, std::size_t given);

}  // namespace detail

/// Writes packed elements, as they are, into a surface row by row. Throws std::invalid_argument where the bytes are not as
/// many as its elements have.
template <Surface S>
void write_packed(S& surface, std::span<const std::byte> packed) {
  const mil::TensorType type = surface.type();
  if (packed.size() != static_cast<std::size_t>(type.packed_bytes()))
    throw std::invalid_argument(std::to_string(packed.size()) + " bytes for a surface of " + to_string(type) + ", which has " +
                                std::to_string(type.packed_bytes()));
  const auto row = packed.size() / static_cast<std::size_t>(type.rows());
  const auto lock = surface.lock(Access::write);
  std::byte* to = lock.bytes().data();
  for (std::size_t at = 0; at < packed.size(); at += row, to += type.row_bytes()) std::memcpy(to, packed.data() + at, row);
}

/// A surface's elements, packed, as they are.
template <Surface S>
std::vector<std::byte> read_packed(S& surface) {
  const mil::TensorType type = surface.type();
  std::vector<std::byte> packed(static_cast<std::size_t>(type.packed_bytes()));
  const auto row = packed.size() / static_cast<std::size_t>(type.rows());
  const auto lock = surface.lock(Access::read);
  const std::byte* from = lock.bytes().data();
  for (std::size_t at = 0; at < packed.size(); at += row, from += type.row_bytes()) std::memcpy(packed.data() + at, from, row);
  return packed;
}

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
  for (std::size_t at = 0; at < packed.size(); at += row, to += stride) mil::encode(type.dtype, packed.data() + at, to, row);
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
  for (std::size_t at = 0; at < packed.size(); at += row, from += stride) mil::decode(type.dtype, from, packed.data() + at, row);
}

/// A surface's elements, packed.
template <class Number = float, Surface S>
std::vector<Number> read(S& surface) {
  std::vector<Number> packed(static_cast<std::size_t>(surface.type().elements()));
  read(surface, std::span<Number>{packed});
  return packed;
}

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/devices/surface.ipp>
#endif
