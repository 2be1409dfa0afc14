// SPDX-License-Identifier: MIT
// A program on disk: a .mil file, or a .mlmodelc folder, and the weight files that it names.
#pragma once

#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/check.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace program {

using namespace anechain;

// Something that the user asked for and that cannot be.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Model {
 public:
  // Throws std::system_error where it cannot be read.
  explicit Model(const std::filesystem::path& path) : file_(std::filesystem::is_directory(path) ? path / "model.mil" : path) {
    const std::vector<std::byte> bytes = mil::read_file(file_);
    text_.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

  std::string_view text() const { return text_; }

  // Where a weight file is. `@model_path` is the folder of the text; a relative path is taken from there too. Throws UsageError
  // for one that leads out of that folder.
  std::filesystem::path path_of(std::string_view named) const {
    constexpr std::string_view folder = "@model_path/";
    const std::filesystem::path within{named.starts_with(folder) ? named.substr(folder.size()) : named};
    for (const auto& part : within)
      if (within.is_absolute() || part == "..") throw UsageError("the path '" + std::string{named} + "' leads out of the program's folder");
    return file_.parent_path() / within;
  }

  // The bytes of a weight file, read once; nothing where it is not there. Throws std::system_error where it cannot be read.
  std::optional<std::span<const std::byte>> weights(std::string_view named) {
    const std::string key{named};
    if (const auto known = files_.find(key); known != files_.end()) return known->second;
    const std::filesystem::path path = path_of(named);
    if (!std::filesystem::exists(path)) return std::nullopt;
    return files_.emplace(key, mil::read_file(path)).first->second;
  }

  mil::WeightFiles weight_files() {
    return [this](std::string_view path) { return weights(path); };
  }

 private:
  std::filesystem::path file_;
  std::string text_;
  std::map<std::string, std::vector<std::byte>> files_;
};

}  // namespace program
