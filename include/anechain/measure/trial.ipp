// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <anechain/measure/contrasts.hpp>
#include <anechain/measure/schedule.hpp>
#include <anechain/measure/session.hpp>
#include <anechain/measure/trial.hpp>
#include <anechain/statistics/warm_up.hpp>

namespace anechain {

ANECHAIN_INLINE Trial::Trial(MeasurementSession& session)
    : session_(session),
      measurement_(session.measurement()),
      protocol_(session.protocol()),
      schedule_(session.seed()),
      gaps_(session.seed() ^ 0x6A09E667F3BCC908) {  // a stream of its own: the schedule is the same with gaps and without
  for (const std::size_t base : measurement_.baselines())
    if (measurement_.group(base).size() > 1) controlled_.push_back(base);
}

ANECHAIN_INLINE void Trial::run() {
  session_.verify("verifying", session_.seed());
  calibrate();
  measure_in_rounds();
  session_.verify("verifying again", ~session_.seed(), "after the measurement: ");
  session_.drop_failed();
}

ANECHAIN_INLINE void Trial::calibrate() {
  const bool all_together = measurement_.across || protocol_.order == Order::shuffles;
  const auto table_of = [&](std::size_t c) { return all_together ? 0 : measurement_.contenders[c].baseline; };
  constexpr double none = std::numeric_limits<double>::infinity();
  std::vector<double> pass_ns(contenders(), none);
  std::vector<double> shortest_ns(contenders(), none);  // by table_of
  double longest_ns = 0;
  double longest_base_ns = 0;
  for (const std::size_t c : session_.standing()) {
    const std::optional<double> pass = pass_of(c);
    if (!pass) continue;
    pass_ns[c] = *pass;
    shortest_ns[table_of(c)] = std::min(shortest_ns[table_of(c)], *pass);
    longest_ns = std::max(longest_ns, *pass);
    if (measurement_.contenders[c].baseline == c) longest_base_ns = std::max(longest_base_ns, *pass);
  }
  const auto sample_ns = static_cast<double>(measurement_.clock.shortest_sample().count());
  double round_ns = 0;
  bool is_batched = false;
  for (std::size_t c = 0; c < contenders(); ++c) {
    const double repeats = std::max(1.0, std::ceil(sample_ns / shortest_ns[table_of(c)]));
    session_.launch().repeats[c] = static_cast<std::size_t>(repeats);
    is_batched = is_batched || repeats > 1;
    if (pass_ns[c] < none) round_ns += repeats * pass_ns[c] * static_cast<double>(turns_a_round);
  }
  const bool is_coarse = measurement_.clock.resolution > 10 * measurement_.clock.reading;
  if (is_batched && is_coarse) require_time_for(round_ns);
  longest_gap_ = std::chrono::nanoseconds{std::llround(longest_base_ns > 0 ? longest_base_ns : longest_ns)};
}

ANECHAIN_INLINE std::optional<double> Trial::pass_of(std::size_t contender) {
  const std::chrono::nanoseconds enough = 10 * std::max(measurement_.clock.resolution, measurement_.clock.reading);
  const auto most_runs = std::max<std::int64_t>(1, enough.count());  // no run is shorter than a nanosecond
  for (std::int64_t runs = 1;;) {
    const std::optional<std::chrono::nanoseconds> duration = session_.try_out(contender, 1, static_cast<std::size_t>(runs));
    if (!duration) return std::nullopt;
    if (duration->count() > 0 && *duration >= enough) return static_cast<double>(duration->count()) / static_cast<double>(runs);
    if (runs >= most_runs) {
      session_.fail(contender, std::to_string(runs) + " passes took " + std::to_string(duration->count()) +
                                   " ns by the device's clock, which stands still or shows only longer times");
      return std::nullopt;
    }
    runs = std::min(most_runs, runs * (duration->count() == 0 ? 10 : std::clamp<std::int64_t>(2 * enough / *duration, 2, 10)));
  }
}

ANECHAIN_INLINE void Trial::require_time_for(double round_ns) const {
  const auto needed = std::chrono::duration<double, std::nano>{round_ns * static_cast<double>(fewest_rounds)};
  if (needed <= std::max(protocol_.budget, std::chrono::nanoseconds{std::chrono::seconds{1}})) return;
  const auto seconds = [](auto time) { return std::to_string(std::chrono::duration<double>{time}.count()) + " s"; };
  throw MeasurementError("the device's clock has steps of " + std::to_string(measurement_.clock.resolution.count()) +
                         " ns, so a sample must take " + seconds(measurement_.clock.shortest_sample()) + ", and " +
                         std::to_string(fewest_rounds) + " rounds " + seconds(needed) + ": the budget is " + seconds(protocol_.budget));
}

ANECHAIN_INLINE void Trial::measure_in_rounds() {
  Launch& launch = session_.launch();
  const std::chrono::nanoseconds start = session_.clock().now();
  std::size_t planned = std::min(protocol_.pilot, protocol_.most_rounds);
  bool in_pilot = true;
  int doubled = 0;
  for (;;) {
    if (launch.rounds >= planned) {
      if (in_pilot && still_warming_up(launch, session_.clock().now() - start)) {
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
    std::vector<std::size_t> turns = session_.standing();
    if (turns.empty()) break;
    if (session_.interrupted()) {
      launch.end = End::interrupted;
      break;
    }
    std::optional<std::chrono::nanoseconds> elapsed;
    if (launch.rounds >= fewest_rounds) elapsed = session_.clock().now() - start;
    if (elapsed && *elapsed >= protocol_.budget) {
      launch.end = End::budget;
      break;
    }
    session_.report({"measuring", launch.rounds, planned, remaining(elapsed, launch.rounds, planned)});
    // The A/A controls: in some of the rounds each baseline takes turns as two contenders.
    const std::size_t stride = in_pilot ? 4 : 10;
    const std::size_t turn = protocol_.history == History::both ? launch.rounds / 2 : launch.rounds;
    const bool palindromes = protocol_.order == Order::palindromes;
    for (std::size_t i = 0; palindromes && turn % stride == 0 && i < controlled_.size(); ++i)
      if (session_.is_good(controlled_[i])) turns.push_back(contenders() + i);
    if (!round(launch.rounds, palindromes ? schedule_.palindrome(turns) : schedule_.shuffle(turns))) {
      launch.end = End::interrupted;
      break;
    }
    ++launch.rounds;
  }
  if (in_pilot) still_warming_up(launch, protocol_.warm_up_limit);
}

ANECHAIN_INLINE std::optional<std::chrono::nanoseconds> Trial::remaining(std::optional<std::chrono::nanoseconds> elapsed,
                                                                         std::size_t rounds, std::size_t planned) const {
  if (!elapsed) return std::nullopt;
  const double share = static_cast<double>(planned - rounds) / static_cast<double>(rounds);
  const auto at_this_pace = static_cast<double>(elapsed->count()) * share;
  const auto left = static_cast<double>((protocol_.budget - *elapsed).count());
  return std::chrono::nanoseconds{static_cast<std::int64_t>(std::clamp(at_this_pace, 0.0, std::max(0.0, left)))};
}

ANECHAIN_INLINE bool Trial::round(std::size_t number, std::span<const std::size_t> order) {
  const std::size_t samples_before = measurement_.samples.size();
  const auto drop = [&] { measurement_.samples.resize(samples_before); };
  if (protocol_.gaps && session_.launch().rounds > 0)
    session_.clock().pause(
        std::chrono::nanoseconds{static_cast<std::int64_t>(gaps_.uniform() * static_cast<double>(longest_gap_.count()))});
  for (std::size_t slot = 0; slot < order.size(); ++slot) {
    if (session_.interrupted()) {
      drop();
      return false;
    }
    const bool control = order[slot] >= contenders();
    const std::size_t contender = control ? controlled_[order[slot] - contenders()] : order[slot];
    const Sample sample{.round = static_cast<std::uint32_t>(number),
                        .slot = static_cast<std::uint32_t>(slot),
                        .contender = static_cast<std::uint32_t>(contender),
                        .control = control};
    if (!session_.visit(sample, protocol_.leads_in(number) ? 1 : 0)) {
      drop();
      return true;
    }
  }
  return true;
}

ANECHAIN_INLINE bool Trial::still_warming_up(Launch& launch, std::chrono::nanoseconds elapsed) {
  const std::optional<std::size_t> base = session_.first_baseline();
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

ANECHAIN_INLINE std::size_t Trial::rounds_needed() const {
  const auto least = static_cast<double>(protocol_.least_rounds);
  const auto most = static_cast<double>(std::max(protocol_.least_rounds, protocol_.most_rounds));
  return static_cast<std::size_t>(std::clamp(demand_of(measurement_).rounds, least, most));
}

}  // namespace anechain
