// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
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
    auto* const memory = static_cast<std::byte*>(framework.surface_memory(surface));
    if (memory == nullptr) {
      framework.unlock_surface(surface, options_, nullptr);
      throw DeviceError("IOSurfaceGetBaseAddress gave no memory");
    }
    bytes_ = {memory, bytes};
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

/// An IOSurface, and the object that requests know it by. A new one holds zeros, as the original experiment's inputs did.
class Surface {
 public:
  /// Throws DeviceError.
  Surface(std::shared_ptr<const Framework> framework, const mil::TensorType& type)
      : state_(std::make_unique<State>(std::move(framework), type)) {
    if (type.shape.has_unknown()) throw DeviceError("a surface of " + to_string(type) + ": its extents are not known");
    state_->framework->foundation.in_pool<DeviceError>("IOSurfaceCreate", [&] { create(); });
  }

  const mil::TensorType& type() const { return state_->type; }
  SurfaceLock lock(Access access) const { return {*state_->framework, state_->memory.get(), access, state_->size}; }

  /// The _ANEIOSurfaceObject.
  objc::Id object() const { return state_->object.get(); }

 private:
  struct Release {
    const Framework* framework;
    void operator()(Framework::SurfaceRef surface) const { framework->release_reference(surface); }
  };

  /// Objects go before the framework that they are released through.
  struct State {
    State(std::shared_ptr<const Framework> through, const mil::TensorType& of)
        : framework(std::move(through)), type(of), memory(nullptr, Release{framework.get()}) {}

    std::shared_ptr<const Framework> framework;
    mil::TensorType type;
    std::size_t size = 0;  // of the tensor with its padding; what is allocated may be more
    std::unique_ptr<SurfaceObject, Release> memory;
    objc::Owned object;
  };

  /// The properties that every project's surfaces have in common: a flat run of bytes.
  void create() {
    State& state = *state_;
    const Framework& framework = *state.framework;
    const Foundation& foundation = framework.foundation;
    const std::int64_t bytes = allocation(state.type);
    const objc::Owned size = foundation.number(bytes);
    const objc::Owned one = foundation.number(1);
    const objc::Owned none = foundation.number(0);
    const std::array keys{*framework.width_key,     *framework.height_key, *framework.element_bytes_key,
                          *framework.row_bytes_key, *framework.size_key,   *framework.format_key};
    const std::array values{size.get(), one.get(), one.get(), size.get(), size.get(), none.get()};
    const objc::Owned properties = foundation.dictionary(keys, values);
    state.memory.reset(framework.create_surface(properties.get()));
    if (state.memory == nullptr)
      throw DeviceError("IOSurfaceCreate gave no surface of " + std::to_string(bytes) + " bytes for " + to_string(state.type));
    if (const std::size_t given = framework.surface_size(state.memory.get()); given < static_cast<std::size_t>(bytes))
      throw DeviceError("IOSurfaceCreate gave " + std::to_string(given) + " bytes in place of " + std::to_string(bytes));
    state.object = foundation.retained(framework.make_surface_object(framework.surface_class, state.memory.get()));
    if (!state.object) throw DeviceError("_ANEIOSurfaceObject takes no surface of " + to_string(state.type));
    state.size = static_cast<std::size_t>(state.type.surface_bytes());
  }

  std::unique_ptr<State> state_;
};

}  // namespace anechain::ane
