// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <anechain/flow/chain.hpp>
#include <anechain/flow/constraints.hpp>
#include <anechain/flow/strategy.hpp>
#include <anechain/support/label.hpp>

/// What an experiment is defined with, and what the compiler checks of it.
namespace anechain {

/// A contender of an experiment's definition: get one from baseline() or contender().
template <class C, StrategyWithName S, Label Name, bool IsBaseline>
struct Defined {
  using Chain = C;                                        ///< what it runs
  using Strategy = S;                                     ///< how
  static constexpr std::string_view label = Name.view();  ///< empty if it has none
  static constexpr bool is_baseline = IsBaseline;         ///< whether the others of its group are compared with it
};

namespace detail {

template <class C>
inline constexpr bool is_chain = false;
template <class... Ks>
inline constexpr bool is_chain<Chain<Ks...>> = true;
template <class N>
inline constexpr bool is_chain<Flow<N>> = true;

/// How many programs a chain or a flow has.
template <class C>
inline constexpr std::size_t programs_of = C::kernels.size();

}  // namespace detail

/// A Chain or a Flow, as a type.
template <class C>
concept ChainType = detail::is_chain<C>;

/// What the other contenders of a group are compared with: `baseline<Net>(run_only)`. A group is all contenders whose chains compute the
/// same kernels, fused or not; each has one baseline. Its name in reports is the label, `baseline<Net, "plain">(run_only)`, else
/// CHAIN/STRATEGY.
template <ChainType C, Label Name = "", StrategyWithName S>
constexpr Defined<C, S, Name, true> baseline(S) {
  static_assert(S::work == Work::all, "anechain: a baseline runs kernels: others are compared with what it takes");
  return {};
}

/// What is compared with the baseline of its group: `contender<Net>(sequential)`, `contender<Net::Fused, "fused">(run_only)`.
template <ChainType C, Label Name = "", StrategyWithName S>
constexpr Defined<C, S, Name, false> contender(S) {
  return {};
}

namespace detail {

/// What the compiler shows of a strategy whose time is that of links, on a chain that has none.
template <class Chain, class Strategy>
struct LinkCostWithoutLink {
  static_assert(
      programs_of<Chain> >= 2 || !uses_links<Strategy>,
      "anechain: this chain is one program and has no link, so this strategy has nothing to do on it: use run_only, or a chain of two "
      "kernels or more");
  static constexpr bool value = true;
};

template <Label Name, std::size_t First, std::size_t Second>
struct NameTwice {
  static_assert(
      First == Second,
      "anechain: the contenders First and Second of this experiment, counted from 0, have the same name: give one of them a label, "
      "contender<Chain, \"label\">(strategy)");
  static constexpr bool value = First == Second;
};

template <class Chain>
struct GroupWithoutBaseline {
  static constexpr bool value = false;
  static_assert(
      value && sizeof(Chain*) != 0,
      "anechain: the contenders of this chain have no baseline to be compared with: write baseline<Chain>(strategy) for one of them");
};

template <class Chain, std::size_t First, std::size_t Second>
struct TwoBaselines {
  static_assert(
      First == Second,
      "anechain: the contenders First and Second, counted from 0, are both baselines of one group: write contender for one of them");
  static constexpr bool value = First == Second;
};

/// Different for different types.
template <class T>
inline constexpr char type_mark{};

/// The name of a contender, from its label or its chain and strategy.
struct ContenderName {
  std::string_view label, chain, strategy;

  constexpr bool operator==(const ContenderName& other) const {
    if (label.empty() != other.label.empty()) return text_equals(other);
    return label.empty() ? chain == other.chain && strategy == other.strategy : label == other.label;
  }

 private:
  /// One is a label, the other CHAIN/STRATEGY.
  constexpr bool text_equals(const ContenderName& other) const {
    const ContenderName& made = label.empty() ? *this : other;
    const std::string_view given = label.empty() ? other.label : label;
    return given.size() == made.chain.size() + 1 + made.strategy.size() && given.starts_with(made.chain) &&
           given[made.chain.size()] == '/' && given.ends_with(made.strategy);
  }
};

/// Facts of all contenders in arrays: a loop finds the first mistake, and only for that one a template is instantiated.
template <class... Ds>
struct Definition {
  static constexpr std::size_t count = sizeof...(Ds);
  static constexpr std::size_t none = count;

  template <std::size_t I>
  using At = std::tuple_element_t<I, std::tuple<Ds...>>;

  static constexpr std::array<ContenderName, count> names{ContenderName{Ds::label, Ds::Chain::name, Ds::Strategy::name}...};
  static constexpr std::array<bool, count> is_baseline{Ds::is_baseline...};
  static constexpr std::array<const char*, count> groups{&type_mark<typename Whole<typename Ds::Chain>::type>...};
  static constexpr std::array<bool, count> lacks_links{(programs_of<typename Ds::Chain> < 2 && uses_links<typename Ds::Strategy>)...};

  struct Pair {
    std::size_t first = none;
    std::size_t second = none;
  };

  static constexpr Pair twins() {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (names[i] == names[k]) return {k, i};
    return {};
  }
  static constexpr Pair two_baselines() {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (is_baseline[i] && is_baseline[k] && groups[i] == groups[k]) return {k, i};
    return {};
  }
  static constexpr std::size_t without_baseline() {
    for (std::size_t i = 0; i < count; ++i) {
      bool found = false;
      for (std::size_t k = 0; k < count; ++k) found = found || (is_baseline[k] && groups[i] == groups[k]);
      if (!found) return i;
    }
    return none;
  }
  static constexpr std::size_t without_link() {
    for (std::size_t i = 0; i < count; ++i)
      if (lacks_links[i]) return i;
    return none;
  }

  /// True, or a failed static_assert that names the contenders.
  static constexpr bool check() {
    if constexpr (count == 0) {
      return true;
    } else if constexpr (without_link() != none) {
      using Wrong = At<without_link()>;
      return LinkCostWithoutLink<typename Wrong::Chain, typename Wrong::Strategy>::value;
    } else if constexpr (twins().second != none) {
      constexpr Pair pair = twins();
      constexpr std::string_view name = names[pair.first].label.empty() ? names[pair.first].strategy : names[pair.first].label;
      return NameTwice<Label<name.size() + 1>{name}, pair.first, pair.second>::value;
    } else if constexpr (two_baselines().second != none) {
      constexpr Pair pair = two_baselines();
      return TwoBaselines<typename At<pair.first>::Chain, pair.first, pair.second>::value;
    } else if constexpr (without_baseline() != none) {
      return GroupWithoutBaseline<typename At<without_baseline()>::Chain>::value;
    } else {
      return true;
    }
  }
};

template <class T>
inline constexpr bool is_defined = false;
template <class C, class S, Label Name, bool IsBaseline>
inline constexpr bool is_defined<Defined<C, S, Name, IsBaseline>> = true;

template <class D, class C>
inline constexpr bool chain_can_be_run_by = false;
template <class D, class... Ks>
inline constexpr bool chain_can_be_run_by<D, Chain<Ks...>> = can_be_run_by<D, Ks...>();
template <class D, class N>
inline constexpr bool chain_can_be_run_by<D, Flow<N>> = flow_can_be_run_by<D, N>();

}  // namespace detail

}  // namespace anechain
