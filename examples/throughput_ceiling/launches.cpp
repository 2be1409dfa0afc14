// SPDX-License-Identifier: MIT
#include "launches.hpp"

#include <anechain/analysis/merge.hpp>
#include <anechain/report/read_json.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

#include "measure.hpp"
#include "output.hpp"

extern char** environ;

namespace program {

namespace {

std::string this_program() {
#if defined(__APPLE__)
  std::uint32_t size = 0;
  _NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  _NSGetExecutablePath(path.data(), &size);
  return path.c_str();
#else
  return std::filesystem::read_symlink("/proc/self/exe").string();
#endif
}

// A folder that goes with its scope.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "anechain.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "cannot make a folder " + pattern);
    path_ = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Runs this program once more and waits. Returns its exit code, or that of an interruption.
int launch(const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error = posix_spawn(&child, this_program().c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot launch " + this_program());
  int status = 0;
  bool told = false;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "cannot wait for a launch");
    if (interrupted && !told) kill(child, SIGTERM);  // once: from a terminal it had its SIGINT already, and the fourth ends it
    told = told || interrupted;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : was_interrupted;
}

}  // namespace

Report read_report(const std::string& path) {
  // A device or a pipe may never end.
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path))
    throw std::runtime_error("cannot read " + path + ": a report is a regular file, and this is " +
                             (std::filesystem::is_directory(path) ? "a folder" : "none"));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), "cannot read " + path);
  try {
    return report::read_json(file);
  } catch (const report::ReportError& error) {
    throw report::ReportError(path + ": " + error.what());
  }
}

Report measure_in_launches(const RunArguments& arguments, const std::vector<std::string>& command_line) {
  const std::size_t launches = arguments.made().launches;
  if (launches == 1 || arguments.launch > 0) return measure(arguments, command_line);
  const ScratchFolder folder;
  std::optional<Report> merged;
  for (std::size_t i = 1; i <= launches && !interrupted; ++i) {
    const std::string path = folder.file("launch" + std::to_string(i) + ".json");
    std::vector<std::string> child = command_line;
    for (const Format& format : formats()) child.insert(child.end(), {format.flag, ""});
    child.insert(child.end(), {"--launch", std::to_string(i), "--json", path});
    const int code = launch(child);
    if (interrupted && !std::filesystem::exists(path)) break;
    if (!std::filesystem::exists(path))
      throw std::runtime_error("launch " + std::to_string(i) + " of " + std::to_string(launches) + " ended with exit code " +
                               std::to_string(code) + " and no report");
    Report report = read_report(path);
    if (merged)
      merge(*merged, std::move(report));
    else
      merged = std::move(report);
  }
  if (!merged) throw std::runtime_error("interrupted before anything was measured");
  merged->environment.arguments = command_line;
  merged->interrupted = merged->interrupted || interrupted;
  return std::move(*merged);
}

}  // namespace program
