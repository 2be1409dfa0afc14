// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

// CMakeLists.txt reads the version from here.
#define ANECHAIN_VERSION "0.1.0"

namespace anechain {

/// Semantic versioning; while it is 0.x, a minor version may break what a user wrote.
inline constexpr std::string_view version = ANECHAIN_VERSION;

}  // namespace anechain
