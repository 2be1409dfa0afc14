// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <stdexcept>

namespace anechain {

namespace detail {

/// What signal handlers write to: lock-free, and there before main.
struct ReceivedSignal {
  inline static std::atomic<bool> any{false};
  inline static std::atomic<int> number{0};  ///< of the first one
  inline static std::atomic<int> count{0};
  static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);
};

}  // namespace detail

/// While there is one, SIGINT (Ctrl-C), SIGTERM and SIGHUP end no program: they end measurements, which keep what they have.
///
///     anechain::KeepOnSignal keep;
///     const Report report = experiment.run({.interrupted = &keep.received()});
///
/// The third signal is left to the system, which ends the program. A signal that was ignored before stays ignored: nohup keeps its meaning.
/// The handlers that there were before come back at the end.
class KeepOnSignal {
 public:
  /// Throws std::logic_error if there is one already.
  KeepOnSignal() {
    if (exists_.exchange(true)) throw std::logic_error("anechain::KeepOnSignal: there is one already, and one is enough");
    detail::ReceivedSignal::any = false;
    detail::ReceivedSignal::number = 0;
    detail::ReceivedSignal::count = 0;
    struct sigaction action{};
    action.sa_handler = &KeepOnSignal::handle;  // without SA_RESTART: a wait for another process ends, too
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

  /// Whether a signal came: for ExperimentOptions::interrupted.
  const std::atomic<bool>& received() const { return detail::ReceivedSignal::any; }

  /// The first signal that came; 0 if none did.
  int number() const { return detail::ReceivedSignal::number; }

 private:
  static constexpr std::array numbers{SIGINT, SIGTERM, SIGHUP};

  static void handle(int number) {
    int none = 0;
    detail::ReceivedSignal::number.compare_exchange_strong(none, number);
    detail::ReceivedSignal::any = true;
    // A terminal, and who ends a whole group of processes, may send two.
    if (++detail::ReceivedSignal::count >= 3) std::signal(number, SIG_DFL);
  }

  inline static std::atomic<bool> exists_{false};
  std::array<struct sigaction, numbers.size()> before_{};
};

}  // namespace anechain
