// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <anechain/support/descriptor.hpp>

namespace anechain::detail {

/// The state of process_main() and measure_in_processes(). There is one object in a program.
struct ProcessState {
  bool is_known = false;                 ///< process_main() was called
  std::vector<std::string> arguments{};  ///< of this process, its name first
  std::size_t process = 0;               ///< which of a run's processes this is, from 1; 0 for the program that the user started
  std::size_t call = 0;                  ///< which call of measure_in_processes() this process is for
  pid_t parent = 0;                      ///< that started it
  Descriptor results{};                  ///< where its message goes
  Descriptor earlier{};                  ///< messages with the results of earlier calls: what their callers get in this process
  std::size_t calls = 0;                 ///< of measure_in_processes(), so far
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> recorded{nullptr, &std::fclose};  ///< results of calls, for processes of later ones

  static ProcessState& get() {
    static ProcessState state;
    return state;
  }
};

}  // namespace anechain::detail

namespace anechain {

/// The number of this process, from 1, if an experiment started it; 0 in the program that the user started.
inline std::size_t process_number() { return detail::ProcessState::get().process; }

}  // namespace anechain

namespace anechain::detail {

/// Whether this process was started by an experiment whose process has ended since.
inline bool is_orphan() {
  const ProcessState& state = ProcessState::get();
  return state.process > 0 && getppid() != state.parent;
}

}  // namespace anechain::detail
