// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <anechain/devices/clock.hpp>
#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/protocol.hpp>
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
  std::string version{anechain::version};          ///< of anechain
  std::string compiler = __VERSION__;              ///< as it calls itself
  std::string time = machine::utc();               ///< when this was made, UTC: "2026-01-31T12:00:00Z"
  std::string system = machine::system();          ///< "Linux 6.1.0 x86_64"
  std::string processor = machine::processor();    ///< as its maker calls it, or "unknown processor"
  long cores = machine::cores();                   ///< that are online
  std::uint64_t memory_bytes = machine::memory();  ///< physical; 0 where it cannot be told
  double load = machine::load();                 ///< processes that wanted to run, the last minute's mean; negative where it cannot be told
  std::string governor = machine::governor();    ///< what sets the processor's frequency; empty where it cannot be told
  bool is_virtual = machine::is_virtual();       ///< whether the machine says that it is a virtual one
  std::string clock{MachineClock::name};         ///< as the system calls it; "virtual" where whoever measured a simulated engine says so
  std::string device;                            ///< its name(), to be set by whoever measures; chip_of() reads it
  std::vector<std::string> arguments{};          ///< of the program
  std::optional<SpeedOfLight> speed_of_light{};  ///< where it is given, reports have shares of it
};

/// One run of an experiment over any number of configurations. Every output format is made from this alone.
struct Report {
  Environment environment;                  ///< of the first launch
  Protocol protocol{};                      ///< as asked for; what a measurement was made in is its Observations::order
  std::vector<Measurement> measurements{};  ///< one a configuration, and one more where the original's protocol measured it too
  std::optional<Sweep> sweep{};             ///< chains of several lengths, where they were measured
  bool interrupted = false;                 ///< the user stopped it: configurations may be missing

  /// Whether every strategy of every configuration was verified and measured.
  bool ok() const {
    const auto all_ok = [](const Observations& observed) {
      for (const MeasuredStrategy& strategy : observed.strategies)
        if (!strategy.ok()) return false;
      return true;
    };
    for (const Measurement& measurement : measurements)
      if (!all_ok(measurement)) return false;
    return !sweep || all_ok(*sweep);
  }

  /// Whether nothing was interrupted.
  bool complete() const {
    if (interrupted) return false;
    for (const Measurement& measurement : measurements)
      if (!measurement.complete()) return false;
    return !sweep || sweep->complete();
  }
};

}  // namespace anechain
