// SPDX-License-Identifier: MIT
// The options of the command line, and which of them cannot be combined.
#pragma once

#include <CLI/CLI.hpp>

#include <charconv>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "arguments.hpp"
#include "commands.hpp"

namespace program {

// Reads a whole number in decimal digits ("010" is ten). Throws CLI::ValidationError, which says what was expected.
template <std::integral Integer>
Integer whole_number(const std::string& flag, const std::string& text, Integer least, Integer most) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    throw CLI::ValidationError(
        flag, "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", found '" + text + "'");
  return value;
}

// Adds an option whose value is a whole number from `least` to `most`. An std::optional is empty if the option is not given.
template <std::integral Integer>
CLI::Option* add_whole_number(CLI::App& app, const std::string& flag, Integer& value, const std::string& help, Integer least,
                              Integer most) {
  return app
      .add_option_function<std::string>(
          flag, [flag, least, most, &value](const std::string& text) { value = whole_number(flag, text, least, most); }, help)
      ->type_name("N")
      ->default_str(std::to_string(value));
}
template <std::integral Integer>
CLI::Option* add_whole_number(CLI::App& app, const std::string& flag, std::optional<Integer>& value, const std::string& help, Integer least,
                              Integer most) {
  return app
      .add_option_function<std::string>(
          flag, [flag, least, most, &value](const std::string& text) { value = whole_number(flag, text, least, most); }, help)
      ->type_name("N");
}

// The options of every command, and their values.
class Options {
 public:
  Options();

  // Parses a command line (the program's name first) and returns a function that executes the command and returns the exit code. Throws
  // CLI::Success for --help and --version, CLI::ParseError for unknown or malformed options, and UsageError for options that contradict
  // each other or have no effect.
  std::function<int()> parsed(const std::vector<std::string>& command_line);

  // Parses the command line of a run and returns its arguments. Throws the same, and UsageError if it is another command's.
  RunArguments run_of(const std::vector<std::string>& command_line);

  // What CLI11 prints for --help and --version. Returns the exit code.
  int print(const CLI::Success& success) { return app_.exit(success); }

 private:
  void parse(const std::vector<std::string>& command_line);
  static void require_sense(const CLI::App& command, const RunArguments& arguments);

  CLI::App app_{"Measures what the CPU's round trip between two kernels of a chain costs.", "throughput_ceiling"};
  RunArguments run_, selftest_, plan_, doctor_;
  ReportArguments report_;
  CompareArguments compare_;
  CollateArguments collate_;
  CLI::App* run_command_ = nullptr;
  std::vector<std::string> command_line_;
  std::function<int()> action_;
};

}  // namespace program
