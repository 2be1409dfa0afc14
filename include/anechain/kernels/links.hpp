// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <tuple>

#include <anechain/kernels/kernel.hpp>

/// The compile-time check that kernels fit each other. Facts go into arrays and a loop finds the first that is wrong;
/// only for that one a template is instantiated, with the facts as its arguments, so that the compiler prints them and
/// the cost does not grow with the length of the chain.
namespace anechain::kernels::linking {

inline constexpr std::size_t all_well = static_cast<std::size_t>(-1);

template <std::size_t Index, class T>
struct KernelAt {
  static_assert(Kernel<T>,
                "anechain: the type at [Index] is not a kernel: it needs a static constexpr mil::TensorType input, and a "
                "static constexpr mil::Value body(mil::Builder&, mil::Value)");
  static constexpr bool value = Kernel<T>;
};

template <std::size_t Link, mil::TensorType Output, mil::TensorType Input>
struct KernelsThatMeetAt {
  static_assert(Output == Input, "anechain: kernels do not fit: kernel [Link] gives Output, but kernel [Link + 1] takes Input");
  static constexpr bool value = Output == Input;
};

template <class... Ks>
constexpr std::size_t first_that_is_no_kernel() {
  constexpr std::array<bool, sizeof...(Ks)> is_kernel{Kernel<Ks>...};
  for (std::size_t i = 0; i < is_kernel.size(); ++i)
    if (!is_kernel[i]) return i;
  return all_well;
}

/// The types at both ends of every link.
template <class... Ks>
struct Ends {
  static constexpr std::array<mil::TensorType, sizeof...(Ks)> inputs{mil::TensorType{Ks::input}...};
  static constexpr std::array<mil::TensorType, sizeof...(Ks)> outputs{output<Ks>...};

  static constexpr std::size_t first_bad_link() {
    for (std::size_t i = 0; i + 1 < sizeof...(Ks); ++i)
      if (outputs[i] != inputs[i + 1]) return i;
    return all_well;
  }
};

/// True, or a failed static_assert that names the place and the types.
template <class... Ks>
constexpr bool are_linked_kernels() {
  constexpr std::size_t stranger = first_that_is_no_kernel<Ks...>();
  if constexpr (stranger != all_well) {
    return KernelAt<stranger, std::tuple_element_t<stranger, std::tuple<Ks...>>>::value;
  } else {
    constexpr std::size_t link = Ends<Ks...>::first_bad_link();
    if constexpr (link != all_well)
      return KernelsThatMeetAt<link, Ends<Ks...>::outputs[link], Ends<Ks...>::inputs[link + 1]>::value;
    else
      return true;
  }
}

}  // namespace anechain::kernels::linking
