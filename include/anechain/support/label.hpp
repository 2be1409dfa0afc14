// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace anechain {

/// A text as a template argument: `contender<Net, "with padding">(sequential)`. Compilers print it in their messages.
template <std::size_t Size>
struct Label {
  char text[Size]{};  ///< with the zero at its end

  /// From a literal.
  constexpr Label(const char (&literal)[Size]) {
    for (std::size_t i = 0; i < Size; ++i) text[i] = literal[i];
  }

  /// The first Size - 1 characters of a longer or equally long text.
  constexpr explicit Label(std::string_view characters) {
    for (std::size_t i = 0; i + 1 < Size; ++i) text[i] = characters[i];
  }

  /// Without the zero.
  constexpr std::string_view view() const { return {text, Size - 1}; }
};

}  // namespace anechain
