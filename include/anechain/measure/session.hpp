// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
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

#include <anechain/measure/clock.hpp>
#include <anechain/measure/contender.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/measure/process_state.hpp>
#include <anechain/measure/protocol.hpp>
#include <anechain/separate_compilation.hpp>

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
  std::size_t process = 1;                             ///< of the run, counted from 1
  bool resumed = false;                                ///< continues an earlier launch of the same process, which was interrupted
};

/// One launch in progress, as a protocol sees it: contenders bound to a device, visits to them, and the measurement that these make.
class MeasurementSession {
 public:
  /// `contenders` has one for each of `measurement.contenders`. All must outlive the session. Begins a launch. Throws MeasurementError if
  /// the clock cannot be used.
  MeasurementSession(Measurement& measurement, std::span<const std::unique_ptr<Contender>> contenders, const RunControl& control,
                     DeviceClock& clock);

  Measurement& measurement() { return measurement_; }                            ///< that is being made
  const Measurement& measurement() const { return measurement_; }                ///< the same
  const Protocol& protocol() const { return measurement_.protocol; }             ///< that is asked for
  Launch& launch() { return measurement_.launches.back(); }                      ///< that is going on
  DeviceClock& clock() { return clock_; }                                        ///< of the device
  std::uint64_t seed() const { return control_.seed; }                           ///< of this launch
  bool is_good(std::size_t c) const { return measurement_.contenders[c].ok(); }  ///< whether a contender has not failed

  /// Tells how far the measurement has come.
  void report(const Progress& progress) const {
    if (control_.on_progress) control_.on_progress(progress);
  }

  /// Whether the user stopped the run, or the process that waits for its results has ended.
  bool interrupted() const {
    return (control_.interrupted != nullptr && control_.interrupted->load(std::memory_order_relaxed)) || detail::is_orphan();
  }

  /// The contenders that have not failed.
  std::vector<std::size_t> standing() const;

  /// The first baseline that has not failed; none if all have.
  std::optional<std::size_t> first_baseline() const;

  /// Verifies every contender that has not failed; one whose result is wrong fails.
  void verify(std::string_view stage, std::uint64_t seed, std::string_view before_the_reason = "");

  /// Runs a contender `lead_in` times unmeasured, then `repeats` times, timed, and keeps no sample. If that fails, the contender has
  /// failed, and there is no time.
  std::optional<std::chrono::nanoseconds> try_out(std::size_t contender, std::size_t lead_in, std::size_t repeats = 1);

  /// Marks a contender as failed, with the reason.
  void fail(std::size_t contender, std::string reason) { measurement_.contenders[contender].failure = std::move(reason); }

  /// Times one turn as `sample` describes it, and keeps it. Returns whether it succeeded; a contender that fails three times without a
  /// success between has failed for good.
  bool visit(Sample sample, std::size_t lead_in = 0);

  /// Drops the samples of contenders that failed.
  void drop_failed() {
    std::erase_if(measurement_.samples, [&](const Sample& sample) { return !is_good(sample.contender); });
  }

 private:
  static constexpr std::size_t patience = 3;

  /// A timed turn; its start counts from the first turn of the launch. Throws MeasurementError if the clock went back.
  Sample timed(std::size_t contender, std::size_t lead_in, std::size_t repeats);

  Measurement& measurement_;
  std::span<const std::unique_ptr<Contender>> contenders_;
  const RunControl& control_;
  DeviceClock& clock_;
  std::vector<std::size_t> failures_in_a_row_;
  std::optional<std::chrono::nanoseconds> origin_{};  ///< the device's time when the launch's first turn began; no reading more than that
  std::chrono::nanoseconds latest_{};                 ///< since then, when the last turn ended
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/session.ipp>
#endif
