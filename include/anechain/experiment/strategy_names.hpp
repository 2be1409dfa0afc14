// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

namespace anechain::detail {

template <class First, class Second>
struct StrategiesOfOneName {
  static_assert(First::name != Second::name,
                "anechain: two strategies have one name: give each a name of its own, First and Second are told apart by it");
  static constexpr bool value = First::name != Second::name;
};

template <class... S>
constexpr bool have_names_of_their_own() {
  constexpr std::array<std::string_view, sizeof...(S)> names{S::name...};
  constexpr auto twins = [&]() -> std::pair<std::size_t, std::size_t> {
    for (std::size_t i = 0; i < names.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (names[i] == names[k]) return {k, i};
    return {0, 0};
  }();
  if constexpr (twins.second != 0) {
    using All = std::tuple<S...>;
    return StrategiesOfOneName<std::tuple_element_t<twins.first, All>, std::tuple_element_t<twins.second, All>>::value;
  } else {
    return true;
  }
}

}  // namespace anechain::detail
