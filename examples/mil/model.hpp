// A program on disk: a .mil file, or a .mlmodelc folder, and the weight files that it names.
#pragma once

#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/check.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
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

// A weight file that a program names and that is not there.
struct MissingWeights : std::runtime_error {
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

  // The bytes of a weight file, read once. `@model_path` is the folder of the text; a relative path is taken from there too.
  // Throws MissingWeights, UsageError for one that leads out of that folder, std::system_error.
  std::span<const std::byte> weights(std::string_view named) {
    const std::string key{named};
    if (const auto known = files_.find(key); known != files_.end()) return known->second;
    constexpr std::string_view folder = "@model_path/";
    const std::filesystem::path within{named.starts_with(folder) ? named.substr(folder.size()) : named};
    for (const auto& part : within)
      if (within.is_absolute() || part == "..") throw UsageError("the path '" + key + "' leads out of the program's folder");
    const std::filesystem::path path = file_.parent_path() / within;
    if (!std::filesystem::exists(path)) throw MissingWeights(path.string() + " is not there");
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
