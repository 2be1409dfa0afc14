// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

#include <anechain/flow/executor.hpp>
#include <anechain/flow/transfer.hpp>
#include <anechain/flow/work.hpp>
#include <anechain/support/label.hpp>

namespace anechain {

/// How a chain is run: what moves data over its links, who submits, which half is done. A strategy is a struct with a
/// name that derives from it:
///
///     struct Mine : Strategy<MyTransfer, executor::Inline> { static constexpr std::string_view name = "mine"; };
///
/// A chain as one program is not a strategy but another chain, Chain::Fused, which any strategy without links can run.
template <class T, class E, Work W = Work::all>
struct Strategy {
  using Transfer = T;              ///< what happens on a link
  using Executor = E;              ///< who submits the steps
  static constexpr Work work = W;  ///< which half is done
};

/// A type that says how a chain is run, and what that is called.
template <class S>
concept StrategyWithName = requires {
  typename S::Transfer;
  typename S::Executor;
  { S::work } -> std::convertible_to<Work>;
  { S::name } -> std::convertible_to<std::string_view>;
};

/// Run and copy: the whole round trip. The original's test 1.
struct Sequential : Strategy<transfer::Memcpy, executor::Inline> {
  static constexpr std::string_view name = "sequential";
};

/// The kernels without transfers. The original's test 2.
struct RunOnly : Strategy<transfer::None, executor::Inline> {
  static constexpr std::string_view name = "run_only";
};

/// The transfers without kernels. The original's test 3.
struct TransferOnly : Strategy<transfer::Memcpy, executor::Inline, Work::transfers> {
  static constexpr std::string_view name = "transfer_only";
};

/// The kernels through a serial queue, without transfers. The original's test 4.
struct GcdSerial : Strategy<transfer::None, executor::SerialQueue> {
  static constexpr std::string_view name = "gcd_serial";
};

/// Run and copy through a serial queue.
struct GcdSequential : Strategy<transfer::Memcpy, executor::SerialQueue> {
  static constexpr std::string_view name = "gcd_sequential";
};

/// One surface a link: kernels back to back, nothing copied.
struct ZeroCopy : Strategy<transfer::ZeroCopy, executor::Inline> {
  static constexpr std::string_view name = "zero_copy";
};

/// Zero-copy with the fewest surfaces: one is used again as soon as everyone has read it.
struct ReusedSurfaces : Strategy<transfer::Reuse, executor::Inline> {
  static constexpr std::string_view name = "reused_surfaces";
};

namespace detail {

/// "overlapped4": a base and a number.
template <Label Base, std::size_t N>
struct NumberedName {
  static constexpr std::string_view base = Base.view();
  static constexpr auto characters = [] {
    std::array<char, base.size() + 4> text{};
    std::size_t size = 0;
    for (const char c : base) text[size++] = c;
    for (std::size_t unit = N >= 100 ? 100 : N >= 10 ? 10 : 1; unit > 0; unit /= 10) text[size++] = static_cast<char>('0' + N / unit % 10);
    return text;
  }();
};

}  // namespace detail

/// N zero-copy passes in flight at once, each with surfaces of its own.
template <std::size_t N>
struct Overlapped : Strategy<transfer::ZeroCopy, executor::Overlapped<N>> {
  static_assert(N < 1000, "anechain::Overlapped: fewer than 1000 passes in flight");
  static constexpr std::string_view name{anechain::detail::NumberedName<"overlapped", N>::characters.data()};  ///< "overlapped4"
};

/// Up to N independent nodes of one pass at once, with shared surfaces. For flows with branches; a chain has none.
template <std::size_t N>
struct Branches : Strategy<transfer::ZeroCopy, executor::Branches<N>> {
  static_assert(N < 1000, "anechain::Branches: fewer than 1000 nodes at once");
  static constexpr std::string_view name{anechain::detail::NumberedName<"branches", N>::characters.data()};  ///< "branches2"
};

/// Whether a strategy's time is also that of a chain's links: it moves data over them, or has one surface for both ends.
template <StrategyWithName S>
inline constexpr bool uses_links = S::work == Work::transfers || S::Transfer::delivers;

/// The strategies as `bind` takes them: `chain.bind(zero_copy)`.
///@{
inline constexpr Sequential sequential{};
inline constexpr RunOnly run_only{};
inline constexpr TransferOnly transfer_only{};
inline constexpr GcdSerial gcd_serial{};
inline constexpr GcdSequential gcd_sequential{};
inline constexpr ZeroCopy zero_copy{};
inline constexpr ReusedSurfaces reused_surfaces{};
template <std::size_t N>
inline constexpr Overlapped<N> overlapped{};
template <std::size_t N>
inline constexpr Branches<N> branches{};
///@}

}  // namespace anechain
