// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  std::string version{};                 ///< of anechain
  std::string compiler{};                ///< its name and version
  std::string time{};                    ///< when this was made, UTC: "2026-01-31T12:00:00Z"
  std::string system{};                  ///< "Linux 6.1.0 x86_64"
  std::string processor{};               ///< as its maker calls it, or "unknown processor"
  long cores = 0;                        ///< that are online
  std::uint64_t memory_bytes = 0;        ///< physical; 0 if it cannot be told
  double load = -1;                      ///< mean number of runnable processes in the last minute; negative if it cannot be told
  std::string governor{};                ///< what sets the processor's frequency; empty if it cannot be told
  bool is_virtual = false;               ///< whether the machine says that it is a virtual one
  std::string clock{};                   ///< as the system calls it; "virtual" for a device of virtual time
  std::string device{};                  ///< its name(); chip_of() reads it
  std::vector<std::string> arguments{};  ///< of the program
  /// What a device was set to, and what is known of it, as name and value: for a simulated engine the costs that an experiment should find.
  std::vector<std::pair<std::string, std::string>> settings{};
  std::optional<SpeedOfLight> speed_of_light{};  ///< if it is given, reports have shares of it
};

}  // namespace anechain
