// SPDX-License-Identifier: MIT
// The throughput-ceiling experiment: what does the CPU's round trip between two kernels cost, and what would be gained
// without it? Chains of 1x1 convolutions, as in the experiment that this one succeeds, of any size and length.
#include <CLI/CLI.hpp>
#include <anechain/measure/processes.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "options.hpp"

namespace {

// If standard output is closed, the next file that is opened would get its descriptor, and what is printed would end up in that file.
void occupy_standard_files() {
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file)
    if (fcntl(file, F_GETFD) < 0 && errno == EBADF) (void)open("/dev/null", O_RDONLY);
}

int fail(const std::exception& error, int code) {
  std::cerr << "throughput_ceiling: " << error.what() << '\n';
  return code;
}

int done(const std::vector<std::string>& command_line) {
  using namespace program;
  Options options;
  try {
    return options.parsed(command_line)();
  } catch (const CLI::Success& help) {
    return options.print(help);
  } catch (const CLI::ParseError& error) {
    return fail(error, usage_error);
  } catch (const UsageError& error) {
    return fail(error, usage_error);
  } catch (const std::exception& error) {
    return fail(error, EXIT_FAILURE);
  }
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_files();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a write error, and the output files are still written
  try {
    anechain::process_main(argc, argv);
  } catch (const std::exception& error) {
    return fail(error, EXIT_FAILURE);
  }
  const int code = done({argv, argv + argc});
  if (code == EXIT_SUCCESS && !std::cout.flush()) {
    std::cerr << "throughput_ceiling: cannot write to standard output\n";
    return EXIT_FAILURE;
  }
  return code;
}
