// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <ctime>
#include <string_view>

namespace anechain {

/// The machine's own clock, which no time service steers: since boot, without leaps.
struct MachineClock {
#if defined(__APPLE__)
  static constexpr std::string_view name = "CLOCK_UPTIME_RAW";
  /// Since boot; while the machine sleeps it stands still.
  static std::chrono::nanoseconds now() { return std::chrono::nanoseconds{clock_gettime_nsec_np(CLOCK_UPTIME_RAW)}; }
#else
#if defined(CLOCK_MONOTONIC_RAW)
  static constexpr std::string_view name = "CLOCK_MONOTONIC_RAW";
  static constexpr clockid_t id = CLOCK_MONOTONIC_RAW;  ///< for clock_gettime
#else
  static constexpr std::string_view name = "CLOCK_MONOTONIC";
  static constexpr clockid_t id = CLOCK_MONOTONIC;  ///< for clock_gettime
#endif
  /// Since boot; while the machine sleeps it stands still.
  static std::chrono::nanoseconds now() {
    std::timespec time{};
    clock_gettime(id, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
  }
#endif
};

}  // namespace anechain
