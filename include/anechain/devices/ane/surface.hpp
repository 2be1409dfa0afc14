// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <anechain/devices/ane/framework.hpp>
#include <anechain/devices/device.hpp>
#include <anechain/mil/types.hpp>

namespace anechain::ane {

/// Bytes that a surface of this type is given: what its padded rows need, in whole pages of 16 KiB. Less than a page was
/// refused on some chips (irm), and more than is needed does no harm.
constexpr std::int64_t allocation(const mil::TensorType& type) {
  constexpr std::int64_t page = 16'384;
  return std::max(page, (type.surface_bytes() + page - 1) / page * page);
}

/// A locked surface, until the end of the scope.
class SurfaceLock {
 public:
  /// Throws DeviceError where the system does not give the lock.
  SurfaceLock(const Framework& framework, Framework::SurfaceRef surface, Access access, std::size_t bytes)
      : framework_(framework), surface_(surface), options_(access == Access::read ? read_only : 0) {
    if (const std::int32_t status = framework.lock_surface(surface, options_, nullptr); status != 0)
      throw DeviceError("IOSurfaceLock failed with status " + std::to_string(status));
    bytes_ = {static_cast<std::byte*>(framework.surface_memory(surface)), bytes};
  }
  SurfaceLock(const SurfaceLock&) = delete;
  SurfaceLock& operator=(const SurfaceLock&) = delete;
  ~SurfaceLock() { framework_.unlock_surface(surface_, options_, nullptr); }

  std::span<std::byte> bytes() const { return bytes_; }

 private:
  static constexpr std::uint32_t read_only = 1;  // kIOSurfaceLockReadOnly

  const Framework& framework_;
  Framework::SurfaceRef surface_;
  std::uint32_t options_;
  std::span<std::byte> bytes_;
};

/// An IOSurface, and the object that requests know it by. A new one holds zeros, as the seed experiment's inputs did.
class Surface {
 public:
  /// Throws DeviceError.
  Surface(std::shared_ptr<const Framework> framework, const mil::TensorType& type) : framework_(std::move(framework)), type_(type) {
    if (type.shape.has_unknown()) throw DeviceError("a surface of " + to_string(type) + ": its extents are not known");
    framework_->foundation.in_pool<DeviceError>("IOSurfaceCreate", [&] { create(); });
  }
  Surface(Surface&&) = default;
  Surface& operator=(Surface&& other) noexcept {
    std::swap(framework_, other.framework_);  // what is released with it needs it
    std::swap(type_, other.type_);
    std::swap(memory_, other.memory_);
    std::swap(object_, other.object_);
    return *this;
  }
  ~Surface() = default;

  const mil::TensorType& type() const { return type_; }
  SurfaceLock lock(Access access) const { return {*framework_, memory_.get(), access, static_cast<std::size_t>(type_.surface_bytes())}; }

  /// The _ANEIOSurfaceObject.
  objc::Id object() const { return object_.get(); }

 private:
  struct Release {
    const Framework* framework;
    void operator()(Framework::SurfaceRef surface) const { framework->release_reference(surface); }
  };

  /// The properties that every project's surfaces have in common: a flat run of bytes.
  void create() {
    const Framework& framework = *framework_;
    const Foundation& foundation = framework.foundation;
    const objc::Owned bytes = foundation.number(allocation(type_));
    const objc::Owned one = foundation.number(1);
    const objc::Owned none = foundation.number(0);
    const std::array keys{*framework.width_key,     *framework.height_key, *framework.element_bytes_key,
                          *framework.row_bytes_key, *framework.size_key,   *framework.format_key};
    const std::array values{bytes.get(), one.get(), one.get(), bytes.get(), bytes.get(), none.get()};
    const objc::Owned properties = foundation.dictionary(keys, values);
    memory_ = {framework.create_surface(properties.get()), Release{&framework}};
    if (memory_ == nullptr)
      throw DeviceError("IOSurfaceCreate gave no surface of " + std::to_string(allocation(type_)) + " bytes for " + to_string(type_));
    if (const std::size_t size = framework.surface_size(memory_.get()); size < static_cast<std::size_t>(allocation(type_)))
      throw DeviceError("IOSurfaceCreate gave " + std::to_string(size) + " bytes in place of " + std::to_string(allocation(type_)));
    object_ = foundation.retained(framework.make_surface_object(framework.surface_class, memory_.get()));
    if (!object_) throw DeviceError("_ANEIOSurfaceObject takes no surface of " + to_string(type_));
  }

  std::shared_ptr<const Framework> framework_;
  mil::TensorType type_;
  std::unique_ptr<SurfaceObject, Release> memory_{nullptr, Release{nullptr}};
  objc::Owned object_;
};

}  // namespace anechain::ane
