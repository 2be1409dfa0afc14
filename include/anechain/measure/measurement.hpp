// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/measure/measured_contender.hpp>
#include <anechain/measure/protocol.hpp>
#include <anechain/separate_compilation.hpp>
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

/// One timed visit to a contender: Launch::repeats runs between two readings of the device's clock. 32 bytes, since there may be millions.
struct Sample {
  std::chrono::nanoseconds start{};     ///< by the device's clock: comparable within a launch
  std::chrono::nanoseconds duration{};  ///< of all repeats, in all lanes: see Measurement::pass_us()
  std::uint32_t round = 0;              ///< of the launch
  std::uint32_t slot = 0;               ///< position within the round
  std::uint32_t contender = 0;          ///< position in Measurement::contenders
  std::uint16_t launch = 0;             ///< position in Measurement::launches
  bool control = false;                 ///< a baseline, visited once more as if it were another contender
};

/// A round in which an evaluation failed. None of its samples is kept, of no contender.
struct FailedRound {
  std::size_t launch = 0;     ///< position in Measurement::launches
  std::size_t round = 0;      ///< of the launch
  std::size_t contender = 0;  ///< the one that failed: position in Measurement::contenders
  std::string reason;         ///< what the failure said, with the kernel if that is known
};

/// Why a launch ended.
enum class End {
  rounds,       ///< there were as many as planned
  budget,       ///< the time was spent
  interrupted,  ///< the user stopped it: the measurement is not complete
};
template <>
inline constexpr auto words_of<End> = std::to_array<std::string_view>({"rounds", "budget", "interrupted"});

/// One process's share of a measurement, or a part of it.
struct Launch {
  std::size_t process = 1;             ///< of the run, counted from 1
  bool resumed = false;                ///< continues an earlier launch of the same process, which was interrupted
  std::vector<std::size_t> repeats{};  ///< runs in one sample of each contender, the same for all contenders of a group
  std::size_t rounds = 0;              ///< that were begun
  std::size_t warm_up = 0;             ///< of them, that came before the device was steady
  std::optional<bool> steady{};        ///< whether it ever was; unknown after too few rounds
  std::size_t planned = 0;             ///< rounds that the pilot asked for
  End end = End::rounds;               ///< why there were no more rounds
};

namespace detail {

std::invalid_argument no_such_contender(std::string_view name, const std::vector<std::string>& names);

}  // namespace detail

/// One run of an experiment: contenders that took turns on one device in one protocol, and every sample. The raw material of every
/// estimate.
struct Measurement {
  Protocol protocol{};                          ///< how it was made, and how it is judged unless something else is asked for
  bool across = false;                          ///< whether contenders are also compared with the first baseline from other groups
  ClockQuality clock{};                         ///< of the device's clock, in the first launch
  std::vector<MeasuredContender> contenders{};  ///< in the experiment's order, the failed ones too; a failed one has no samples
  std::vector<Launch> launches{};               ///< one a process
  std::vector<Sample> samples{};                ///< launch by launch, in the order in which they were taken
  std::vector<FailedRound> failures{};          ///< in the order in which they happened

  /// Rounds of all launches.
  std::size_t rounds() const {
    return std::transform_reduce(launches.begin(), launches.end(), std::size_t{0}, std::plus{}, std::mem_fn(&Launch::rounds));
  }

  /// Whether every launch that was interrupted was also resumed later.
  bool complete() const;

  /// Whether every contender was verified and measured.
  bool ok() const { return std::ranges::all_of(contenders, &MeasuredContender::ok); }

  /// Whether a sample was taken once the device was steady.
  bool counts(const Sample& sample) const { return sample.round >= launches[sample.launch].warm_up; }

  /// A sample's time for one pass.
  double pass_us(const Sample& sample) const;

  /// The names of all contenders, in their order.
  std::vector<std::string> names() const;

  /// The position of the contender of a name; none if there is no such contender.
  std::optional<std::size_t> position(std::string_view name) const;

  /// The contender of a name; null if there is no such contender.
  const MeasuredContender* find(std::string_view name) const;

  /// A contender's passes in microseconds, once the device was steady, in the order in which they were taken; the control's are left out.
  std::vector<double> passes(std::size_t contender) const;

  /// The same of the contender of a name. Throws std::invalid_argument, which names those that there are, if there is no such contender.
  std::vector<double> passes(std::string_view name) const;

  /// The same of all contenders, in their order.
  std::vector<std::vector<double>> passes() const;

  /// The baselines, in the order of the contenders: one for each group.
  std::vector<std::size_t> baselines() const;

  /// The contenders of a baseline's group, in their order, itself among them.
  std::vector<std::size_t> group(std::size_t baseline) const;

 private:
  bool is_pass(const Sample& sample) const { return !sample.control && counts(sample); }
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/measurement.ipp>
#endif
