// SPDX-License-Identifier: MIT
// The options of the command line, and what of it contradicts itself.
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

// A whole number in decimal digits, "010" is ten. Throws CLI::ValidationError with what was expected.
template <std::integral Integer>
Integer whole_number(const std::string& flag, const std::string& text, Integer least, Integer most) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    throw CLI::ValidationError(
        flag, "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", found '" + text + "'");
  return value;
}

// An option that is a whole number, or is not given if the value is optional.
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

// Every command's options, and what they were set to.
class Options {
 public:
  Options();

  // Reads a command line, the program's name first, and returns what is to be done. Throws CLI::Success for --help and --version,
  // CLI::ParseError for what is not known, UsageError for what cannot be or would do nothing.
  std::function<int()> parsed(const std::vector<std::string>& command_line);

  // What a run's command line asks for. Throws as the above.
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
