// SPDX-License-Identifier: MIT
// Programs in MIL, Apple's model intermediate language: checked, printed, described and run, on any machine.
#include <CLI/CLI.hpp>
#include <anechain/version.hpp>

#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "commands.hpp"
#include "model.hpp"

using namespace program;

int main(int count, char** values) {
  CLI::App app{"Programs in MIL, Apple's model intermediate language: checked, printed, described and run, on any machine", "mil"};
  app.set_version_flag("--version", ANECHAIN_VERSION);
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) { return std::string{error.what()} + " (--help says more)\n"; });
  std::function<int()> command;

  std::vector<std::string> paths;
  CLI::App* const checking = app.add_subcommand("check", "Whether programs are valid: one line an error, with its place");
  checking->add_option("FILE", paths, "A .mil file or a .mlmodelc folder; weight files beside it are checked too")->required();
  checking->callback([&] { command = [&] { return check(paths); }; });

  std::string path;
  std::string dialect;
  CLI::App* const printing = app.add_subcommand("print", "A program's text, spelt anew");
  printing->add_option("FILE", path, "A .mil file or a .mlmodelc folder")->required();
  printing->add_option("--dialect", dialect, "ios16: scalars as rank-0 tensors; ios18: in short. Its own otherwise")
      ->check(CLI::IsMember({"ios16", "ios18"}));
  printing->callback([&] { command = [&] { return print(path, dialect); }; });

  CLI::App* const describing = app.add_subcommand("info", "Inputs, outputs, operations, cost, and the ANE's constraints that it breaks");
  describing->add_option("PATH", path, "A .mil file or a .mlmodelc folder")->required();
  describing->callback([&] { command = [&] { return info(path); }; });

  RunArguments arguments;
  CLI::App* const running = app.add_subcommand("run", "Evaluate a program once");
  running->add_option("PATH", arguments.path, "A .mlmodelc folder, or a .mil file with its weights beside it")->required();
  running->add_option("--input", arguments.inputs, "name=FILE: raw little-endian numbers, or a .npy file; once for each input")
      ->type_name("NAME=FILE");
  running->add_option("--output-dir", arguments.output_directory, "Where NAME.npy is written for each output")->required();
  running->add_flag("--raw", arguments.raw, "Write raw little-endian numbers, NAME.bin, not .npy");
  running->add_option("--function", arguments.function, "Which function, where there are several and none is called main");
  std::string device = "host";
  running->add_option("--device", device, "Where to run")->check(CLI::IsMember({"host"}))->capture_default_str();
  running->callback([&] { command = [&] { return run(arguments); }; });

  CLI::App* const blob = app.add_subcommand("blob", "Weight files");
  blob->require_subcommand(1);
  CLI::App* const listing = blob->add_subcommand("list", "The tensors of a weight file: where, of what dtype, how many elements");
  listing->add_option("FILE", path, "A weight.bin")->required();
  listing->callback([&] { command = [&] { return list_blob(path); }; });
  CLI::App* const checking_blob = blob->add_subcommand("check", "Whether a weight file is well-formed");
  checking_blob->add_option("FILE", path, "A weight.bin")->required();
  checking_blob->callback([&] { command = [&] { return check_blob(path); }; });

  try {
    app.parse(count, values);
    const int code = command();
    std::cout.flush();
    if (!std::cout) throw std::runtime_error("cannot write to standard output");
    return code;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : usage_error;
  } catch (const UsageError& error) {
    std::cerr << "mil: " << error.what() << '\n';
    return usage_error;
  } catch (const std::exception& error) {
    std::cerr << "mil: " << error.what() << '\n';
    return invalid;
  }
}
