// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/chain/weights.hpp>
#include <anechain/experiment/clock.hpp>
#include <anechain/experiment/contender.hpp>
#include <anechain/experiment/estimate.hpp>
#include <anechain/experiment/protocol.hpp>
#include <anechain/experiment/schedule.hpp>
#include <anechain/experiment/statistics/warm_up.hpp>

namespace anechain {

/// How far a measurement has come.
struct Progress {
  std::string_view stage;  ///< "compiling", "verifying", "measuring", "verifying again"
  std::size_t done = 0;    ///< of the stage: configurations, strategies, or rounds; passes of one strategy in blocks
  std::size_t total = 0;   ///< of the same, as far as is known: the pilot may ask for more rounds, the budget for fewer
};

/// What can be chosen for a measurement without changing what is measured.
struct MeasurementOptions {
  Protocol protocol{};                    ///< one call makes one launch of it: to make as many as it asks for is the caller's part
  std::vector<std::string> strategies{};  ///< the names of those to measure; all where it is empty
  std::function<void(std::size_t, const WeightFacts&, std::span<float>)> weights{};  ///< a WeightSource; random where it is empty
  std::function<void(const Progress&)> on_progress{};                                ///< told of every step; nobody where it is empty
  const std::atomic<bool>* interrupted = nullptr;  ///< once it is true, no visit is begun; what was measured stands, as incomplete

  /// The weights of kernels in a row.
  WeightBlobs weights_of(std::span<const KernelFacts> kernels) const {
    return weights ? WeightBlobs{kernels, weights} : WeightBlobs{kernels, random_weights(protocol.seed)};
  }
};

/// What the samples of a pilot ask for.
struct Demand {
  double rounds = 0;           ///< for the protocol's target
  bool too_dependent = false;  ///< so few of the rounds are independent that nothing can be told
};

/// The most that any comparison of a measurement needs for its target.
inline Demand demand_of(const Measurement& measurement, const Protocol& protocol) {
  Demand demand;
  for (const std::optional<StrategyEstimate>& estimate : estimate(measurement, protocol).strategies) {
    if (!estimate || !estimate->contrast) continue;
    const Contrast& contrast = *estimate->contrast;
    const double target = std::max(protocol.target_share, protocol.target_us * contrast.links / contrast.base_pass_us);
    const double rounds_a_ratio = protocol.history == History::both ? 2 : 1;
    demand.rounds = std::max(demand.rounds, rounds_a_ratio * statistics::samples_for_half_width(contrast.log_ratio, target));
    demand.too_dependent = demand.too_dependent || contrast.log_ratio.effective_count() < least_effective_rounds;
  }
  return demand;
}

/// Measures contenders against each other, in one launch. Knows neither the chain nor the strategies as types.
class Trial {
 public:
  /// `demand` is asked after the pilot, and whenever the rounds that were planned are done; a sweep has none.
  Trial(Observations& observed, std::span<const std::unique_ptr<Contender>> contenders, const MeasurementOptions& options,
        DeviceClock& clock, std::function<Demand()> demand = {})
      : observed_(observed),
        contenders_(contenders),
        options_(options),
        protocol_(options.protocol),
        clock_(clock),
        demand_(std::move(demand)),
        schedule_(protocol_.seed),
        gaps_(protocol_.seed ^ 0x6A09E667F3BCC908),  // a stream of its own: the schedule is the same with gaps and without
        failures_in_a_row_(contenders.size()) {}

  /// The whole of it. Throws MeasurementError where the clock cannot be used.
  void run() {
    const ClockQuality quality = clock_.quality();
    observed_.order = protocol_.order;
    observed_.clock = quality;
    observed_.launches.emplace_back();
    if (protocol_.order == Order::blocks) {
      measure_in_blocks();
      verify("verifying", protocol_.seed);
    } else {
      verify("verifying", protocol_.seed);
      calibrate(quality);
      measure_in_rounds();
      verify("verifying again", ~protocol_.seed, "after the measurement: ");
    }
    std::erase_if(observed_.samples, [&](const Sample& sample) { return !observed_.strategies[sample.strategy].ok(); });
  }

 private:
  /// A strategy that fails so often without a success between has failed for good.
  static constexpr std::size_t patience = 3;

  /// The budget leaves out no more than this.
  static constexpr std::size_t fewest_rounds = 3;

  void report(const Progress& progress) const {
    if (options_.on_progress) options_.on_progress(progress);
  }
  bool interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(std::memory_order_relaxed); }

  /// The strategies that have not failed.
  std::vector<std::size_t> standing() const {
    std::vector<std::size_t> standing;
    for (std::size_t s = 0; s < contenders_.size(); ++s)
      if (observed_.strategies[s].ok()) standing.push_back(s);
    return standing;
  }

  void verify(std::string_view stage, std::uint64_t seed, std::string_view before_the_reason = "") {
    for (std::size_t s = 0; s < contenders_.size(); ++s) {
      report({stage, s, contenders_.size()});
      if (!observed_.strategies[s].ok()) continue;
      if (const std::optional<std::string> reason = failure_of([&] { contenders_[s]->verify(seed); }))
        observed_.strategies[s].failure = std::string{before_the_reason} + *reason;
    }
  }

  /// Two unmeasured visits to each strategy, and from the second the number of runs that make a sample long enough for the clock.
  void calibrate(const ClockQuality& quality) {
    std::chrono::nanoseconds shortest = std::chrono::hours{1};
    for (const std::size_t s : standing()) {
      observed_.strategies[s].failure = failure_of([&] {
        const Sample warm = contenders_[s]->time(1, 1);
        shortest = std::min(shortest, std::max(warm.duration, std::chrono::nanoseconds{1}));
        longest_gap_ = std::max(longest_gap_, warm.duration);
        if (observed_.strategies[s].name == baseline) base_pass_ = warm.duration;
      });
    }
    const auto ratio = static_cast<double>(quality.shortest_sample().count()) / static_cast<double>(shortest.count());
    observed_.launches.back().repeats = static_cast<std::size_t>(std::max(1.0, std::ceil(ratio)));
    if (base_pass_.count() > 0) longest_gap_ = base_pass_;
  }

  void measure_in_rounds() {
    Launch& launch = observed_.launches.back();
    const std::chrono::nanoseconds start = clock_.now();
    std::size_t planned = std::min(protocol_.pilot, protocol_.most_rounds);
    const std::optional<std::size_t> base = baseline_of(observed_);
    bool in_pilot = true;
    int doubled = 0;
    for (;;) {
      if (launch.rounds >= planned) {
        if (in_pilot && still_warming_up(launch, clock_.now() - start)) {
          planned = std::min(2 * planned, protocol_.most_rounds);
        } else if (in_pilot) {
          in_pilot = false;
          planned = std::clamp(launch.warm_up + rounds_needed(), planned, std::max(planned, protocol_.most_rounds));
        } else if (doubled < 2 && launch.rounds < protocol_.most_rounds && demand_ && demand_().too_dependent) {
          ++doubled;
          planned = std::min(2 * planned, protocol_.most_rounds);
        }
        launch.planned = planned;
        if (launch.rounds >= planned) break;
      }
      std::vector<std::size_t> strategies = standing();
      if (strategies.empty()) break;
      if (interrupted()) {
        launch.end = End::interrupted;
        break;
      }
      if (launch.rounds >= fewest_rounds && clock_.now() - start >= protocol_.budget) {
        launch.end = End::budget;
        break;
      }
      report({"measuring", launch.rounds, planned});
      // The A/A control: in so many rounds the baseline takes turns as two strategies.
      const std::size_t stride = in_pilot ? 4 : 10;
      const std::size_t turn = protocol_.history == History::both ? launch.rounds / 2 : launch.rounds;
      const bool palindromes = protocol_.order == Order::palindromes;
      if (palindromes && base && observed_.strategies[*base].ok() && turn % stride == 0) strategies.push_back(contenders_.size());
      if (!round(launch.rounds, palindromes ? schedule_.palindrome(strategies) : schedule_.shuffle(strategies), base.value_or(0))) {
        launch.end = End::interrupted;
        break;
      }
      ++launch.rounds;
    }
    if (in_pilot) still_warming_up(launch, protocol_.warm_up_limit);
  }

  /// One round: a gap, and a visit to each turn's strategy. A failure ends it, and none of its samples is kept. Returns
  /// whether it was not interrupted.
  bool round(std::size_t number, std::span<const std::size_t> order, std::size_t base) {
    const std::size_t samples_before = observed_.samples.size();
    const auto drop = [&] { observed_.samples.resize(samples_before); };
    if (protocol_.gaps && observed_.launches.back().rounds > 0)
      clock_.pause(std::chrono::nanoseconds{static_cast<std::int64_t>(gaps_.uniform() * static_cast<double>(longest_gap_.count()))});
    for (std::size_t slot = 0; slot < order.size(); ++slot) {
      if (interrupted()) {
        drop();
        return false;
      }
      const bool control = order[slot] == contenders_.size();
      const std::size_t strategy = control ? base : order[slot];
      if (!visit({.round = number, .slot = slot, .strategy = strategy, .control = control})) {
        drop();
        return true;
      }
    }
    return true;
  }

  /// Times one turn, and keeps it. Returns whether it succeeded.
  bool visit(Sample sample) {
    const std::size_t strategy = sample.strategy;
    const std::optional<std::string> reason = failure_of([&] {
      const Sample timed = contenders_[strategy]->time(protocol_.leads_in(sample.round) ? 1 : 0, observed_.launches.back().repeats);
      sample.start = timed.start;
      sample.duration = timed.duration;
    });
    if (!reason) {
      observed_.samples.push_back(sample);
      failures_in_a_row_[strategy] = 0;
      return true;
    }
    observed_.failures.push_back({.round = sample.round, .strategy = strategy, .reason = *reason});
    if (++failures_in_a_row_[strategy] == patience)
      observed_.strategies[strategy].failure = std::to_string(patience) + " failures in a row, the last one: " + *reason;
    return false;
  }

  /// The original experiment: five passes of kernels before the first block alone, then every strategy once, in a block.
  void measure_in_blocks() {
    constexpr std::size_t warm_up_passes = 5;
    constexpr std::size_t more_transfers = 10;
    Launch& launch = observed_.launches.back();
    if (const std::optional<std::size_t> base = baseline_of(observed_))
      observed_.strategies[*base].failure = failure_of([&] {
        for (std::size_t i = 0; i < warm_up_passes; ++i) contenders_[*base]->time(0, 1);
      });
    for (const std::size_t s : standing()) {
      const std::size_t count = protocol_.block_passes * (observed_.strategies[s].work == Work::all ? 1 : more_transfers);
      for (std::size_t i = 0; i < count; ++i) {
        if (interrupted()) {
          launch.end = End::interrupted;
          return;
        }
        report({"measuring", i, count});
        if (visit({.round = i, .slot = s, .strategy = s})) continue;
        observed_.strategies[s].failure = observed_.failures.back().reason;
        break;
      }
      launch.rounds = std::max(launch.rounds, count);
    }
  }

  /// Finds where the launch became steady, from the baseline's passes. Returns whether it has not, and may take more time.
  bool still_warming_up(Launch& launch, std::chrono::nanoseconds elapsed) {
    const std::optional<std::size_t> base = baseline_of(observed_);
    // A sweep takes the machine's state out of every round, the first ones' too.
    if (!base || protocol_.order != Order::palindromes) return false;
    // A part of the budget at most: what is compared within rounds does not need a steady machine, it needs rounds.
    constexpr int least_left = 4;
    const std::chrono::nanoseconds limit = std::min(protocol_.warm_up_limit, protocol_.budget / least_left);
    std::vector<double> passes;
    std::vector<std::size_t> rounds;
    std::size_t latest = 0;  // the round at which the limit was reached
    for (const Sample& sample : observed_.samples) {
      if (sample.start - observed_.samples.front().start <= limit) latest = sample.round;
      if (sample.strategy != *base) continue;
      passes.push_back(static_cast<double>(sample.duration.count()));
      rounds.push_back(sample.round);
    }
    constexpr std::size_t fewest_passes = 20;
    if (passes.size() < fewest_passes) return false;
    const statistics::WarmUp found = statistics::warm_up(passes);
    const std::size_t cut = found.cut < rounds.size() ? rounds[found.cut] : launch.rounds;
    launch.warm_up = std::min(cut, latest);
    launch.steady = found.steady && cut <= latest;
    return !found.steady && elapsed < limit && launch.rounds < protocol_.most_rounds;
  }

  std::size_t rounds_needed() const {
    const auto least = static_cast<double>(protocol_.least_rounds);
    const auto most = static_cast<double>(std::max(protocol_.least_rounds, protocol_.most_rounds));
    return static_cast<std::size_t>(std::clamp(demand_ ? demand_().rounds : least, least, most));
  }

  /// Why an action failed; none where it did not.
  template <class Action>
  static std::optional<std::string> failure_of(Action action) {
    try {
      action();
      return std::nullopt;
    } catch (const PassError& error) {
      return std::string{"kernel "} + std::to_string(error.kernel) + " (" + error.kernel_name + "): " + error.cause;
    } catch (const std::exception& error) {
      return error.what();
    } catch (...) {
      return detail::not_an_exception;
    }
  }

  Observations& observed_;
  std::span<const std::unique_ptr<Contender>> contenders_;
  const MeasurementOptions& options_;
  const Protocol& protocol_;
  DeviceClock& clock_;
  std::function<Demand()> demand_;
  Schedule schedule_;
  Random gaps_;
  std::vector<std::size_t> failures_in_a_row_;
  std::chrono::nanoseconds base_pass_{};
  std::chrono::nanoseconds longest_gap_{};
};

}  // namespace anechain
