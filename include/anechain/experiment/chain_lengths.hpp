// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <anechain/chain/traced.hpp>
#include <anechain/experiment/contender.hpp>
#include <anechain/experiment/strategy_names.hpp>
#include <anechain/experiment/trial.hpp>

namespace anechain {

/// Chains of one kernel, repeated, in several lengths under several strategies: from how a pass's time grows with its
/// kernels come the cost of a kernel, the fixed cost of a pass and the cost of a copy, and from several configurations
/// what a dispatch, a GFLOP and a megabyte cost.
///
///     ChainLengths<RunOnly, Sequential, Fused> lengths;
///     lengths.add("256x64", Repeat<Conv1x1<256, 64>, 12>{}, {1, 2, 4, 8, 12});
///     const Sweep sweep = lengths.run(device);
///
/// Strategies with several passes in flight, and those without kernels, have no place here and do not compile.
template <StrategyWithName... S>
class ChainLengths {
  static_assert(sizeof...(S) > 0, "anechain::ChainLengths: name at least one strategy");
  static_assert(detail::have_names_of_their_own<S...>());
  static_assert(((S::work == Work::all) && ...), "anechain::ChainLengths: a strategy without kernels has no cost of a kernel");
  static_assert(((S::Executor::lanes == 1) && ...), "anechain::ChainLengths: a strategy with several passes in flight has no time of one");

 public:
  /// The first kernels of a chain, in each of the given lengths. Throws std::invalid_argument where the chain has not so
  /// many, its kernels differ from each other, there is no length, or the configuration is there already.
  void add(std::string configuration, TracedChain chain, std::vector<std::size_t> lengths) {
    std::ranges::sort(lengths);
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    if (std::ranges::find(configurations_, configuration, &Configuration::name) != configurations_.end())
      throw std::invalid_argument(configuration + " is there already: give its lengths at once");
    if (lengths.empty() || lengths.front() < 1) throw std::invalid_argument(configuration + ": chain lengths are whole numbers from 1 on");
    const std::span<const KernelFacts> kernels = chain.kernels();
    if (lengths.back() > kernels.size())
      throw std::invalid_argument(configuration + ": a length of " + std::to_string(lengths.back()) + ", of a chain of " +
                                  std::to_string(kernels.size()) + " kernels");
    for (std::size_t k = 1; k < kernels.size(); ++k)
      if (kernels[k].text != kernels[0].text)
        throw std::invalid_argument(configuration + ": kernel " + std::to_string(k) + " (" + std::string{kernels[k].name} +
                                    ") is not kernel 0 (" + std::string{kernels[0].name} +
                                    ") again: a chain's length says what a kernel costs where all are the same");
    configurations_.push_back({std::move(configuration), std::move(chain), std::move(lengths)});
  }

  /// The same for a chain that is a type.
  template <class... Ks>
  void add(std::string configuration, const Chain<Ks...>& chain, std::vector<std::size_t> lengths) {
    add(std::move(configuration), TracedChain{chain}, std::move(lengths));
  }

  /// Measures every cell once a round, in random order; the protocol is options.protocol.for_sweep() unless it is one
  /// already. Names in options.strategies that are not among these strategies are taken for those of another experiment. A strategy that
  /// copies, or fuses, differs from the baseline from two kernels on, and is measured from there. Throws CompileError, and MeasurementError
  /// for a clock that goes backwards.
  template <Device D>
  Sweep run(D& device, MeasurementOptions options = {}) const {
    if (options.protocol.order != Order::shuffles) options.protocol = options.protocol.for_sweep();
    Sweep sweep;
    std::vector<std::unique_ptr<CompiledForm<D>>> forms;
    std::vector<std::unique_ptr<TracedChain>> fused_chains;
    std::vector<std::unique_ptr<Contender>> contenders;
    for (std::size_t at = 0; at < configurations_.size(); ++at) {
      if (options.on_progress) options.on_progress({"compiling", at, configurations_.size()});
      const Configuration& configuration = configurations_[at];
      const TracedChain longest = configuration.chain.first(configuration.lengths.back());
      const WeightBlobs blobs = options.weights_of(longest.kernels());
      CompiledForm<D>& form = *forms.emplace_back(
          std::make_unique<CompiledForm<D>>(device, configuration.chain.kernels().first(configuration.lengths.back()), blobs));
      for (const std::size_t length : configuration.lengths) {
        const auto enter = [&]<class Strategy>(Strategy) {
          constexpr bool differs_alone =
              !Strategy::fuses && Strategy::Transfer::link == transfer::Link::two_surfaces && !Strategy::Transfer::delivers;
          if (length < 2 && !differs_alone) return;
          if (!options.strategies.empty() && std::ranges::find(options.strategies, Strategy::name) == options.strategies.end()) return;
          CompiledForm<D>* its = &form;
          if (Strategy::fuses) {
            const TracedChain& program =
                *fused_chains.emplace_back(std::make_unique<TracedChain>(configuration.chain.first(length).fused()));
            const TracedChain part = configuration.chain.first(length);
            const WeightBlobs part_blobs = options.weights_of(part.kernels());
            its = forms.emplace_back(std::make_unique<CompiledForm<D>>(device, program.kernels(), part_blobs.refitted(program.kernels())))
                      .get();
          }
          const std::size_t programs = Strategy::fuses ? 1 : length;
          sweep.strategies.push_back(described<Strategy>());
          sweep.cells.push_back(cell<Strategy>(configuration, length));
          contenders.push_back(std::make_unique<StrategyContender<D, Strategy>>(device, *its, programs));
        };
        (enter(S{}), ...);
      }
    }
    ClockOf<D> clock{device};
    Trial{sweep, contenders, options, clock}.run();
    return sweep;
  }

 private:
  struct Configuration {
    std::string name;
    TracedChain chain;
    std::vector<std::size_t> lengths;
  };

  template <class Strategy>
  static Cell cell(const Configuration& configuration, std::size_t length) {
    const KernelFacts& kernel = configuration.chain.kernels().front();
    const bool copies = described<Strategy>().copies;
    Cell cell;
    cell.configuration = configuration.name;
    cell.length = length;
    cell.gflop = static_cast<double>(kernel.flops) * static_cast<double>(length) / 1e9;
    cell.dispatches = Strategy::fuses ? 1 : length;
    cell.copies = copies ? length - 1 : 0;
    cell.copied_mb = static_cast<double>(cell.copies) * static_cast<double>(kernel.output.packed_bytes()) / 1e6;
    if constexpr (requires { requires Strategy::Executor::hops; }) cell.hops = length;
    return cell;
  }

  std::vector<Configuration> configurations_;
};

}  // namespace anechain
