// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>

#include <anechain/measure/protocol.hpp>

namespace anechain {

ANECHAIN_INLINE Protocol Protocol::quick() {
  Protocol protocol;
  protocol.pilot = 24;
  protocol.least_rounds = 96;
  protocol.most_rounds = 400;
  protocol.target_share = 0.01;
  protocol.budget = std::chrono::seconds{3};
  protocol.gaps = false;
  return protocol;
}

ANECHAIN_INLINE Protocol Protocol::publish() {
  Protocol protocol;
  protocol.launches = 5;
  protocol.history = History::own;
  protocol.budget = std::chrono::seconds{60};
  return protocol;
}

ANECHAIN_INLINE Protocol Protocol::for_sweep(std::size_t rounds) const {
  Protocol protocol = with_rounds(rounds);
  protocol.order = Order::shuffles;
  return protocol;
}

ANECHAIN_INLINE Protocol Protocol::with_rounds(std::size_t rounds) const {
  Protocol protocol = *this;
  protocol.pilot = protocol.least_rounds = protocol.most_rounds = rounds;
  return protocol;
}

}  // namespace anechain
