// SPDX-License-Identifier: MIT
// Files that results go to.
#pragma once

#include <anechain/analysis/analysis.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/report/document.hpp>

#include <cstddef>
#include <functional>
#include <ostream>
#include <span>
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

  void commit(const std::function<void(std::ostream&)>& write);

 private:
  void write_partial(const std::function<void(std::ostream&)>& write) const;

  std::string path_;
  std::string partial_;
  bool is_file_ = false;
};

// A format of results: a flag that names a file, and what writes it.
struct Format {
  const char* flag;
  const char* help;
  bool has_samples;  // all of them are in the file
  void (*write)(std::ostream& to, const Report& report, const report::Document& document);
};

// All formats: a new one is a header of the library and an entry here.
std::span<const Format> formats();

// What a report says, with what this program adds: the original experiment, and the flags that remarks ask for.
report::Document document_of(const Report& report, const Analysis& analysis);

// A document of the library, whose remarks name no flag, with the flags that do what they ask for.
report::Document with_flags(report::Document document);

// A document on the terminal. Throws where that cannot be written to.
void print(const report::Document& document);

// All that was asked for.
class Outputs {
 public:
  // `samples` are expected at most.
  Outputs(const OutputPaths& paths, std::size_t samples);

  // The document on the terminal, and then in every file: one that cannot be written does not keep the others from being written. Throws
  // the first error at the end.
  void write(const Report& report, const report::Document& document);

 private:
  struct Output {
    OutputFile file;
    const Format& format;
  };

  std::vector<Output> outputs_;
};

}  // namespace program
