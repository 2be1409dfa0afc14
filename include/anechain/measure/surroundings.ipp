// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <anechain/devices/clock.hpp>
#include <anechain/measure/environment.hpp>
#include <anechain/measure/surroundings.hpp>
#include <anechain/support/machine.hpp>
#include <anechain/version.hpp>

namespace anechain {

ANECHAIN_INLINE Environment surroundings() {
  return {.version = std::string{anechain::version},
          .compiler = machine::compiler(),
          .time = machine::utc(),
          .system = machine::system(),
          .processor = machine::processor(),
          .cores = machine::cores(),
          .memory_bytes = machine::memory(),
          .load = machine::load(),
          .governor = machine::governor(),
          .is_virtual = machine::is_virtual(),
          .clock = std::string{MachineClock::name}};
}

}  // namespace anechain
