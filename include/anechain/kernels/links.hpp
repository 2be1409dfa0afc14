// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

#include <anechain/kernels/kernel.hpp>

/// The compile-time check that kernels fit each other. Facts go into arrays and a loop finds the first that is wrong;
/// only for that one a template is instantiated, with the facts as its arguments, so that the compiler prints them and
/// the cost does not grow with the length of the chain.
namespace anechain::kernels::linking {

inline constexpr std::size_t all_well = static_cast<std::size_t>(-1);

/// The number of values that a body takes, if it takes any number of them up to 16; else `all_well`.
template <class T, std::size_t... Counts>
constexpr std::size_t values_taken(std::index_sequence<Counts...>) {
  std::size_t taken = all_well;
  ((tracing::BodyTakes<T, Counts>&& taken == all_well ? taken = Counts : 0), ...);
  return taken;
}

/// What the compiler shows of a body that takes another number of values than the kernel has inputs.
template <std::size_t Index, class T, std::size_t Inputs, std::size_t Values>
struct BodyTakesOtherInputs {
  static constexpr bool value = Inputs == Values;
  static_assert(value,
                "anechain: the body of the kernel at [Index] takes another number of values than the kernel has inputs: see "
                "BodyTakesOtherInputs<Index, kernel, inputs, values>");
};

template <std::size_t Index, class T>
struct KernelAt {
  static constexpr bool check() {
    if constexpr (NamesInputs<T>) {
      constexpr std::size_t taken = values_taken<T>(std::make_index_sequence<17>{});
      constexpr std::size_t inputs = tracing::input_ports<T>.size();
      if constexpr (taken != all_well && taken != inputs) return BodyTakesOtherInputs<Index, T, inputs, taken>::value;
    }
    return Kernel<T>;
  }
  static_assert(
      check(),
      "anechain: the type at [Index] is not a kernel: it needs a static constexpr mil::TensorType input, and a "
      "static constexpr mil::Value body(mil::Body&, mil::Value); or named inputs, mil::ports({{\"x\", type}, ...}), and a body that "
      "takes as many values and returns mil::results({{\"y\", value}, ...})");
  static constexpr bool value = Kernel<T>;
};

/// What the compiler shows of a kernel in a chain that has several inputs or results.
template <std::size_t Index, class T, std::size_t Inputs, std::size_t Outputs>
struct KernelOfSeveralPorts {
  static constexpr bool value = Inputs == 1 && Outputs == 1;
  static_assert(
      value,
      "anechain: the kernel at [Index] has several inputs or results (see KernelOfSeveralPorts<Index, kernel, inputs, results>): a "
      "chain passes one tensor from each kernel to the next");
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

template <class... Ks>
constexpr std::size_t first_of_several_ports() {
  constexpr std::array<bool, sizeof...(Ks)> has_several{(input_count<Ks> != 1 || output_count<Ks> != 1)...};
  for (std::size_t i = 0; i < has_several.size(); ++i)
    if (has_several[i]) return i;
  return all_well;
}

/// The types at both ends of every link.
template <class... Ks>
struct Ends {
  static constexpr std::array<mil::TensorType, sizeof...(Ks)> inputs{input<Ks>...};
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
  } else if constexpr (constexpr std::size_t several = first_of_several_ports<Ks...>(); several != all_well) {
    using K = std::tuple_element_t<several, std::tuple<Ks...>>;
    return KernelOfSeveralPorts<several, K, input_count<K>, output_count<K>>::value;
  } else {
    constexpr std::size_t link = Ends<Ks...>::first_bad_link();
    if constexpr (link != all_well)
      return KernelsThatMeetAt<link, Ends<Ks...>::outputs[link], Ends<Ks...>::inputs[link + 1]>::value;
    else
      return true;
  }
}

}  // namespace anechain::kernels::linking
