// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <anechain/devices/clock.hpp>
#include <anechain/devices/device.hpp>
#include <anechain/experiment/measurement.hpp>
#include <anechain/support/machine.hpp>
#include <anechain/version.hpp>

namespace anechain {

/// The most that a device can do, and who says so.
struct SpeedOfLight {
  double tflops = 0;    ///< 10^12 operations a second
  double gb_per_s = 0;  ///< 10^9 bytes a second from memory; 0 where only compute is to count
  std::string source;   ///< who says so; printed beside what rests on it

  /// The least microseconds for so much work.
  double least_us(double flops, double bytes) const {
    const double compute = tflops > 0 ? flops / tflops / 1e6 : 0;
    const double memory = gb_per_s > 0 ? bytes / gb_per_s / 1e3 : 0;
    return compute > memory ? compute : memory;
  }
};

/// Where and with what a measurement was made.
struct Environment {
  std::string version{};                         ///< of anechain
  std::string compiler{};                        ///< as it calls itself
  std::string time{};                            ///< when this was made, UTC: "2026-01-31T12:00:00Z"
  std::string system{};                          ///< "Linux 6.1.0 x86_64"
  std::string processor{};                       ///< as its maker calls it, or "unknown processor"
  long cores = 0;                                ///< that are online
  std::uint64_t memory_bytes = 0;                ///< physical; 0 if it cannot be told
  double load = -1;                              ///< mean number of runnable processes in the last minute; negative if it cannot be told
  std::string governor{};                        ///< what sets the processor's frequency; empty if it cannot be told
  bool is_virtual = false;                       ///< whether the machine says that it is a virtual one
  std::string clock{};                           ///< as the system calls it; "virtual" for a device of virtual time
  std::string device{};                          ///< its name(); chip_of() reads it
  std::vector<std::string> arguments{};          ///< of the program
  std::optional<SpeedOfLight> speed_of_light{};  ///< if it is given, reports have shares of it

  /// This process, on this machine, now.
  static Environment here() {
    return {.version = std::string{anechain::version},
            .compiler = __VERSION__,
            .time = machine::utc(),
            .system = machine::system(),
            .processor = machine::processor(),
            .cores = machine::cores(),
            .memory_bytes = machine::memory(),
            .load = machine::load(),
            .governor = machine::governor(),
            .is_virtual = machine::is_virtual(),
            .clock = std::string{MachineClock::name}};
  }

  /// The same for measurements on a device.
  template <Device D>
  static Environment of(const D& device) {
    Environment environment = here();
    environment.device = device.name();
    if constexpr (DeviceOfVirtualTime<D>) environment.clock = "virtual";
    return environment;
  }
};

/// What was measured, and where. Every output format is made from this alone.
struct Report {
  Environment environment{};                ///< of the first launch
  std::vector<Measurement> measurements{};  ///< one for each experiment that was run
  bool interrupted = false;                 ///< the user stopped it: measurements may be missing

  /// Appends the measurements of another report of the same environment, in their order.
  void append(Report&& other) {
    std::ranges::move(other.measurements, std::back_inserter(measurements));
    interrupted = interrupted || other.interrupted;
  }

  /// Whether every contender of every measurement was verified and measured.
  bool ok() const { return std::ranges::all_of(measurements, &Measurement::ok); }

  /// Whether nothing was interrupted.
  bool complete() const { return !interrupted && std::ranges::all_of(measurements, &Measurement::complete); }
};

}  // namespace anechain
