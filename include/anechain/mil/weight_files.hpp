// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace anechain::mil {

/// The bytes of a weight file that a program names; nothing where there is no such file.
using WeightFiles = std::function<std::optional<std::span<const std::byte>>(std::string_view path)>;

}  // namespace anechain::mil
