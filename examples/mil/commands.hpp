// SPDX-License-Identifier: MIT
// What the program can be asked for. Each returns the exit code: 0, or 1 where something is wrong with a file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace program {

inline constexpr int invalid = 1;
inline constexpr int usage_error = 2;

// One line an error, "file:line:column: what", on standard output.
int check(const std::vector<std::string>& paths);

// The program's text, spelt anew; in its own dialect, or in "ios16" or "ios18".
int print(const std::string& path, const std::string& dialect);

// What a program takes, gives, does and costs, and which of the ANE's constraints it breaks.
int info(const std::string& path);

struct RunArguments {
  std::string path;
  std::string function;
  std::vector<std::string> inputs;  // "name=FILE", raw numbers or .npy
  std::filesystem::path output_directory;
  bool raw = false;  // outputs as raw little-endian numbers, not .npy
};

// Evaluates a function once, on the host.
int run(const RunArguments& arguments);

// The tensors of a weight file, or the first that is wrong.
int list_blob(const std::string& path);
int check_blob(const std::string& path);

}  // namespace program
