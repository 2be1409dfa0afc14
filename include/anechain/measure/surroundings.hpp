// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include <anechain/devices/clock.hpp>
#include <anechain/devices/device.hpp>
#include <anechain/measure/environment.hpp>
#include <anechain/separate_compilation.hpp>

/// What a report says of where it was measured, found out on the machine.
namespace anechain {

/// A device that has something to say about itself besides its name, as name and value.
template <class D>
concept DeviceWithSettings = requires(const D& device) {
  { device.settings() } -> std::convertible_to<std::vector<std::pair<std::string, std::string>>>;
};

/// This process, on this machine, now.
Environment surroundings();

/// The same for measurements on a device.
template <Device D>
Environment surroundings_of(const D& device) {
  Environment environment = surroundings();
  environment.device = device.name();
  if constexpr (DeviceOfVirtualTime<D>) environment.clock = "virtual";
  if constexpr (DeviceWithSettings<D>) environment.settings = device.settings();
  return environment;
}

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/surroundings.ipp>
#endif
