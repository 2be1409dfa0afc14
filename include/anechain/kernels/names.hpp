// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <anechain/kernels/kernel.hpp>
#include <anechain/mil/table.hpp>
#include <anechain/mil/text.hpp>

namespace anechain::kernels {

/// What kernels in a row are called: "Conv1x1<64, 32> x12", "Conv1x1<64, 32> + Relu<64, 32>". Of more than four different stretches, the
/// first three are named: "A + B + C + 9 more".
constexpr mil::Characters sequence_name(mil::Entries<std::string_view> names) {
  const auto end_of_stretch = [&](std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < names.size() && mil::same_text(names[begin], names[end])) ++end;
    return end;
  };
  std::size_t stretches = 0;
  for (std::size_t at = 0; at < names.size(); at = end_of_stretch(at)) ++stretches;

  mil::Characters text;
  constexpr std::size_t most_stretches = 4;
  std::size_t written = 0;
  for (std::size_t at = 0; at < names.size(); ++written) {
    if (written > 0) text.append(" + ");
    if (stretches > most_stretches && written + 1 == most_stretches) {
      mil::append_number(text, names.size() - at);
      text.append(" more");
      break;
    }
    const std::size_t end = end_of_stretch(at);
    text.append(names[at]);
    if (end - at > 1) {
      text.append(" x");
      mil::append_number(text, end - at);
    }
    at = end;
  }
  return text;
}

/// What the kernels of one fused program are called: "fused(Conv1x1<64, 32> x12)".
constexpr mil::Characters fused_name(mil::Entries<std::string_view> names) {
  mil::Characters text;
  text.append("fused(");
  text.append(sequence_name(names).view());
  text.append(")");
  return text;
}

/// A name made of the names of kernels that are types, in static storage.
template <auto Make, class... Ks>
struct NameOfKernels {
  /// Of all kernels, joined.
  static constexpr mil::Characters make() {
    constexpr std::string_view names[]{kernel_name<Ks>...};
    return Make({names, sizeof...(Ks)});
  }

  static constexpr std::size_t size = make().size();  ///< characters

  static constexpr std::array<char, size> characters = [] {
    std::array<char, size> array{};
    mil::copy_characters(array.data(), make().data(), size);
    return array;
  }();  ///< without a zero at the end

  static constexpr std::string_view text{characters.data(), size};  ///< all of it
};

/// See sequence_name().
template <class... Ks>
using SequenceName = NameOfKernels<sequence_name, Ks...>;

/// See fused_name().
template <class... Ks>
using FusedName = NameOfKernels<fused_name, Ks...>;

}  // namespace anechain::kernels
