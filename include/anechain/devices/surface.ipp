// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>

#include <anechain/devices/surface.hpp>
#include <anechain/mil/types.hpp>

namespace anechain::detail {

ANECHAIN_INLINE void require_count(const mil::TensorType& type, std::size_t given) {
  if (given != static_cast<std::size_t>(type.elements()))
    throw std::invalid_argument(std::to_string(given) + " numbers for a surface of " + to_string(type) + ", which has " +
                                std::to_string(type.elements()));
}

}  // namespace anechain::detail
