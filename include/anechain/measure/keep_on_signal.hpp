// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <csignal>

#include <anechain/separate_compilation.hpp>

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
  KeepOnSignal();

  KeepOnSignal(const KeepOnSignal&) = delete;
  KeepOnSignal& operator=(const KeepOnSignal&) = delete;

  ~KeepOnSignal();

  /// True once a signal has come. Its address is what ExperimentOptions::interrupted takes.
  const std::atomic<bool>& received() const { return detail::ReceivedSignal::any; }

  /// The first signal that came; 0 if none did.
  int number() const { return detail::ReceivedSignal::number; }

 private:
  static constexpr std::array numbers{SIGINT, SIGTERM, SIGHUP};

  static void handle(int number);

  inline static std::atomic<bool> exists_{false};
  std::array<struct sigaction, numbers.size()> before_{};
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/keep_on_signal.ipp>
#endif
