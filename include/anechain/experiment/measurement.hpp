// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/chain/strategy.hpp>
#include <anechain/experiment/protocol.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/support/words.hpp>

/// What an experiment observes, before anything is made of it.
namespace anechain {

/// How well a clock tells time.
struct ClockQuality {
  std::chrono::nanoseconds resolution{};  ///< smallest step between two readings; 0 for a clock that moves only with the work
  std::chrono::nanoseconds reading{};     ///< what one reading takes: the median step

  /// No timed interval should be shorter: a thousand steps, a thousand readings.
  std::chrono::nanoseconds shortest_sample() const { return 1000 * std::max(resolution, reading); }
};

/// One timed visit to a strategy: `Launch::repeats` runs between two readings of the device's clock.
struct Sample {
  std::size_t launch = 0;               ///< position in Observations::launches
  std::size_t round = 0;                ///< of the launch
  std::size_t slot = 0;                 ///< position within the round
  std::size_t strategy = 0;             ///< position in Measurement::strategies
  bool control = false;                 ///< the baseline, visited once more as if it were another strategy
  std::chrono::nanoseconds start{};     ///< by the device's clock: comparable within a launch
  std::chrono::nanoseconds duration{};  ///< of all repeats, in all lanes: see Observations::pass_us()
};

/// A round in which an evaluation failed. None of its samples is kept, of no strategy.
struct FailedRound {
  std::size_t launch = 0;    ///< position in Observations::launches
  std::size_t round = 0;     ///< of the launch
  std::size_t strategy = 0;  ///< the one that failed: position in Observations::strategies
  std::string reason;        ///< what the failure said, with the kernel where that is known
};

/// Whether a strategy may be believed.
enum class Status { ok, failed };
template <>
inline constexpr auto words_of<Status> = std::to_array<std::string_view>({"ok", "failed"});

/// A strategy's properties, and whether it may be believed.
struct MeasuredStrategy {
  std::string name;                      ///< the strategy type's; several cells of a sweep may share one
  std::string executor;                  ///< who submitted: the executor's description
  std::size_t lanes = 1;                 ///< passes that one run does at once
  Work work = Work::all;                 ///< whether kernels ran, or transfers alone
  bool fuses = false;                    ///< whether it ran the chain as one program
  bool copies = false;                   ///< whether a pass moves data over every link
  std::optional<std::string> failure{};  ///< why it has no timing

  /// Whether nothing of it failed: only then it has samples.
  bool ok() const { return !failure; }

  /// The same as a word that reports have.
  Status status() const { return ok() ? Status::ok : Status::failed; }

  /// Whether it has links whose cost its time tells: one program has none, and passes in flight hide them.
  bool has_links() const { return !fuses && lanes == 1; }
};

/// Why a launch ended.
enum class End {
  rounds,       ///< there were as many as planned
  budget,       ///< the time was spent
  interrupted,  ///< the user stopped it: the measurement is not complete
};
template <>
inline constexpr auto words_of<End> = std::to_array<std::string_view>({"rounds", "budget", "interrupted"});

/// One process's share of a measurement.
struct Launch {
  std::size_t repeats = 1;       ///< runs in one sample, the same for all strategies
  std::size_t rounds = 0;        ///< that were begun
  std::size_t warm_up = 0;       ///< of them, that came before the device was steady
  std::optional<bool> steady{};  ///< whether it ever was; unknown after too few rounds
  std::size_t planned = 0;       ///< rounds that the pilot asked for
  End end = End::rounds;         ///< why there were no more rounds
};

/// What was observed of several strategies: the raw material of every estimate. A strategy that failed has no samples.
struct Observations {
  Order order = Order::palindromes;            ///< in which the samples were taken
  ClockQuality clock{};                        ///< of the device's clock, in the first launch
  std::vector<MeasuredStrategy> strategies{};  ///< all that were asked for, the failed ones too; in a sweep one for each cell
  std::vector<Launch> launches{};              ///< one a process
  std::vector<Sample> samples{};               ///< launch by launch, in the order in which they were taken
  std::vector<FailedRound> failures{};         ///< in the order in which they happened

  /// Rounds of all launches.
  std::size_t rounds() const {
    std::size_t sum = 0;
    for (const Launch& launch : launches) sum += launch.rounds;
    return sum;
  }

  /// Whether no launch was interrupted.
  bool complete() const {
    for (const Launch& launch : launches)
      if (launch.end == End::interrupted) return false;
    return true;
  }

  /// Whether a sample was taken once the device was steady.
  bool counts(const Sample& sample) const { return sample.round >= launches[sample.launch].warm_up; }

  /// A sample's time for one pass.
  double pass_us(const Sample& sample) const {
    const auto passes = static_cast<double>(launches[sample.launch].repeats * strategies[sample.strategy].lanes);
    return std::chrono::duration<double, std::micro>{sample.duration}.count() / passes;
  }
};

/// One chain under several strategies.
struct Measurement : Observations {
  std::string name;             ///< of the configuration: "768x256"
  std::size_t length = 0;       ///< kernels in the chain
  mil::TensorType input{};      ///< of the first kernel
  mil::TensorType output{};     ///< of the last kernel
  std::int64_t flops = 0;       ///< of one pass
  Bytes bytes{};                ///< of all kernels of one pass
  std::int64_t link_bytes = 0;  ///< that all links of one pass together move, packed

  /// Places where data goes from one kernel to the next. A measurement has two kernels or more.
  std::size_t links() const { return length - 1; }

  /// Whether the other is of the same name, length and order, and so can be set beside this one, or added to it.
  bool is_of_the_same_configuration(const Measurement& other) const {
    return name == other.name && length == other.length && order == other.order;
  }
};

/// What one pass of a cell does: a configuration's chain of some length under one strategy.
struct Cell {
  std::string configuration;   ///< the name that it was added with
  std::size_t length = 0;      ///< kernels in the chain, fused or not
  double gflop = 0;            ///< 10^9 floating-point operations
  std::size_t dispatches = 0;  ///< evaluations
  std::size_t copies = 0;      ///< links that data is copied over
  double copied_mb = 0;        ///< 10^6 bytes
  std::size_t hops = 0;        ///< steps handed to a queue
};

/// Chains of several lengths, of one or more configurations, visited in turns. strategies[i] is that of cells[i].
struct Sweep : Observations {
  std::vector<Cell> cells{};  ///< by configuration, by length within it, then by strategy
};

}  // namespace anechain
