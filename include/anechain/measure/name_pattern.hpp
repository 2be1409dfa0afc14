// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace anechain {

namespace detail {

inline bool fits(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (;;) {
    const std::size_t next = pattern.find('*');
    const std::string_view piece = pattern.substr(0, next);
    if (next == std::string_view::npos) return name.ends_with(piece);
    const std::size_t at = name.find(piece);
    if (at == std::string_view::npos) return false;
    name.remove_prefix(at + piece.size());
    pattern.remove_prefix(next + 1);
  }
}

}  // namespace detail

/// Whether a name is that of a pattern, in which "*" stands for any characters, also none: "64x32/*". A pattern without a slash may also be
/// that of what comes after the last slash of the name: "zero_copy" is that of "64x32/zero_copy".
inline bool matches(std::string_view name, std::string_view pattern) {
  if (detail::fits(name, pattern)) return true;
  return pattern.find('/') == std::string_view::npos && detail::fits(name.substr(name.rfind('/') + 1), pattern);
}

/// Whether a name is that of any of several patterns.
inline bool matches_any(std::string_view name, std::span<const std::string> patterns) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) { return matches(name, pattern); });
}

}  // namespace anechain
