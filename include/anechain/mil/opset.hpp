// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace anechain::mil {

/// A version of MIL's operations, named after the first system that has it. Each contains all operations of the ones before it; some
/// operations take more operands or other types from a later one on.
enum class Opset : std::uint8_t { ios15, ios16, ios17, ios18 };

/// In the order of Opset.
inline constexpr std::array<std::string_view, 4> opset_names{"ios15", "ios16", "ios17", "ios18"};

/// As a function declares it: func main<ios16>(...).
constexpr std::string_view name_of(Opset opset) { return opset_names[static_cast<std::size_t>(opset)]; }

/// The opset of this name; none if the name is not one of the four.
constexpr std::optional<Opset> opset_of(std::string_view name) {
  for (std::size_t i = 0; i < opset_names.size(); ++i)
    if (opset_names[i] == name) return static_cast<Opset>(i);
  return std::nullopt;
}

}  // namespace anechain::mil
