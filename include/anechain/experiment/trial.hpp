// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <range/v3/range/conversion.hpp>
#include <range/v3/view/enumerate.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/iota.hpp>

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
      measurement_.strategies[strategy].failure = detail::not_an_exception;
    }
  }

  Measurement& measurement_;
  std::span<const std::unique_ptr<Contender>> contenders_;
  const MeasurementOptions& options_;
  Schedule schedule_;
};

}  // namespace anechain
