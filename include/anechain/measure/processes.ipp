// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

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

#include <anechain/measure/contender.hpp>
#include <anechain/measure/keep_on_signal.hpp>
#include <anechain/measure/merge.hpp>
#include <anechain/measure/process_state.hpp>
#include <anechain/measure/processes.hpp>
#include <anechain/measure/wire.hpp>
#include <anechain/support/descriptor.hpp>

extern char** environ;

namespace anechain {

namespace detail {

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

/// The path of the running program. On Linux it is right even if the file was replaced since.
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

/// A child process. It is killed when this object is destroyed before wait() was called.
class StartedProcess {
 public:
  /// Starts this program again, with the same arguments and environment, and /dev/null as standard input and output. Throws
  /// std::system_error.
  StartedProcess(ProcessState& state, std::size_t process, std::size_t call) {
    int ends[2];
    require(pipe(ends) == 0, "cannot make a pipe");
    // Descriptors of 3 and more, since those below are replaced in the child, which inherits the writing end alone.
    from_ = Descriptor{fcntl(ends[0], F_DUPFD_CLOEXEC, 3)};
    const Descriptor to{fcntl(ends[1], F_DUPFD, 3)};
    for (const int end : ends) close(end);
    if (!state.recorded) state.recorded.reset(std::tmpfile());
    require(state.recorded != nullptr, "cannot make a temporary file");
    (void)fcntl(fileno(state.recorded.get()), F_SETFD, FD_CLOEXEC);
    const Descriptor earlier{fcntl(fileno(state.recorded.get()), F_DUPFD, 3)};
    require(from_ && to && earlier, "cannot make a pipe");

    const std::string numbers = std::to_string(process) + " " + std::to_string(call) + " " + std::to_string(to.number()) + " " +
                                std::to_string(earlier.number()) + " " + std::to_string(getpid());
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

  /// Reads what the child writes until it closes its end of the pipe. Sends it SIGTERM once `interrupted` is true.
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

  /// Waits until the child has ended. Returns its status, as waitpid() does.
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

/// The name of a signal: "SIGTERM". Those without a name here are "signal 34".
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

/// In a child: calls `work`, sends what it gives or why it failed to the parent, and exits.
[[noreturn]] inline void measure_and_end(ProcessState& state, const std::function<Report(std::size_t)>& work) {
  wire::Message message;
  if (const std::optional<std::string> reason = failure_of([&] { message.report = work(state.process); }))
    message.error = reason->empty() ? "an exception that says nothing" : *reason;
  message.signal = ReceivedSignal::number;
  const std::string bytes = wire::encoded(message);
  std::signal(SIGPIPE, SIG_IGN);
  const bool is_told = write_all(state.results.number(), bytes.data(), bytes.size());
  state.results = Descriptor{};
  std::exit(is_told && message.report ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace detail

ANECHAIN_INLINE int process_main(int argc, char** argv) {
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

ANECHAIN_INLINE Report measure_in_processes(const ProcessOptions& options, const std::function<Report(std::size_t)>& work) {
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
    detail::StartedProcess started{state, process, call};
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
