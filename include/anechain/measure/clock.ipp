// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <anechain/measure/clock.hpp>
#include <anechain/measure/measurement.hpp>

namespace anechain {

ANECHAIN_INLINE ClockQuality DeviceClock::quality() {
  std::vector<std::chrono::nanoseconds> steps(10'000);
  std::chrono::nanoseconds last = now();
  const auto step = [&] {
    const std::chrono::nanoseconds before = std::exchange(last, now());
    if (last < before)
      throw MeasurementError(std::string{"the device's clock went back by "} + std::to_string((before - last).count()) +
                             " ns between two readings: nothing can be timed with it");
    return last - before;
  };
  std::ranges::generate(steps, step);
  std::ranges::sort(steps);
  const auto first = std::ranges::upper_bound(steps, std::chrono::nanoseconds{0});
  if (first != steps.end()) return {*first, steps[steps.size() / 2]};
  if (!moves_by_itself()) {
    constexpr std::chrono::nanoseconds longest = std::chrono::seconds{1000};
    for (std::chrono::nanoseconds length = std::chrono::milliseconds{1}; length <= longest; length *= 10) {
      pause(length);
      if (step() > std::chrono::nanoseconds{0}) return {};
    }
    throw stands_still("in a pause of 1000 s");
  }
  constexpr double patience_s = 1;  // of processor time, which is another clock
  const std::clock_t begin = std::clock();
  for (;;) {
    if (const std::chrono::nanoseconds tick = step(); tick > std::chrono::nanoseconds{0}) return {tick, std::chrono::nanoseconds{0}};
    if (static_cast<double>(std::clock() - begin) > patience_s * CLOCKS_PER_SEC) throw stands_still("in a second of processor time");
  }
}

ANECHAIN_INLINE MeasurementError DeviceClock::stands_still(const char* when) {
  return MeasurementError(std::string{"the device's clock stands still: it did not move "} + when +
                          ", so nothing can be timed with it (a device of virtual time has idle(), charge_move() and charge_hop())");
}

}  // namespace anechain
