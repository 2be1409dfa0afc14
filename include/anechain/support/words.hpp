// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace anechain {

/// What the values of an enumeration are called in messages, reports, their files and on command lines, in the order of the values,
/// which count from 0. Specialised beside each enumeration that has words; these are the only place where they stand.
template <class Enumeration>
inline constexpr std::array<std::string_view, 0> words_of{};

/// An enumeration that `words_of` is specialised for.
template <class Enumeration>
concept EnumerationWithWords = !words_of<Enumeration>.empty();

/// The word of a value: "palindromes" of Order::palindromes.
template <EnumerationWithWords Enumeration>
constexpr std::string_view name_of(Enumeration value) {
  return words_of<Enumeration>[static_cast<std::size_t>(value)];
}

/// The value of a word; none for a word that no value has.
template <EnumerationWithWords Enumeration>
constexpr std::optional<Enumeration> named(std::string_view word) {
  for (std::size_t i = 0; i < words_of<Enumeration>.size(); ++i)
    if (words_of<Enumeration>[i] == word) return static_cast<Enumeration>(i);
  return std::nullopt;
}

}  // namespace anechain
