// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

#include <anechain/measure/keep_on_signal.hpp>
#include <anechain/measure/merge.hpp>
#include <anechain/measure/process_state.hpp>
#include <anechain/measure/wire.hpp>
#include <anechain/support/descriptor.hpp>

extern char** environ;

/// One run in several processes, each with memory and programs of its own: what a process happens to be like is not taken for an effect.
namespace anechain {

namespace detail {

inline constexpr const char* process_variable = "ANECHAIN_PROCESS";

/// "2/5 0 17 18 4711": of a started process, its number, the call, where its message goes, earlier results, and who started it.
inline void read_process_variable(ProcessState& state, const std::string& text) {
  long numbers[6]{};
  std::string_view rest = text;
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), numbers[i]);
    const char separator = i == 0 ? '/' : ' ';
    const bool is_last = i + 1 == std::size(numbers);
    const bool is_right = error == std::errc{} && numbers[i] >= 0 && (end == rest.data() + rest.size()) == is_last;
    if (!is_right || (!is_last && *end != separator))
      throw std::runtime_error(std::string{process_variable} + " is '" + text +
                               "' in the environment. It is for processes that an experiment starts: unset it");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + (is_last ? 0 : 1));
  }
  state.process = static_cast<std::size_t>(numbers[0]);
  state.processes = static_cast<std::size_t>(numbers[1]);
  state.call = static_cast<std::size_t>(numbers[2]);
  for (const long file : {numbers[3], numbers[4]}) (void)fcntl(static_cast<int>(file), F_SETFD, FD_CLOEXEC);
  state.results = Descriptor{static_cast<int>(numbers[3])};
  state.earlier = Descriptor{static_cast<int>(numbers[4])};
  state.parent = static_cast<pid_t>(numbers[5]);
}

/// Everything in an open file, from its beginning. Throws std::system_error.
inline std::string read_whole(int file) {
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::pread(file, buffer, sizeof buffer, static_cast<off_t>(bytes.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw std::system_error(errno, std::generic_category(), "cannot read the results of earlier experiments");
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
}

/// The program that runs, though its file may have been replaced since.
inline std::string this_program() {
#if defined(__APPLE__)
  std::uint32_t size = 0;
  _NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  _NSGetExecutablePath(path.data(), &size);
  return path.c_str();
#else
  return "/proc/self/exe";
#endif
}

/// A process that was started, and does not outlive this.
class StartedProcess {
 public:
  /// Runs this program again, with its arguments and its environment, without input and output. Throws std::system_error.
  StartedProcess(ProcessState& state, std::size_t process, std::size_t processes, std::size_t call) {
    int ends[2];
    require(pipe(ends) == 0, "cannot make a pipe");
    // Not where standard input and output belong, which the process gets anew. The process has the other end alone.
    from_ = Descriptor{fcntl(ends[0], F_DUPFD_CLOEXEC, 3)};
    const Descriptor to{fcntl(ends[1], F_DUPFD, 3)};
    for (const int end : ends) close(end);
    if (!state.recorded) state.recorded.reset(std::tmpfile());
    require(state.recorded != nullptr, "cannot make a temporary file");
    (void)fcntl(fileno(state.recorded.get()), F_SETFD, FD_CLOEXEC);
    const Descriptor earlier{fcntl(fileno(state.recorded.get()), F_DUPFD, 3)};
    require(from_ && to && earlier, "cannot make a pipe");

    const std::string numbers = std::to_string(process) + "/" + std::to_string(processes) + " " + std::to_string(call) + " " +
                                std::to_string(to.number()) + " " + std::to_string(earlier.number()) + " " + std::to_string(getpid());
    std::vector<std::string> environment;
    for (char** variable = environ; *variable != nullptr; ++variable) environment.emplace_back(*variable);
    environment.push_back(std::string{process_variable} + "=" + numbers);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const int error =
        posix_spawn(&id_, this_program().c_str(), &actions, nullptr, pointers(state.arguments).data(), pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start a process");
  }

  StartedProcess(const StartedProcess&) = delete;
  StartedProcess& operator=(const StartedProcess&) = delete;

  ~StartedProcess() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    wait();
  }

  /// What it tells until it ends. Once `interrupted` is true, it is asked to end.
  std::string message(const std::atomic<bool>* interrupted) {
    constexpr int look_every_ms = 200;
    std::string bytes;
    bool is_told = false;
    char buffer[1 << 16];
    for (;;) {
      if (!is_told && interrupted != nullptr && interrupted->load()) {
        ::kill(id_, SIGTERM);
        is_told = true;
      }
      pollfd waiting{from_.number(), POLLIN, 0};
      if (poll(&waiting, 1, look_every_ms) <= 0) continue;
      const ssize_t count = ::read(from_.number(), buffer, sizeof buffer);
      if (count > 0) bytes.append(buffer, static_cast<std::size_t>(count));
      if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) return bytes;
    }
  }

  /// How it ended: see waitpid().
  int wait() {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return status;
  }

 private:
  static void require(bool succeeded, const char* what) {
    if (!succeeded) throw std::system_error(errno, std::generic_category(), what);
  }

  static std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> all;
    for (std::string& one : strings) all.push_back(one.data());
    all.push_back(nullptr);
    return all;
  }

  Descriptor from_;
  pid_t id_ = 0;
};

/// "SIGTERM", or "signal 34".
inline std::string signal_name(int number) {
  struct Name {
    int number;
    const char* name;
  };
  constexpr Name names[]{{SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"},
                         {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGKILL, "SIGKILL"}, {SIGSEGV, "SIGSEGV"},
                         {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"},
                         {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGSYS, "SIGSYS"}};
  for (const Name& known : names)
    if (known.number == number) return known.name;
  return "signal " + std::to_string(number);
}

/// Measures what this process was started for, tells it, and ends.
[[noreturn]] inline void measure_and_end(ProcessState& state, const std::function<Report(std::size_t)>& work) {
  wire::Message message;
  try {
    message.report = work(state.process);
    message.signal = ReceivedSignal::number;
  } catch (const std::exception& error) {
    message.error = error.what();
    if (message.error.empty()) message.error = "an exception that says nothing";
  }
  const std::string bytes = wire::encoded(message);
  std::signal(SIGPIPE, SIG_IGN);
  const bool is_told = write_all(state.results.number(), bytes.data(), bytes.size());
  state.results = Descriptor{};
  std::exit(is_told && message.report ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace detail

/// Says that this program may be started again for experiments in several processes, with the same arguments. Call it at the beginning of
/// main, before anything is written:
///
///     int main(int argc, char** argv) {
///       anechain::process_main(argc, argv);
///
/// Returns which of an experiment's processes this is, from 1, or 0 for the program that the user started. A process that was started runs
/// main up to its experiment, tells the first one what it measured, and ends there; its standard output goes nowhere. Experiments in
/// several processes that come before its own are not measured again: it gets what the first process got. Throws std::runtime_error if the
/// environment has a variable ANECHAIN_PROCESS that no experiment set.
inline int process_main(int argc, char** argv) {
  detail::ProcessState& state = detail::ProcessState::get();
  if (!state.is_known) {
    state.arguments.assign(argv, argv + argc);
    if (const char* const text = std::getenv(detail::process_variable)) {
      detail::read_process_variable(state, text);
      unsetenv(detail::process_variable);
    }
    state.is_known = true;
  }
  return static_cast<int>(state.process);
}

/// What can be chosen for a run in several processes.
struct ProcessOptions {
  std::size_t processes = 1;  ///< at least 1
  /// Once it is true, the process that measures is asked to end (SIGTERM), and no other is started.
  const std::atomic<bool>* interrupted = nullptr;
};

/// The merged report of several processes, one after the other. In each, `work` is called once, with its number from 1, and this function
/// does not return. A process that dies, throws, or tells nothing is in Report::failed_processes, and the others are not affected. Throws
/// std::invalid_argument if process_main() was not called; MergeError if two processes measured different experiments; std::runtime_error
/// if no process told anything.
inline Report measure_in_processes(const ProcessOptions& options, const std::function<Report(std::size_t)>& work) {
  detail::ProcessState& state = detail::ProcessState::get();
  if (!state.is_known)
    throw std::invalid_argument("an experiment in " + std::to_string(options.processes) +
                                " processes starts this program again: call anechain::process_main(argc, argv) at the beginning of main");
  const std::size_t call = state.calls++;
  if (state.process > 0) {
    if (call >= state.call) detail::measure_and_end(state, work);
    const std::string bytes = detail::read_whole(state.earlier.number());
    std::string_view rest = bytes;
    for (std::size_t i = 0;; ++i) {
      detail::wire::Message message = detail::wire::decoded(rest);
      if (i == call) return std::move(*message.report);
    }
  }

  const auto is_interrupted = [&] { return options.interrupted != nullptr && options.interrupted->load(); };
  std::optional<Report> merged;
  std::vector<FailedProcess> failed;
  for (std::size_t process = 1; process <= options.processes && !is_interrupted(); ++process) {
    detail::StartedProcess started{state, process, options.processes, call};
    const std::string bytes = started.message(options.interrupted);
    const int status = started.wait();
    detail::wire::Message message;
    try {
      std::string_view rest = bytes;
      message = detail::wire::decoded(rest);
    } catch (const detail::wire::WireError&) {
      message.error = "ended before it came to its experiment";
    }
    FailedProcess one{.process = process, .processes = options.processes};
    if (message.report) {
      one.signal = message.signal;
      one.is_kept = true;
      one.reason = "interrupted by " + detail::signal_name(one.signal);
      if (!merged)
        merged = std::move(*message.report);
      else
        merge(*merged, std::move(*message.report));
    } else if (WIFSIGNALED(status)) {
      one.signal = WTERMSIG(status);
      one.reason = "killed by " + detail::signal_name(one.signal);
    } else {
      one.exit_code = WEXITSTATUS(status);
      one.reason = message.error;
    }
    const bool is_well = message.report && message.signal == 0;
    if (!is_well && !is_interrupted()) failed.push_back(std::move(one));
  }
  if (!merged && is_interrupted()) throw std::runtime_error("interrupted before anything was measured");
  if (!merged && !failed.empty())
    throw std::runtime_error("none of " + std::to_string(options.processes) + " processes measured anything; process " +
                             std::to_string(failed.front().process) + ": " + failed.front().reason);
  if (!merged) merged.emplace();
  merged->failed_processes = std::move(failed);
  merged->interrupted = merged->interrupted || is_interrupted();

  if (state.recorded) {
    detail::wire::Message record;
    record.report = std::move(merged);
    const std::string bytes = detail::wire::encoded(record);
    const int file = fileno(state.recorded.get());
    if (lseek(file, 0, SEEK_END) < 0 || !detail::write_all(file, bytes.data(), bytes.size()))
      throw std::system_error(errno, std::generic_category(), "cannot keep a report for the processes of later experiments");
    merged = std::move(record.report);
  }
  return std::move(*merged);
}

}  // namespace anechain
