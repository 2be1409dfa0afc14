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
  std::string source;

  /// The least microseconds for so much work.
  double least_us(double flops, double bytes) const {
    const double compute = tflops > 0 ? flops / tflops / 1e6 : 0;
    const double memory = gb_per_s > 0 ? bytes / gb_per_s / 1e3 : 0;
    return compute > memory ? compute : memory;
  }
};

/// Where and with what a measurement was made.
struct Environment {
  std::string version{anechain::version};
  std::string compiler = __VERSION__;
  std::string time = machine::utc();
  std::string system = machine::system();
  std::string processor = machine::processor();
  long cores = machine::cores();
  std::uint64_t memory_bytes = machine::memory();
  double load = machine::load();
  std::string governor = machine::governor();
  bool is_virtual = machine::is_virtual();
  std::string clock{MachineClock::name};
  std::string device;
  std::vector<std::string> arguments{};  ///< of the program
  std::optional<SpeedOfLight> speed_of_light{};
};

/// One run of an experiment over any number of configurations. Every output format is made from this alone.
struct Report {
  Environment environment;
  Protocol protocol{};
  std::vector<Measurement> measurements{};
  std::optional<Sweep> sweep{};
  bool interrupted = false;  ///< the user stopped it: configurations may be missing

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
