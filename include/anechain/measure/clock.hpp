// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
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

  /// From 10 000 readings in a row. Throws MeasurementError for a clock that goes backwards.
  ClockQuality quality() {
    std::vector<std::chrono::nanoseconds> steps(10'000);
    std::chrono::nanoseconds last = now();
    for (std::chrono::nanoseconds& step : steps) {
      const std::chrono::nanoseconds read = now();
      if (read < last)
        throw MeasurementError(std::string{"the device's clock went back by "} + std::to_string((last - read).count()) +
                               " ns between two readings: nothing can be timed with it");
      step = read - last;
      last = read;
    }
    std::ranges::sort(steps);
    const auto first = std::ranges::upper_bound(steps, std::chrono::nanoseconds{0});
    if (first == steps.end()) return {};
    return {*first, steps[steps.size() / 2]};
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
