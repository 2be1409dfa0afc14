// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
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

inline constexpr const char* process_variable = "ANECHAIN_PROCESS";

/// Reads "2 0 17 18 4711": the number of the process, the call that it is for, the descriptors for its message and for earlier results, and
/// the id of the process that started it. Throws std::runtime_error if the text is anything else.
inline void read_process_variable(ProcessState& state, const std::string& text) {
  long numbers[5]{};
  std::string_view rest = text;
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), numbers[i]);
    const bool is_last = i + 1 == std::size(numbers);
    const bool is_right = error == std::errc{} && numbers[i] >= 0 && (end == rest.data() + rest.size()) == is_last;
    if (!is_right || (!is_last && *end != ' '))
      throw std::runtime_error(std::string{process_variable} + " is '" + text +
                               "' in the environment. It is for processes that an experiment starts: unset it");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + (is_last ? 0 : 1));
  }
  state.process = static_cast<std::size_t>(numbers[0]);
  state.call = static_cast<std::size_t>(numbers[1]);
  for (const long file : {numbers[2], numbers[3]}) (void)fcntl(static_cast<int>(file), F_SETFD, FD_CLOEXEC);
  state.results = Descriptor{static_cast<int>(numbers[2])};
  state.earlier = Descriptor{static_cast<int>(numbers[3])};
  state.parent = static_cast<pid_t>(numbers[4]);
}

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
