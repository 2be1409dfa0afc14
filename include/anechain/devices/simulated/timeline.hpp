// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numbers>

#include <anechain/devices/simulated/model.hpp>
#include <anechain/support/random.hpp>

namespace anechain::simulated {

/// The state of a machine: what multiplies all that takes time.
class MachineState {
 public:
  MachineState(const Noise& noise, Random& random) : noise_(noise), random_(random), phase_(random.uniform(0, 2 * std::numbers::pi)) {
    wander_ = noise.wander > 0 ? noise.wander * random.normal() : 0;
  }

  /// At a time, no earlier than the last one asked for.
  double at(double us) {
    const double ms = us / 1e3;
    const double elapsed_ms = ms - last_ms_;
    last_ms_ = ms;
    double state = 1 + noise_.drift_per_s * ms / 1e3;
    if (noise_.cold_start > 0) state *= 1 + noise_.cold_start * std::exp(-ms / noise_.cold_start_ms);
    if (noise_.periodic > 0) state *= 1 + noise_.periodic * std::sin(2 * std::numbers::pi * ms / noise_.period_ms + phase_);
    if (noise_.walk_per_root_s > 0) {
      walk_ += noise_.walk_per_root_s * std::sqrt(elapsed_ms / 1e3) * random_.normal();
      state *= std::exp(walk_);
    }
    if (noise_.wander > 0) {
      const double kept = std::exp(-elapsed_ms / noise_.wander_ms);
      wander_ = kept * wander_ + noise_.wander * std::sqrt(1 - kept * kept) * random_.normal();
      state *= 1 + wander_;
    }
    return std::max(state, 0.01);
  }

 private:
  const Noise& noise_;
  Random& random_;
  double phase_;
  double last_ms_ = 0;
  double walk_ = 0;
  double wander_ = 0;
};

/// A request, as its engine knows it: which it is, and its own slow state.
struct Track {
  std::size_t number = 0;
  double own = 0;
};

/// Virtual time: it moves only when something is charged. Shared by a device, its surfaces and its requests.
class Timeline {
 public:
  Timeline(const Costs& costs, const Noise& noise, std::uint64_t seed)
      : costs_(costs), noise_(noise), random_(seed), state_(noise_, random_) {}
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  const Costs& costs() const { return costs_; }

  Track track() {
    const std::scoped_lock lock(mutex_);
    return {tracks_++, noise_.own > 0 ? noise_.own * random_.normal() : 0};
  }

  void charge(double us) {
    const std::scoped_lock lock(mutex_);
    spend(us);
  }

  void charge_copy(double megabytes) {
    const std::scoped_lock lock(mutex_);
    ++copies_;
    spend(costs_.copy_us + megabytes * costs_.us_per_mb);
  }

  /// Returns whether the evaluation succeeded. A request that is evaluated again, or after the clock was read, begins a pass.
  [[nodiscard]] bool charge_evaluation(double gflop, Track& track) {
    const std::scoped_lock lock(mutex_);
    if (last_track_ != none && track.number <= last_track_) begin_pass();
    last_track_ = track.number;
    double us = costs_.dispatch_us + gflop * costs_.us_per_gflop;
    if (pass_begins_) us += costs_.fixed_us + noise_.carry_us * static_cast<double>(copies_before_);
    pass_begins_ = false;
    active_ = true;
    double share = 1;
    if (noise_.white > 0) share += noise_.white * random_.normal();
    if (noise_.own > 0) {
      const double kept = noise_.own_correlation;
      track.own = kept * track.own + noise_.own * std::sqrt(1 - kept * kept) * random_.normal();
      share += track.own;
    }
    spend(us * std::max(share, 0.0) + delay(noise_.tails) + delay(noise_.stalls));
    return !fails();
  }

  /// Time passes, and nothing is done.
  void idle(std::chrono::nanoseconds duration) {
    const std::scoped_lock lock(mutex_);
    now_us_ += std::chrono::duration<double, std::micro>{duration}.count();
  }

  std::chrono::nanoseconds read() {
    const std::scoped_lock lock(mutex_);
    if (active_) begin_pass();
    last_track_ = none;
    pass_begins_ = true;
    now_us_ += costs_.clock_read_ns / 1e3;
    const double tick = costs_.clock_tick_ns;
    return std::chrono::nanoseconds{std::llround(std::floor(now_us_ * 1000 / tick + 1e-6) * tick)};
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  void spend(double us) {
    now_us_ += us * state_.at(now_us_);
    active_ = true;
  }

  void begin_pass() {
    copies_before_ = copies_;
    copies_ = 0;
    pass_begins_ = true;
    active_ = false;
  }

  double delay(const Tail& tail) {
    if (tail.probability <= 0 || random_.uniform() >= tail.probability) return 0;
    return tail.least_us * std::pow(1 - random_.uniform(), -1 / tail.exponent);
  }

  bool fails() {
    const std::size_t number = evaluations_++;
    if (std::ranges::binary_search(noise_.failing_evaluations, number)) return true;
    return noise_.failure_probability > 0 && random_.uniform() < noise_.failure_probability;
  }

  std::mutex mutex_;
  const Costs costs_;
  const Noise noise_;
  Random random_;
  MachineState state_;
  double now_us_ = 0;
  std::size_t tracks_ = 0;
  std::size_t last_track_ = none;
  std::size_t evaluations_ = 0;
  std::size_t copies_ = 0;         ///< of the pass that runs
  std::size_t copies_before_ = 0;  ///< of the pass before it
  bool pass_begins_ = true;
  bool active_ = false;  ///< something was charged since the pass began
};

}  // namespace anechain::simulated
