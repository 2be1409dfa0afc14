// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include <anechain/separate_compilation.hpp>

namespace anechain {

/// Whether a name is that of a pattern, in which "*" stands for any characters, also none: "64x32/*". A pattern without a slash may also be
/// that of what comes after the last slash of the name: "zero_copy" is that of "64x32/zero_copy".
bool matches(std::string_view name, std::string_view pattern);

/// Whether a name is that of any of several patterns.
inline bool matches_any(std::string_view name, std::span<const std::string> patterns) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) { return matches(name, pattern); });
}

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/name_pattern.ipp>
#endif
