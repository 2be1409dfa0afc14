// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

/// The text of a file in the folder of cases and texts that lies beside the project; empty, with a message, if it is not there.
inline std::string shared_text(const std::filesystem::path& name) {
  const std::filesystem::path path = std::filesystem::path{ANECHAIN_MIL_CORPUS}.parent_path() / name;
  std::ifstream file(path);
  if (!file) {
    MESSAGE("skipped: " << name.string() << " is not beside the project");
    return {};
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}
