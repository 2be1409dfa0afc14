// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <ctime>
#include <stdexcept>

#include <anechain/devices/device.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/separate_compilation.hpp>

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
  ClockQuality quality();

 private:
  static MeasurementError stands_still(const char* when);
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

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/clock.ipp>
#endif
