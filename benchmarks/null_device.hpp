// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <anechain/devices/device.hpp>

/// A device on which an evaluation is an empty inline function: what a pass costs here is what the library adds. Its surfaces are
/// memory, so that transfers copy.
class NullDevice {
 public:
  class Surface {
   public:
    explicit Surface(const anechain::mil::TensorType& type)
        : size_(static_cast<std::size_t>(type.surface_bytes())), memory_(std::make_unique<std::byte[]>(size_)), type_(type) {}

    const anechain::mil::TensorType& type() const { return type_; }
    anechain::MemoryLock lock(anechain::Access) const { return anechain::MemoryLock{{memory_.get(), size_}}; }

   private:
    std::size_t size_;
    std::unique_ptr<std::byte[]> memory_;
    anechain::mil::TensorType type_;
  };

  struct Program {};

  struct Request {};

  std::string name() const { return "nothing"; }
  Surface surface(const anechain::mil::TensorType& type) const { return Surface{type}; }
  Program compile(std::string_view, std::span<const std::byte>) const { return {}; }
  Request request(const Program&, std::span<Surface* const>, std::span<Surface* const>) const { return {}; }
  std::chrono::nanoseconds now() const { return std::chrono::steady_clock::now().time_since_epoch(); }

  /// Nothing, but the compiler must have the request at hand, and believes that memory was read and written.
  static void evaluate(Request& request) { asm volatile("" : : "r"(&request) : "memory"); }
};

static_assert(anechain::Device<NullDevice>);
