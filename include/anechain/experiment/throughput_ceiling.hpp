// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <range/v3/range/conversion.hpp>
#include <range/v3/view/enumerate.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/iota.hpp>

#include <anechain/chain/traced.hpp>
#include <anechain/experiment/contender.hpp>
#include <anechain/experiment/schedule.hpp>

namespace anechain {

/// How far a measurement has come.
struct Progress {
  std::string_view stage;  ///< "compiling", "verifying", "measuring"
  std::size_t done = 0;
  std::size_t total = 0;
};

/// What can be chosen for a measurement without changing what is measured.
struct MeasurementOptions {
  std::size_t rounds = 100;                                    ///< in each, every strategy has two turns
  std::chrono::nanoseconds budget = std::chrono::seconds{20};  ///< no round is begun after this, but for the first three
  std::uint64_t seed = 42;                                     ///< of the schedule, the weights and the data
  std::vector<std::string> strategies;                         ///< the names of those to measure; all where it is empty
  std::function<void(std::size_t, const WeightFacts&, std::span<float>)> weights;  ///< a WeightSource; random where it is empty
  std::function<void(const Progress&)> on_progress;                                ///< told of every step; nobody where it is empty
};

namespace detail {

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

/// The smallest step of the device's clock, no sample should be shorter than a thousand of them; 0 for a clock that does
/// not go on by itself.
template <Device D>
std::chrono::nanoseconds clock_step(D& device) {
  constexpr std::chrono::nanoseconds never = std::chrono::hours{1};
  std::chrono::nanoseconds step = never;
  std::chrono::nanoseconds last = device.now();
  for (int i = 0; i < 10'000; ++i) {
    const std::chrono::nanoseconds now = device.now();
    if (now > last) step = std::min(step, now - last);
    last = now;
  }
  return step == never ? std::chrono::nanoseconds{0} : step;
}

/// Facts of a chain for its report.
inline Measurement measurement_of(std::string name, std::span<const KernelFacts> kernels) {
  Measurement measurement{.name = std::move(name),
                          .length = kernels.size(),
                          .input = kernels.front().input,
                          .output = kernels.back().output,
                          .bytes = {},
                          .strategies = {},
                          .samples = {}};
  for (const KernelFacts& kernel : kernels) {
    measurement.flops += kernel.flops;
    measurement.bytes.input += kernel.bytes.input;
    measurement.bytes.output += kernel.bytes.output;
    measurement.bytes.weights += kernel.bytes.weights;
  }
  measurement.link_bytes = measurement.bytes.output - kernels.back().bytes.output;
  return measurement;
}

/// Measures contenders against each other. Knows neither the chain nor the strategies as types.
class Trial {
 public:
  Trial(Measurement& measurement, std::span<const std::unique_ptr<Contender>> contenders, const MeasurementOptions& options)
      : measurement_(measurement), contenders_(contenders), options_(options), schedule_(options.seed) {}

  void verify() {
    for (std::size_t s = 0; s < contenders_.size(); ++s) {
      report({"verifying", s, contenders_.size()});
      if (measurement_.strategies[s].ok()) attempt(s, [&] { contenders_[s]->verify(options_.seed); });
    }
  }

  /// One unmeasured visit to each strategy, and from it the number of runs that make a sample long enough for the clock.
  void calibrate(std::chrono::nanoseconds clock_step) {
    constexpr std::int64_t steps_per_sample = 1000;
    std::chrono::nanoseconds shortest = std::chrono::hours{1};
    for (const std::size_t s : standing()) {
      attempt(s, [&] {
        contenders_[s]->time(1);
        const Sample warm = contenders_[s]->time(1);
        shortest = std::min(shortest, std::max(warm.duration, std::chrono::nanoseconds{1}));
      });
    }
    measurement_.repeats = static_cast<std::size_t>(
        std::max<std::int64_t>(1, (steps_per_sample * clock_step + shortest - std::chrono::nanoseconds{1}) / shortest));
  }

  /// Rounds until there are enough, or the budget is spent.
  template <class Now>
  void measure(Now now) {
    constexpr std::size_t least_rounds = 3;
    const std::chrono::nanoseconds start = now();
    for (std::size_t round = 0; round < options_.rounds; ++round) {
      const std::vector<std::size_t> strategies = standing();
      if (strategies.empty() || (round >= least_rounds && now() - start >= options_.budget)) break;
      report({"measuring", round, options_.rounds});
      for (const auto& turn : ranges::views::enumerate(schedule_.round(strategies))) visit(round, turn.first, turn.second);
      ++measurement_.rounds;
    }
    std::erase_if(measurement_.samples, [&](const Sample& sample) { return !measurement_.strategies[sample.strategy].ok(); });
  }

 private:
  void report(const Progress& progress) const {
    if (options_.on_progress) options_.on_progress(progress);
  }

  /// The strategies that have not failed.
  std::vector<std::size_t> standing() const {
    return ranges::views::iota(std::size_t{0}, contenders_.size()) |
           ranges::views::filter([&](std::size_t s) { return measurement_.strategies[s].ok(); }) | ranges::to<std::vector>();
  }

  /// One sample of one strategy; none where it has failed earlier in the round.
  void visit(std::size_t round, std::size_t slot, std::size_t strategy) {
    if (!measurement_.strategies[strategy].ok()) return;
    attempt(strategy, [&] {
      Sample sample = contenders_[strategy]->time(measurement_.repeats);
      sample.round = round;
      sample.slot = slot;
      sample.strategy = strategy;
      measurement_.samples.push_back(sample);
    });
  }

  /// A strategy that throws has failed, with the reason, and is not run again.
  template <class Action>
  void attempt(std::size_t strategy, Action action) {
    try {
      action();
    } catch (const PassError& error) {
      measurement_.strategies[strategy].failure = "kernel " + std::to_string(error.kernel) + " (" + error.kernel_name + "): " + error.cause;
    } catch (const std::exception& error) {
      measurement_.strategies[strategy].failure = error.what();
    } catch (...) {
      measurement_.strategies[strategy].failure = not_an_exception;
    }
  }

  Measurement& measurement_;
  std::span<const std::unique_ptr<Contender>> contenders_;
  const MeasurementOptions& options_;
  Schedule schedule_;
};

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
  static constexpr std::array<std::string_view, sizeof...(S)> strategy_names{S::name...};

  /// `name` is what the report calls the configuration. Throws std::invalid_argument for a chain traced at run time that
  /// has no link.
  explicit ThroughputCeiling(std::string name, C chain = {}) : name_(std::move(name)), chain_(std::move(chain)) {
    if (detail::kernels_of(chain_).size() < 2)
      throw std::invalid_argument("a chain of one kernel has no link, and no round trip to measure");
  }

  /// Measures. A strategy that cannot be set up, fails, or gives a wrong result is part of the measurement with its reason
  /// and without samples. Throws CompileError where the device refuses a kernel of the chain, and std::invalid_argument
  /// where options.strategies names one that this experiment does not have.
  template <Device D>
  Measurement run(D& device, const MeasurementOptions& options = {}) const {
    for (const std::string& name : options.strategies)
      if (std::ranges::find(strategy_names, name) == strategy_names.end())
        throw std::invalid_argument("no strategy of this experiment is called '" + name + "'");

    if (options.on_progress) options.on_progress({"compiling", 0, 1});
    const std::span<const KernelFacts> kernels = detail::kernels_of(chain_);
    const WeightBlobs blobs = options.weights ? WeightBlobs{kernels, options.weights} : WeightBlobs{kernels, random_weights(options.seed)};
    Form<D> chain{device, kernels, blobs};
    const auto fused_chain = detail::as_one_program(chain_);
    std::optional<Form<D>> fused_form;

    Measurement measurement = detail::measurement_of(name_, kernels);
    std::vector<std::unique_ptr<Contender>> contenders;
    const auto enter = [&]<class Strategy>(Strategy) {
      if (!options.strategies.empty() && std::ranges::find(options.strategies, Strategy::name) == options.strategies.end()) return;
      MeasuredStrategy& strategy = measurement.strategies.emplace_back(described<Strategy>());
      std::unique_ptr<Contender>& contender = contenders.emplace_back();
      try {
        if (Strategy::fuses && !fused_form)
          fused_form.emplace(device, detail::kernels_of(fused_chain), blobs.refitted(detail::kernels_of(fused_chain)));
        Form<D>& form = Strategy::fuses ? *fused_form : chain;
        contender = std::make_unique<StrategyContender<D, Strategy>>(device, form.compiled, form.reference);
      } catch (const std::exception& error) {
        strategy.failure = error.what();
      } catch (...) {
        strategy.failure = detail::not_an_exception;
      }
    };
    (enter(S{}), ...);

    detail::Trial trial{measurement, contenders, options};
    trial.verify();
    trial.calibrate(detail::clock_step(device));
    trial.measure([&] { return device.now(); });
    return measurement;
  }

 private:
  /// Compiled kernels, and what they should give.
  template <Device D>
  struct Form {
    Form(D& device, std::span<const KernelFacts> kernels, const WeightBlobs& blobs)
        : compiled(device, kernels, blobs), reference(kernels, blobs) {}

    CompiledKernels<D> compiled;
    Reference reference;
  };

  std::string name_;
  C chain_;
};

}  // namespace anechain
