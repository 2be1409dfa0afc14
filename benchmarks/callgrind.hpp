// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

/// Counting instructions, which are the same at every run, where seconds are not: a program that runs itself again under callgrind.
namespace callgrind {

inline constexpr int repetitions = 100;

/// What ctest takes for "skipped".
inline constexpr int skipped = 77;

/// Callgrind counts what happens in here: the same indirect call for all that is compared.
extern "C" [[gnu::noinline]] inline void counted(void (*const volatile* of)(void*), void* context) {
  void (*const called)(void*) = *of;  // the compiler must not know which
  for (int i = 0; i < repetitions; ++i) called(context);
}

/// Instructions of one call of what `program` gives to `counted` when it is run with these arguments, but for those of the functions
/// `without`. Negative where there is no callgrind.
inline double instructions(const std::string& program, const std::string& arguments, const std::vector<std::string>& without = {}) {
  std::string command = "valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=counted ";
  for (const std::string& function : without) command += "'--toggle-collect=" + function + "' ";
  command += "'" + program + "' " + arguments + " 2>&1";
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return -1;
  double count = -1;
  for (char line[512]; std::fgets(line, sizeof line, pipe) != nullptr;)
    if (const char* const at = std::strstr(line, "Collected : ")) count = std::stod(at + std::strlen("Collected : "));
  return pclose(pipe) == 0 ? count / repetitions : -1;
}

}  // namespace callgrind
