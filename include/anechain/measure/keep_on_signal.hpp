// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <stdexcept>

namespace anechain {

namespace detail {

/// What the signal handler writes to. Lock-free, and initialized before main.
struct ReceivedSignal {
  inline static std::atomic<bool> any{false};
  inline static std::atomic<int> number{0};  ///< of the first one
  inline static std::atomic<int> count{0};
  static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);
};

}  // namespace detail

/// While an object of this class exists, SIGINT (Ctrl-C), SIGTERM and SIGHUP do not end the program. They end the measurement, which keeps
/// what it has.
///
///     anechain::KeepOnSignal keep;
///     const Report report = experiment.run({.interrupted = &keep.received()});
///
/// After the second signal the default action is restored, so that the next one ends the program. A signal that was ignored before stays
/// ignored, as nohup wants it. The destructor restores the earlier handlers.
class KeepOnSignal {
 public:
  /// Installs the handlers. Throws std::logic_error if another object exists.
  KeepOnSignal() {
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

  KeepOnSignal(const KeepOnSignal&) = delete;
  KeepOnSignal& operator=(const KeepOnSignal&) = delete;

  ~KeepOnSignal() {
    for (std::size_t i = 0; i < numbers.size(); ++i) sigaction(numbers[i], &before_[i], nullptr);
    exists_ = false;
  }

  /// True once a signal has come. Its address is what ExperimentOptions::interrupted takes.
  const std::atomic<bool>& received() const { return detail::ReceivedSignal::any; }

  /// The first signal that came; 0 if none did.
  int number() const { return detail::ReceivedSignal::number; }

 private:
  static constexpr std::array numbers{SIGINT, SIGTERM, SIGHUP};

  static void handle(int number) {
    int none = 0;
    detail::ReceivedSignal::number.compare_exchange_strong(none, number);
    detail::ReceivedSignal::any = true;
    // One request may arrive as two signals: from the terminal, and from a parent that stops its children.
    if (++detail::ReceivedSignal::count >= 3) std::signal(number, SIG_DFL);
  }

  inline static std::atomic<bool> exists_{false};
  std::array<struct sigaction, numbers.size()> before_{};
};

}  // namespace anechain
