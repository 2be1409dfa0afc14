// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/ane.hpp>

#include <string>
#include <vector>

// What a Mac has without an engine: Apple's runtime, Foundation and IOSurface, which the stand-in on Linux cannot be.
#if defined(__APPLE__)

using namespace anechain;

TEST_CASE("an exception of Apple's Foundation comes out with its name and reason") {
  const ane::Framework framework;
  std::string told;
  try {
    framework.foundation.in_pool<EvaluateError>("objectAtIndex:", [&] {
      const ane::objc::Owned empty = framework.foundation.array({});
      framework.foundation.element(empty.get(), 7);
    });
  } catch (const ane::Failed<EvaluateError>& error) {
    told = error.failure.domain;
    CHECK(error.failure.exception);
    CHECK_FALSE(error.failure.text.empty());
  }
  CHECK(told == "NSRangeException");
}

TEST_CASE("strings, numbers, data and dictionaries go to Apple's Foundation and come back") {
  const ane::Framework framework;
  const ane::Foundation& foundation = framework.foundation;
  foundation.in_pool<DeviceError>("by hand", [&] {
    CHECK(foundation.text(foundation.string("h\u00e9").get()) == "h\u00e9");
    CHECK(foundation.integer(foundation.number(-5).get()) == -5);
    const ane::objc::Owned key = foundation.string("key");
    const ane::objc::Owned value = foundation.number(12);
    const ane::objc::Id keys[]{key.get()};
    const ane::objc::Id values[]{value.get()};
    const ane::objc::Owned dictionary = foundation.dictionary(keys, values);
    CHECK(foundation.integer(foundation.entry(dictionary.get(), "key")) == 12);
    CHECK(static_cast<bool>(foundation.dictionary({}, {})));
    CHECK(static_cast<bool>(foundation.data({})));
    CHECK_FALSE(foundation.temporary_directory().empty());
  });
}

TEST_CASE("an IOSurface is made, locked, written, read and released") {
  const ane::Framework framework;
  const ane::Foundation& foundation = framework.foundation;
  foundation.in_pool<DeviceError>("by hand", [&] {
    const ane::objc::Owned bytes = foundation.number(16'384);
    const ane::objc::Owned one = foundation.number(1);
    const ane::objc::Id keys[]{*framework.width_key, *framework.height_key, *framework.element_bytes_key, *framework.row_bytes_key,
                               *framework.size_key};
    const ane::objc::Id values[]{bytes.get(), one.get(), one.get(), bytes.get(), bytes.get()};
    const ane::objc::Owned properties = foundation.dictionary(keys, values);
    const ane::Framework::SurfaceRef surface = framework.create_surface(properties.get());
    REQUIRE(surface != nullptr);
    CHECK(framework.surface_size(surface) >= 16'384);
    {
      const ane::SurfaceLock lock{framework, surface, Access::write, 16'384};
      CHECK(lock.bytes()[0] == std::byte{0});
      lock.bytes()[0] = std::byte{7};
    }
    CHECK(ane::SurfaceLock(framework, surface, Access::read, 16'384).bytes()[0] == std::byte{7});
    framework.release_reference(surface);
  });
}

#endif
