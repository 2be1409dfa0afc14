// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <anechain/chain/executor/hops.hpp>

namespace anechain::executor {

/// The calling thread does every step itself.
class Inline {
 public:
  static constexpr std::size_t lanes = 1;
  static constexpr Hops hops = Hops::none;
  static constexpr std::string_view description = "calling thread";

  explicit Inline(std::size_t) {}

  template <class Step>
  void run(std::span<const std::span<Step>> lanes_of_steps) {
    for (Step& step : lanes_of_steps[0]) step();
  }
};

}  // namespace anechain::executor
