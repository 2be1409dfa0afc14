// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <anechain/flow/traced.hpp>
#include <anechain/measure/experiment.hpp>

namespace anechain {

/// In the list of a ThroughputCeiling: the whole chain as one program, without any link. Not a strategy but another chain, Chain::Fused,
/// under RunOnly.
struct Fused {
  static constexpr std::string_view name = "fused";
};
inline constexpr Fused fused{};  ///< for add_chain_lengths()

namespace detail {

template <std::size_t Length>
struct ChainOfLength {
  static_assert(
      Length >= 2,
      "anechain::ThroughputCeiling: this chain has no link: the cost of a round trip is between two kernels, so name at least two");
  static constexpr bool value = Length >= 2;
};

template <class C>
constexpr bool has_a_link() {
  if constexpr (ChainType<C>)
    return ChainOfLength<programs_of<C>>::value;
  else
    return true;
}

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

}  // namespace detail

/// A strategy, or Fused.
template <class S>
concept StrategyOrFused = StrategyWithName<S> || std::is_same_v<S, Fused>;

/// The throughput-ceiling experiment: what does the CPU's round trip between two kernels cost, and what would be gained
/// without it? The short form of an Experiment of one chain under several strategies, with RunOnly as the baseline.
///
///     using Ceiling = ThroughputCeiling<Repeat<Conv1x1<768, 256>, 12>, Sequential, RunOnly, ZeroCopy, Fused>;
///     const Report report = Ceiling{"768x256"}.run(device);
///
/// `C` is a Chain, or a flow::Traced that is given to the constructor. A chain without a link, a list without RunOnly, or two strategies of
/// one name, do not compile.
template <class C, StrategyOrFused... S>
class ThroughputCeiling {
  static_assert(detail::has_a_link<C>());
  static_assert(
      (std::is_same_v<S, RunOnly> || ...),
      "anechain::ThroughputCeiling: the others are compared with RunOnly, which is not in the list: add it, or define an Experiment with "
      "a baseline of its own");
  static_assert(detail::have_names_of_their_own<S...>());

 public:
  /// In the order of the arguments. A contender is called NAME/STRATEGY.
  static constexpr std::array<std::string_view, sizeof...(S)> strategy_names{S::name...};

  /// `name` is what the report calls the chain; if it is empty, the chain's own name. Throws std::invalid_argument for a chain traced at
  /// run time that has no link.
  explicit ThroughputCeiling(std::string name = {}, const C& chain = C{}) : flow_(facts_of(chain)) {
    if (!name.empty()) flow_.name = std::move(name);
    if (flow_.programs.size() < 2) throw std::invalid_argument("a chain of one kernel has no link, and no round trip to measure");
    if constexpr ((std::is_same_v<S, Fused> || ...)) {
      if constexpr (ChainType<C>)
        fused_ = facts_of(typename C::Fused{});
      else
        fused_ = facts_of(chain.fused());
    }
  }

  /// Adds its contenders to an experiment. Throws std::invalid_argument if one of such a name is there already.
  template <Device D>
  void add_to(Experiment<D>& experiment) const {
    if constexpr (ChainType<C>) static_assert(detail::chain_can_be_run_by<D, C>);
    (enter(experiment, S{}), ...);
  }

  /// The experiment, to which more can be added.
  template <Device D>
  Experiment<D> on(D& device) const {
    Experiment<D> experiment{device};
    add_to(experiment);
    return experiment;
  }

  /// The same on devices that a function makes: for runs in several processes.
  template <DeviceFactory Make>
  Experiment<std::invoke_result_t<Make&>> on(Make make) const {
    Experiment<std::invoke_result_t<Make&>> experiment{make};
    add_to(experiment);
    return experiment;
  }

  /// Measures on a device, or on devices that a function makes: see Experiment::run.
  ///@{
  template <Device D>
  Report run(D& device, const ExperimentOptions& options = {}) const {
    return on(device).run(options);
  }
  template <DeviceFactory Make>
  Report run(Make make, const ExperimentOptions& options = {}) const {
    return on(make).run(options);
  }
  ///@}

 private:
  template <Device D, StrategyOrFused One>
  void enter(Experiment<D>& experiment, One one) const {
    if constexpr (std::is_same_v<One, Fused>)
      experiment.add(fused_, run_only, flow_.name + "/fused");
    else if constexpr (std::is_same_v<One, RunOnly>)
      experiment.add_baseline(flow_, one);
    else
      experiment.add(flow_, one);
  }

  FlowFacts flow_;
  FlowFacts fused_;
};

}  // namespace anechain
