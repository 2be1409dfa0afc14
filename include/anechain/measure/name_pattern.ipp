// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <anechain/measure/name_pattern.hpp>

namespace anechain::detail {

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

}  // namespace anechain::detail

namespace anechain {

ANECHAIN_INLINE bool matches(std::string_view name, std::string_view pattern) {
  if (detail::fits(name, pattern)) return true;
  return pattern.find('/') == std::string_view::npos && detail::fits(name.substr(name.rfind('/') + 1), pattern);
}

}  // namespace anechain
