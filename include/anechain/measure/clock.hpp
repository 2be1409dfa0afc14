// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <anechain/devices/device.hpp>
#include <anechain/measure/measurement.hpp>

namespace anechain {

/// A measurement that cannot be made at all.
struct MeasurementError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The clock that a measurement is made with, its device's type forgotten.
class DeviceClock {
 public:
  virtual ~DeviceClock() = default;

  /// The device's time, since whenever: differences alone mean something.
  virtual std::chrono::nanoseconds now() = 0;

  /// Lets so much of the device's time pass without work.
  virtual void pause(std::chrono::nanoseconds duration) = 0;

  /// Whether the clock moves while the device does nothing. False for virtual time.
  virtual bool moves_by_itself() const { return true; }

  /// Found by 10 000 readings in a row, and more until the clock has moved. Throws MeasurementError if it goes back or stands still.
  ClockQuality quality() {
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

 private:
  static MeasurementError stands_still(const char* when) {
    return MeasurementError(std::string{"the device's clock stands still: it did not move "} + when +
                            ", so nothing can be timed with it (a device of virtual time has idle(), charge_move() and charge_hop())");
  }
};

/// A device's clock. On a device of virtual time a pause lets that time pass; on others the thread waits, busy.
template <Device D>
class ClockOf final : public DeviceClock {
 public:
  /// Keeps the device, which must outlive it.
  explicit ClockOf(D& device) : device_(device) {}

  /// `device.now()`.
  std::chrono::nanoseconds now() override { return device_.now(); }

  bool moves_by_itself() const override { return !DeviceOfVirtualTime<D>; }

  void pause(std::chrono::nanoseconds duration) override {
    if constexpr (DeviceOfVirtualTime<D>) {
      device_.idle(duration);
    } else {
      constexpr int patience = 1000;  // with a clock that stands still
      const std::chrono::nanoseconds start = device_.now();
      std::chrono::nanoseconds last = start;
      for (int still = 0; last - start < duration && still < patience;) {
        const std::chrono::nanoseconds read = device_.now();
        still = read == last ? still + 1 : 0;
        last = read;
      }
    }
  }

 private:
  D& device_;
};

}  // namespace anechain
