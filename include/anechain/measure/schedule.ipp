// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <anechain/measure/schedule.hpp>
#include <anechain/support/random.hpp>

namespace anechain {

ANECHAIN_INLINE std::span<const std::size_t> Schedule::shuffle(std::span<const std::size_t> strategies) {
  order_.assign(strategies.begin(), strategies.end());
  random_.shuffle(std::span{order_});
  return order_;
}

ANECHAIN_INLINE std::span<const std::size_t> Schedule::palindrome(std::span<const std::size_t> strategies) {
  shuffle(strategies);
  for (std::size_t i = order_.size(); i-- > 0;) order_.push_back(order_[i]);
  return order_;
}

}  // namespace anechain
