// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include <anechain/kernels/links.hpp>
#include <anechain/kernels/names.hpp>

namespace anechain::kernels {

/// What a kernel with one input and one result makes of a value.
template <Kernel K>
constexpr mil::Value passed_through(mil::Body& b, mil::Value x) {
  mil::Result result;
  call_body<K>(b, &x, &result);
  return result.value;
}

/// The result of bodies applied one after the other within one program. The weights of body i are named "k<i>_<name>".
template <class Bodies>
constexpr mil::Value compose(mil::Body& b, mil::Value x, const Bodies& bodies) {
  std::size_t index = 0;
  for (const auto& body : bodies) {
    b.enter(index++);
    x = body(b, x);
    b.leave();
  }
  return x;
}

/// One program in place of several: what a chain would be without the round trips between its kernels. Itself a kernel;
/// its weights are those of its parts, in order, named "k<i>_<name>".
template <class... Ks>
struct Fuse {
  static_assert(sizeof...(Ks) > 0, "anechain::Fuse: name at least one kernel");
  static_assert(linking::are_linked_kernels<Ks...>());

  static constexpr std::string_view name = FusedName<Ks...>::text;                ///< "fused(Conv1x1<64, 32> x12)"
  static constexpr mil::TensorType input = linking::Ends<Ks...>::inputs.front();  ///< the first part's

  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    constexpr Body bodies[]{&passed_through<Ks>...};
    return compose(b, x, bodies);
  }
};

}  // namespace anechain::kernels
