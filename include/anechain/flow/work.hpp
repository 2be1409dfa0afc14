// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string_view>

#include <anechain/flow/executor/hops.hpp>
#include <anechain/support/words.hpp>

namespace anechain {

/// Which half of a pass is done.
enum class Work {
  all,        ///< kernels and transfers
  transfers,  ///< transfers alone
};
template <>
inline constexpr auto words_of<Work> = std::to_array<std::string_view>({"all", "transfers"});

template <>
inline constexpr auto words_of<executor::Hops> = std::to_array<std::string_view>({"none", "each_run", "each_step"});

}  // namespace anechain
