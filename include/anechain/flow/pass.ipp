// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include <anechain/flow/pass.hpp>

namespace anechain {

ANECHAIN_INLINE PassError::PassError(std::string_view under, std::size_t at, std::string_view called, const std::string& reason)
    : std::runtime_error(std::string{under} + ": kernel " + std::to_string(at) + " (" + std::string{called} + "): " + reason),
      strategy(under),
      kernel(at),
      kernel_name(called),
      cause(reason) {}

}  // namespace anechain
