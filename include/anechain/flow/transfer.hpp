// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstring>

#include <anechain/devices/surface.hpp>

/// How data gets over a link, from the kernel that gives it to the next one.
namespace anechain::transfer {

/// How many surfaces a link has.
enum class Link {
  two_surfaces,  ///< the output of one kernel and the input of the next
  one_surface,   ///< the output of one kernel is the input of the next
};

/// Says how links are laid out.
template <class T>
concept LaysOutLinks = requires {
  { T::link } -> std::convertible_to<Link>;
};

/// Says whether the next kernel reads what the one before it gave. Where it does, the chain must compute the composition
/// of its kernels, and the experiment checks that before it times it.
template <class T>
concept SaysWhetherItDelivers = requires {
  { T::delivers } -> std::convertible_to<bool>;
};

/// Moves the data of a link with two surfaces once its first kernel has run.
template <class T, class S>
concept MovesBetweenSurfaces = requires(S& from, S& to) {
  { T::move(from, to) } -> std::same_as<void>;
};

/// All that a chain needs of a transfer. One of the user's own is a struct with two constants and a function; with one surface a link it
/// may have `reuses_surfaces`, as Reuse has. If it delivers, a pass charges each of its moves on a device of virtual time (see
/// DeviceOfVirtualTime): it does not have to do so itself.
template <class T, class S>
concept Transfer = LaysOutLinks<T> && SaysWhetherItDelivers<T> && MovesBetweenSurfaces<T, S>;

/// Two surfaces and a copy under their locks: what the original experiment does. The rows' padding is copied too.
struct Memcpy {
  static constexpr Link link = Link::two_surfaces;
  static constexpr bool delivers = true;

  /// Copies as many bytes as `from` has; `to` must have them.
  template <Surface S>
  static void move(S& from, S& to) {
    const auto reading = from.lock(Access::read);
    const auto writing = to.lock(Access::write);
    std::memcpy(writing.bytes().data(), reading.bytes().data(), reading.bytes().size());
  }
};

/// Two surfaces, and nothing moves: every kernel reads what was in its input before. What a chain would cost if transfers
/// were free; its result means nothing.
struct None {
  static constexpr Link link = Link::two_surfaces;
  static constexpr bool delivers = false;

  /// Does nothing.
  template <Surface S>
  static void move(S&, S&) {}
};

/// One surface: the output of a kernel is the input of the next, and the CPU touches nothing in between.
struct ZeroCopy {
  static constexpr Link link = Link::one_surface;
  static constexpr bool delivers = true;

  /// Never called: a link has nothing to move between.
  template <Surface S>
  static void move(S&, S&) {}
};

/// ZeroCopy with as few surfaces as the values of a pass need that are live at once: what a node gave is kept until its last reader has
/// run, then its surface holds what a later node gives, if that is of the same type. Inputs, parameters, carried values and results of the
/// flow keep surfaces of their own. Needs an executor that runs the nodes of a pass in order.
struct Reuse : ZeroCopy {
  static constexpr bool reuses_surfaces = true;  ///< what makes it another one than ZeroCopy
};

/// Whether a transfer lets values that are never live together have one surface.
template <class T>
inline constexpr bool reuses_surfaces = [] {
  if constexpr (requires { bool{T::reuses_surfaces}; })
    return T::reuses_surfaces;
  else
    return false;
}();

}  // namespace anechain::transfer
