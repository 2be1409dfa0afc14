// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <anechain/mil/types.hpp>

namespace anechain::mil {

ANECHAIN_INLINE std::string to_string(const TensorType& type) {
  std::string text = "tensor<" + std::string{facts(type.dtype).name} + ", [";
  for (const std::int64_t& extent : type.shape) {
    if (&extent != type.shape.begin()) text += ", ";
    text += extent == unknown_extent ? "?" : std::to_string(extent);
  }
  return text + "]>";
}

}  // namespace anechain::mil
