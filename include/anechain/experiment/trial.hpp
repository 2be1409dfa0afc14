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
  std::size_t done = 0;    ///< of the stage: flows, contenders, or rounds; passes of one contender in blocks
  std::size_t total = 0;   ///< of the same, as far as is known: the pilot may ask for more rounds, the budget for fewer

  /// Device time until the stage is done, if it goes on at its pace; none in the first rounds, and for stages that are not timed.
  std::optional<std::chrono::nanoseconds> remaining{};
};

/// What is asked of one run besides what is measured.
struct RunControl {
  std::uint64_t seed = 42;                             ///< of the schedule, the gaps and the data
  std::function<void(const Progress&)> on_progress{};  ///< told of every step; nobody if it is empty
  const std::atomic<bool>* interrupted = nullptr;      ///< once it is true, no visit is begun; what was measured stands, as incomplete
};

/// What the samples of a pilot ask for.
struct Demand {
  double rounds = 0;           ///< for the protocol's target
  bool too_dependent = false;  ///< so few of the rounds are independent that nothing can be told
};

/// The most that any comparison of a measurement needs for its protocol's target.
inline Demand demand_of(const Measurement& measurement) {
  const Protocol& protocol = measurement.protocol;
  Demand demand;
  const auto include = [&](const Contrast& contrast) {
    const double target = std::max(protocol.target_share, protocol.target_us * contrast.links / contrast.base_pass_us);
    const double rounds_a_ratio = protocol.history == History::both ? 2 : 1;
    demand.rounds = std::max(demand.rounds, rounds_a_ratio * statistics::samples_for_half_width(contrast.log_ratio, target));
    demand.too_dependent = demand.too_dependent || contrast.log_ratio.effective_count() < least_effective_rounds;
  };
  const Estimates found = estimate(measurement);
  for (const std::optional<ContenderEstimate>& estimate : found.contenders)
    if (estimate && estimate->contrast) include(*estimate->contrast);
  for (const AcrossEstimate& across : found.across) include(across.contrast);
  return demand;
}

/// Measures contenders against each other, in one launch. Knows neither flows nor strategies as types.
class Trial {
 public:
  /// Measures `contenders`, one for each of `measurement.contenders`, as `measurement.protocol` says.
  Trial(Measurement& measurement, std::span<const std::unique_ptr<Contender>> contenders, const RunControl& control, DeviceClock& clock)
      : measurement_(measurement),
        contenders_(contenders),
        control_(control),
        protocol_(measurement.protocol),
        clock_(clock),
        schedule_(control.seed),
        gaps_(control.seed ^ 0x6A09E667F3BCC908),  // a stream of its own: the schedule is the same with gaps and without
        failures_in_a_row_(contenders.size()) {
    for (const std::size_t base : measurement.baselines())
      if (measurement.group(base).size() > 1) controlled_.push_back(base);
  }

  /// The whole of it. Throws MeasurementError if the clock cannot be used.
  void run() {
    const ClockQuality quality = clock_.quality();
    measurement_.clock = quality;
    measurement_.launches.emplace_back().repeats.assign(contenders_.size(), 1);
    if (protocol_.order == Order::blocks) {
      measure_in_blocks();
      verify("verifying", control_.seed);
    } else {
      verify("verifying", control_.seed);
      calibrate(quality);
      measure_in_rounds();
      verify("verifying again", ~control_.seed, "after the measurement: ");
    }
    std::erase_if(measurement_.samples, [&](const Sample& sample) { return !measurement_.contenders[sample.contender].ok(); });
  }

 private:
  /// A contender that fails so often without a success between has failed for good.
  static constexpr std::size_t patience = 3;

  /// The budget leaves out no more than this.
  static constexpr std::size_t fewest_rounds = 3;

  void report(const Progress& progress) const {
    if (control_.on_progress) control_.on_progress(progress);
  }
  bool interrupted() const { return control_.interrupted != nullptr && control_.interrupted->load(std::memory_order_relaxed); }

  /// The contenders that have not failed.
  std::vector<std::size_t> standing() const {
    std::vector<std::size_t> standing;
    for (std::size_t s = 0; s < contenders_.size(); ++s)
      if (measurement_.contenders[s].ok()) standing.push_back(s);
    return standing;
  }

  void verify(std::string_view stage, std::uint64_t seed, std::string_view before_the_reason = "") {
    for (std::size_t s = 0; s < contenders_.size(); ++s) {
      report({stage, s, contenders_.size()});
      if (!measurement_.contenders[s].ok()) continue;
      if (const std::optional<std::string> reason = detail::failure_of([&] { contenders_[s]->verify(seed); }))
        measurement_.contenders[s].failure = std::string{before_the_reason} + *reason;
    }
  }

  /// Two unmeasured visits to each contender, and from the second the number of runs that make a sample long enough for the clock: the same
  /// for all contenders that are compared with each other, since a loop over a pass makes it faster. That is a group; it is all of them if
  /// groups are compared or fitted together.
  void calibrate(const ClockQuality& quality) {
    const bool all_together = measurement_.across || protocol_.order == Order::shuffles;
    const auto table_of = [&](std::size_t c) { return all_together ? 0 : measurement_.contenders[c].baseline; };
    std::vector<std::chrono::nanoseconds> shortest(contenders_.size(), std::chrono::hours{1});  // by table_of
    std::chrono::nanoseconds longest_pass{};
    std::chrono::nanoseconds longest_base_pass{};
    for (const std::size_t c : standing()) {
      measurement_.contenders[c].failure = detail::failure_of([&] {
        const Sample warm = contenders_[c]->time(1, 1);
        std::chrono::nanoseconds& least = shortest[table_of(c)];
        least = std::min(least, std::max(warm.duration, std::chrono::nanoseconds{1}));
        longest_pass = std::max(longest_pass, warm.duration);
        if (measurement_.contenders[c].baseline == c) longest_base_pass = std::max(longest_base_pass, warm.duration);
      });
    }
    for (std::size_t c = 0; c < contenders_.size(); ++c) {
      const std::chrono::nanoseconds pass = shortest[table_of(c)];
      const auto ratio = static_cast<double>(quality.shortest_sample().count()) / static_cast<double>(pass.count());
      measurement_.launches.back().repeats[c] = static_cast<std::size_t>(std::max(1.0, std::ceil(ratio)));
    }
    longest_gap_ = longest_base_pass.count() > 0 ? longest_base_pass : longest_pass;
  }

  void measure_in_rounds() {
    Launch& launch = measurement_.launches.back();
    const std::chrono::nanoseconds start = clock_.now();
    std::size_t planned = std::min(protocol_.pilot, protocol_.most_rounds);
    bool in_pilot = true;
    int doubled = 0;
    for (;;) {
      if (launch.rounds >= planned) {
        if (in_pilot && still_warming_up(launch, clock_.now() - start)) {
          planned = std::min(2 * planned, protocol_.most_rounds);
        } else if (in_pilot) {
          in_pilot = false;
          planned = std::clamp(launch.warm_up + rounds_needed(), planned, std::max(planned, protocol_.most_rounds));
        } else if (doubled < 2 && launch.rounds < protocol_.most_rounds && demand_of(measurement_).too_dependent) {
          ++doubled;
          planned = std::min(2 * planned, protocol_.most_rounds);
        }
        launch.planned = planned;
        if (launch.rounds >= planned) break;
      }
      std::vector<std::size_t> turns = standing();
      if (turns.empty()) break;
      if (interrupted()) {
        launch.end = End::interrupted;
        break;
      }
      std::optional<std::chrono::nanoseconds> elapsed;
      if (launch.rounds >= fewest_rounds) elapsed = clock_.now() - start;
      if (elapsed && *elapsed >= protocol_.budget) {
        launch.end = End::budget;
        break;
      }
      report({"measuring", launch.rounds, planned, remaining(elapsed, launch.rounds, planned)});
      // The A/A controls: in some of the rounds each baseline takes turns as two contenders.
      const std::size_t stride = in_pilot ? 4 : 10;
      const std::size_t turn = protocol_.history == History::both ? launch.rounds / 2 : launch.rounds;
      const bool palindromes = protocol_.order == Order::palindromes;
      for (std::size_t i = 0; palindromes && turn % stride == 0 && i < controlled_.size(); ++i)
        if (measurement_.contenders[controlled_[i]].ok()) turns.push_back(contenders_.size() + i);
      if (!round(launch.rounds, palindromes ? schedule_.palindrome(turns) : schedule_.shuffle(turns))) {
        launch.end = End::interrupted;
        break;
      }
      ++launch.rounds;
    }
    if (in_pilot) still_warming_up(launch, protocol_.warm_up_limit);
  }

  /// At the pace so far, and no longer than the budget.
  std::optional<std::chrono::nanoseconds> remaining(std::optional<std::chrono::nanoseconds> elapsed, std::size_t rounds,
                                                    std::size_t planned) const {
    if (!elapsed) return std::nullopt;
    const double share = static_cast<double>(planned - rounds) / static_cast<double>(rounds);
    const auto at_this_pace = static_cast<double>(elapsed->count()) * share;
    const auto left = static_cast<double>((protocol_.budget - *elapsed).count());
    return std::chrono::nanoseconds{static_cast<std::int64_t>(std::clamp(at_this_pace, 0.0, std::max(0.0, left)))};
  }

  /// One round: a gap, and a visit to each turn's contender; numbers from the number of contenders on are the controls. A failure ends it,
  /// and none of its samples is kept. Returns whether it was not interrupted.
  bool round(std::size_t number, std::span<const std::size_t> order) {
    const std::size_t samples_before = measurement_.samples.size();
    const auto drop = [&] { measurement_.samples.resize(samples_before); };
    if (protocol_.gaps && measurement_.launches.back().rounds > 0)
      clock_.pause(std::chrono::nanoseconds{static_cast<std::int64_t>(gaps_.uniform() * static_cast<double>(longest_gap_.count()))});
    for (std::size_t slot = 0; slot < order.size(); ++slot) {
      if (interrupted()) {
        drop();
        return false;
      }
      const bool control = order[slot] >= contenders_.size();
      const std::size_t contender = control ? controlled_[order[slot] - contenders_.size()] : order[slot];
      if (!visit({.round = number, .slot = slot, .contender = contender, .control = control})) {
        drop();
        return true;
      }
    }
    return true;
  }

  /// Times one turn, and keeps it. Returns whether it succeeded.
  bool visit(Sample sample) {
    const std::size_t contender = sample.contender;
    const std::optional<std::string> reason = detail::failure_of([&] {
      const Sample timed =
          contenders_[contender]->time(protocol_.leads_in(sample.round) ? 1 : 0, measurement_.launches.back().repeats[contender]);
      sample.start = timed.start;
      sample.duration = timed.duration;
    });
    if (!reason) {
      measurement_.samples.push_back(sample);
      failures_in_a_row_[contender] = 0;
      return true;
    }
    measurement_.failures.push_back({.round = sample.round, .contender = contender, .reason = *reason});
    if (++failures_in_a_row_[contender] == patience)
      measurement_.contenders[contender].failure = std::to_string(patience) + " failures in a row, the last one: " + *reason;
    return false;
  }

  /// The original experiment: five passes of kernels before the first block alone, then every strategy once, in a block.
  void measure_in_blocks() {
    constexpr std::size_t warm_up_passes = 5;
    constexpr std::size_t more_transfers = 10;
    Launch& launch = measurement_.launches.back();
    if (const std::optional<std::size_t> base = first_baseline())
      measurement_.contenders[*base].failure = detail::failure_of([&] {
        for (std::size_t i = 0; i < warm_up_passes; ++i) contenders_[*base]->time(0, 1);
      });
    for (const std::size_t s : standing()) {
      const std::size_t count = protocol_.block_passes * (measurement_.contenders[s].strategy.work == Work::all ? 1 : more_transfers);
      for (std::size_t i = 0; i < count; ++i) {
        if (interrupted()) {
          launch.end = End::interrupted;
          return;
        }
        report({"measuring", i, count});
        if (visit({.round = i, .slot = s, .contender = s})) continue;
        measurement_.contenders[s].failure = measurement_.failures.back().reason;
        break;
      }
      launch.rounds = std::max(launch.rounds, count);
    }
  }

  /// The first baseline that has not failed.
  std::optional<std::size_t> first_baseline() const {
    for (const std::size_t base : measurement_.baselines())
      if (measurement_.contenders[base].ok()) return base;
    return std::nullopt;
  }

  /// Finds where the launch became steady, from the first baseline's passes. Returns whether it has not, and may take more time.
  bool still_warming_up(Launch& launch, std::chrono::nanoseconds elapsed) {
    const std::optional<std::size_t> base = first_baseline();
    // A fit over all contenders takes the machine's state out of every round, the first ones' too.
    if (!base || protocol_.order != Order::palindromes) return false;
    // A part of the budget at most: what is compared within rounds does not need a steady machine, it needs rounds.
    constexpr int least_left = 4;
    const std::chrono::nanoseconds limit = std::min(protocol_.warm_up_limit, protocol_.budget / least_left);
    std::vector<double> passes;
    std::vector<std::size_t> rounds;
    std::size_t latest = 0;  // the round at which the limit was reached
    for (const Sample& sample : measurement_.samples) {
      if (sample.start - measurement_.samples.front().start <= limit) latest = sample.round;
      if (sample.contender != *base) continue;
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
    return static_cast<std::size_t>(std::clamp(demand_of(measurement_).rounds, least, most));
  }

  Measurement& measurement_;
  std::span<const std::unique_ptr<Contender>> contenders_;
  const RunControl& control_;
  const Protocol& protocol_;
  DeviceClock& clock_;
  Schedule schedule_;
  Random gaps_;
  std::vector<std::size_t> controlled_;  ///< baselines that are compared with something, and so have an A/A control
  std::vector<std::size_t> failures_in_a_row_;
  std::chrono::nanoseconds longest_gap_{};
};

}  // namespace anechain
