// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <anechain/separate_compilation.hpp>

namespace anechain {

/// What digest() starts from: FNV's offset basis.
inline constexpr std::uint64_t digest_basis = 0xCBF29CE484222325;

/// FNV-1a over words of eight bytes in the machine's order, the last one filled up with zeros, with the upper half mixed into the lower one
/// after each. It tells different texts and blobs apart; it is no protection against anyone who wants two of them to be alike. If the
/// digest of what comes before is given as `state`, it goes on from there.
///@{
std::uint64_t digest(std::span<const std::byte> bytes, std::uint64_t state = digest_basis);
inline std::uint64_t digest(std::string_view text, std::uint64_t state = digest_basis) {
  return digest(std::as_bytes(std::span{text}), state);
}
///@}

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/support/digest.ipp>
#endif
