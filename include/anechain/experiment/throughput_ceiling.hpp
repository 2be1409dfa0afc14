// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <anechain/chain/constraints.hpp>
#include <anechain/chain/traced.hpp>
#include <anechain/experiment/contender.hpp>
#include <anechain/experiment/strategy_names.hpp>
#include <anechain/experiment/trial.hpp>

namespace anechain {

namespace detail {

template <std::size_t Length>
struct ChainOfLength {
  static_assert(
      Length >= 2,
      "anechain::ThroughputCeiling: this chain has no link: the cost of a round trip is between two kernels, so name at least two");
  static constexpr bool value = Length >= 2;
};

/// The kernels of a chain, and of the same chain as one program: from the type, or traced at run time.
template <class... Ks>
std::span<const KernelFacts> kernels_of(const Chain<Ks...>&) {
  return Chain<Ks...>::template kernels<>;
}
template <class... Ks>
typename Chain<Ks...>::Fused as_one_program(const Chain<Ks...>&) {
  return {};
}
inline std::span<const KernelFacts> kernels_of(const TracedChain& chain) { return chain.kernels(); }
inline TracedChain as_one_program(const TracedChain& chain) { return chain.fused(); }

template <class C>
constexpr bool has_a_link() {
  if constexpr (requires { C::length; })
    return ChainOfLength<C::length>::value;
  else
    return true;
}

template <class D, class... Ks>
constexpr bool is_for(std::type_identity<Chain<Ks...>>) {
  return can_be_run_by<D, Ks...>();
}
template <class D>
constexpr bool is_for(std::type_identity<TracedChain>) {
  return true;
}

/// Facts of a chain for its report.
inline Measurement measurement_of(std::string name, std::span<const KernelFacts> kernels) {
  Measurement measurement;
  measurement.name = std::move(name);
  measurement.length = kernels.size();
  measurement.input = kernels.front().input;
  measurement.output = kernels.back().output;
  for (const KernelFacts& kernel : kernels) {
    measurement.flops += kernel.flops;
    measurement.bytes.input += kernel.bytes.input;
    measurement.bytes.output += kernel.bytes.output;
    measurement.bytes.weights += kernel.bytes.weights;
  }
  measurement.link_bytes = measurement.bytes.output - kernels.back().bytes.output;
  return measurement;
}

}  // namespace detail

/// The throughput-ceiling experiment: what does the CPU's round trip between two kernels cost, and what would be gained
/// without it? It runs one chain under several strategies, verifies each, and measures them against each other in turns.
///
///     using Experiment = ThroughputCeiling<Repeat<Conv1x1<768, 256>, 12>, Sequential, RunOnly, ZeroCopy, Fused>;
///     const Measurement measurement = Experiment{"768x256"}.run(device);
///
/// `C` is a Chain, or a TracedChain that is given to the constructor. A chain without a link, or two strategies of one
/// name, do not compile.
template <class C, StrategyWithName... S>
class ThroughputCeiling {
  static_assert(sizeof...(S) > 0, "anechain::ThroughputCeiling: name at least one strategy");
  static_assert(detail::has_a_link<C>());
  static_assert(detail::have_names_of_their_own<S...>());

 public:
  /// In the order of the arguments: what MeasurementOptions::strategies may name.
  static constexpr std::array<std::string_view, sizeof...(S)> strategy_names{S::name...};

  /// `name` is what the report calls the configuration. Throws std::invalid_argument for a chain traced at run time that
  /// has no link.
  explicit ThroughputCeiling(std::string name, C chain = {}) : name_(std::move(name)), chain_(std::move(chain)) {
    if (detail::kernels_of(chain_).size() < 2)
      throw std::invalid_argument("a chain of one kernel has no link, and no round trip to measure");
  }

  /// Measures. A strategy that cannot be set up, fails, or gives a wrong result is part of the measurement with its reason
  /// and without samples. Throws CompileError where the device refuses a kernel of the chain, and std::invalid_argument
  /// where options.strategies names one that this experiment does not have; MeasurementError for a clock that goes backwards.
  template <Device D>
  Measurement run(D& device, const MeasurementOptions& options = {}) const {
    static_assert(detail::is_for<D>(std::type_identity<C>{}));
    for (const std::string& name : options.strategies)
      if (std::ranges::find(strategy_names, name) == strategy_names.end())
        throw std::invalid_argument(std::string{"no strategy of this experiment is called '"} + name + "'");

    if (options.on_progress) options.on_progress({"compiling", 0, 1});
    const std::span<const KernelFacts> kernels = detail::kernels_of(chain_);
    const WeightBlobs blobs = options.weights_of(kernels);
    CompiledForm<D> chain{device, kernels, blobs};
    const auto fused_chain = detail::as_one_program(chain_);
    std::optional<CompiledForm<D>> fused_form;

    Measurement measurement = detail::measurement_of(name_, kernels);
    std::vector<std::unique_ptr<Contender>> contenders;
    const auto enter = [&]<class Strategy>(Strategy) {
      if (!options.strategies.empty() && std::ranges::find(options.strategies, Strategy::name) == options.strategies.end()) return;
      MeasuredStrategy& strategy = measurement.strategies.emplace_back(described<Strategy>());
      std::unique_ptr<Contender>& contender = contenders.emplace_back();
      try {
        if (Strategy::fuses && !fused_form)
          fused_form.emplace(device, detail::kernels_of(fused_chain), blobs.refitted(detail::kernels_of(fused_chain)));
        CompiledForm<D>& form = Strategy::fuses ? *fused_form : chain;
        contender = std::make_unique<StrategyContender<D, Strategy>>(device, form, form.compiled.kernels().size());
      } catch (const std::exception& error) {
        strategy.failure = error.what();
      } catch (...) {
        strategy.failure = detail::not_an_exception;
      }
    };
    (enter(S{}), ...);

    ClockOf<D> clock{device};
    Trial{measurement, contenders, options, clock, [&] { return demand_of(measurement, options.protocol); }}.run();
    return measurement;
  }

 private:
  std::string name_;
  C chain_;
};

}  // namespace anechain
