// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <anechain/flow/traced.hpp>
#include <anechain/measure/throughput_ceiling.hpp>

namespace anechain {

/// Adds the first kernels of a chain, in each of the given lengths, under each of the strategies; RunOnly is the baseline of every length.
/// From how a pass's time grows with its kernels come the cost of a kernel, the fixed cost of a pass and the cost of a copy, and from
/// chains of several kernels what a dispatch, a GFLOP and a megabyte cost: see scale(). Measure such an experiment with
/// Protocol::for_sweep(), every contender once a round.
///
///     Experiment lengths{device};
///     add_chain_lengths(lengths, Repeat<Conv1x1<256, 64>, 12>{}, {1, 2, 4, 8, 12}, run_only, sequential, fused);
///     const Report report = lengths.run({.protocol = Protocol{}.for_sweep()});
///
/// A strategy that uses links, and `fused`, differ from the baseline from two kernels on, and are added from there. Strategies with several
/// passes in flight, and those without kernels, have no time of one kernel and do not compile. Throws std::invalid_argument if the chain
/// has not so many kernels, they differ from each other, there is no length, or a contender of such a name is there already.
template <Device D, StrategyOrFused... S>
void add_chain_lengths(Experiment<D>& experiment, const flow::Traced& chain, std::vector<std::size_t> lengths, S... strategies) {
  static_assert(sizeof...(S) > 0, "anechain::add_chain_lengths: name at least one strategy");
  const auto is_of_one_pass = []<class One>(One) {
    if constexpr (StrategyWithName<One>)
      return One::work == Work::all && One::Executor::lanes == 1;
    else
      return true;
  };
  static_assert((is_of_one_pass(S{}) && ...),
                "anechain::add_chain_lengths: a strategy without kernels, or with several passes in flight, has no time of one kernel");

  std::ranges::sort(lengths);
  const auto repeated = std::ranges::unique(lengths);
  lengths.erase(repeated.begin(), repeated.end());
  const std::string name = chain.name();
  if (lengths.empty() || lengths.front() < 1) throw std::invalid_argument(name + ": chain lengths are whole numbers from 1 on");
  const std::span<const KernelFacts> kernels = chain.kernels();
  if (lengths.back() > kernels.size())
    throw std::invalid_argument(name + ": a length of " + std::to_string(lengths.back()) + ", of a chain of " +
                                std::to_string(kernels.size()) + " kernels");
  for (std::size_t k = 1; k < kernels.size(); ++k)
    if (kernels[k].text != kernels[0].text)
      throw std::invalid_argument(name + ": kernel " + std::to_string(k) + " (" + std::string{kernels[k].name} + ") is not kernel 0 (" +
                                  std::string{kernels[0].name} + ") again: a chain's length tells what a kernel costs if all are the same");

  for (const std::size_t length : lengths) {
    const flow::Traced part = chain.first(length);
    const auto enter = [&]<class One>(One one) {
      if constexpr (std::is_same_v<One, Fused>) {
        if (length > 1) experiment.add(part.fused(), run_only, part.name() + "/fused");
      } else if constexpr (std::is_same_v<One, RunOnly>) {
        experiment.add_baseline(part, one);
      } else {
        if (length > 1 || !uses_links<One>) experiment.add(part, one);
      }
    };
    (enter(strategies), ...);
  }
}

/// The same for a chain that is a type.
template <Device D, class... Ks, StrategyOrFused... S>
void add_chain_lengths(Experiment<D>& experiment, const Chain<Ks...>& chain, std::vector<std::size_t> lengths, S... strategies) {
  add_chain_lengths(experiment, flow::Traced{chain}, std::move(lengths), strategies...);
}

}  // namespace anechain
