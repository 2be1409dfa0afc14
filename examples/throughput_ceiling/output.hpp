// SPDX-License-Identifier: MIT
// Files that results go to.
#pragma once

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/report.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "arguments.hpp"

namespace program {

// A file whose place is taken before the measurement starts, so that an hour's work does not meet a full disk at its end.
// What stood there before stays until the new content is complete. Pipes and devices are opened when they are written.
class OutputFile {
 public:
  OutputFile(std::string path, std::size_t bytes);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  void commit(const std::string& content);

 private:
  void write_partial(const std::string& content) const;

  std::string path_;
  std::string partial_;
  bool is_file_ = false;
};

// All that was asked for.
class Outputs {
 public:
  // `samples` are expected at most.
  Outputs(const OutputPaths& paths, std::size_t samples);

  // The report on the terminal, and in every file.
  void write(const Report& report, const Analysis& analysis);

 private:
  using Format = std::function<std::string(const Report&, const Analysis&)>;
  struct Output {
    OutputFile file;
    Format format;
  };

  void enter(const std::string& path, std::size_t bytes, Format format);

  std::vector<Output> outputs_;
};

}  // namespace program
