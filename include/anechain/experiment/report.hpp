// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <anechain/devices/clock.hpp>
#include <anechain/experiment/measurement.hpp>
#include <anechain/support/machine.hpp>
#include <anechain/version.hpp>

namespace anechain {

/// Where and with what a measurement was made.
struct Environment {
  std::string version{anechain::version};
  std::string compiler = __VERSION__;
  std::string system = machine::system();
  std::string processor = machine::processor();
  long cores = machine::cores();
  std::uint64_t memory_bytes = machine::memory();
  std::string clock{MachineClock::name};
  std::string device;
  std::vector<std::string> arguments;  ///< of the program
};

/// One run of an experiment over any number of configurations. Every output format is made from this alone.
struct Report {
  Environment environment;
  std::uint64_t seed = 0;
  std::size_t rounds = 0;  ///< asked for, a configuration
  double budget_s = 0;     ///< asked for, a configuration
  std::vector<Measurement> measurements;

  /// Whether every strategy of every configuration was verified and measured.
  bool ok() const {
    for (const Measurement& measurement : measurements)
      for (const MeasuredStrategy& strategy : measurement.strategies)
        if (!strategy.ok()) return false;
    return true;
  }
};

}  // namespace anechain
