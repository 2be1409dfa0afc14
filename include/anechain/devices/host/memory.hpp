// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include <anechain/devices/device.hpp>
#include <anechain/support/machine.hpp>

namespace anechain::host {

using Memory = std::shared_ptr<std::byte[]>;

/// Zeroed memory at a multiple of 64 bytes. Throws DeviceError where there is not so much.
inline Memory zeroed(std::uint64_t bytes, const std::string& purpose) {
  struct AlignedDelete {
    void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{64}); }
  };
  const std::uint64_t physical = machine::memory();
  void* memory = physical != 0 && bytes > physical ? nullptr : ::operator new[](bytes, std::align_val_t{64}, std::nothrow);
  if (memory == nullptr)
    throw DeviceError("no memory for " + purpose + ": " + std::to_string(bytes) + " bytes, the machine has " + std::to_string(physical));
  std::memset(memory, 0, bytes);
  return {static_cast<std::byte*>(memory), AlignedDelete{}};
}

}  // namespace anechain::host
