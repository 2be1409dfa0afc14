// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <anechain/flow/executor/hops.hpp>

namespace anechain::executor {

/// The calling thread does every job itself.
class Inline {
 public:
  static constexpr std::size_t lanes = 1;
  static constexpr Hops hops = Hops::none;
  static constexpr std::string_view description = "calling thread";

  explicit Inline(std::size_t) {}

  template <class Lane>
  void run(std::span<const Lane> passes) {
    passes[0].for_each([](auto& job) { job(); });
  }
};

}  // namespace anechain::executor
