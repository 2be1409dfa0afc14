// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <stdexcept>

#include <anechain/measure/keep_on_signal.hpp>

namespace anechain {

ANECHAIN_INLINE KeepOnSignal::KeepOnSignal() {
  if (exists_.exchange(true)) throw std::logic_error("anechain::KeepOnSignal: there is one already, and one is enough");
  detail::ReceivedSignal::any = false;
  detail::ReceivedSignal::number = 0;
  detail::ReceivedSignal::count = 0;
  struct sigaction action{};
  action.sa_handler = &KeepOnSignal::handle;  // without SA_RESTART, so that blocking calls return
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    sigaction(numbers[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) sigaction(numbers[i], &action, nullptr);
  }
}

ANECHAIN_INLINE KeepOnSignal::~KeepOnSignal() {
  for (std::size_t i = 0; i < numbers.size(); ++i) sigaction(numbers[i], &before_[i], nullptr);
  exists_ = false;
}

ANECHAIN_INLINE void KeepOnSignal::handle(int number) {
  int none = 0;
  detail::ReceivedSignal::number.compare_exchange_strong(none, number);
  detail::ReceivedSignal::any = true;
  // One request may arrive as two signals: from the terminal, and from a parent that stops its children.
  if (++detail::ReceivedSignal::count >= 3) std::signal(number, SIG_DFL);
}

}  // namespace anechain
