// SPDX-License-Identifier: MIT
// Files that results go to.
#pragma once

#include <anechain/analysis/analysis.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/report/document.hpp>
#include <anechain/support/output_file.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"

namespace program {

// A format of results: a flag that names a file, and what writes it.
struct Format {
  const char* flag;
  const char* help;
  bool has_samples;  // all of them are in the file
  bool is_report;    // the report can be read from the file
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

// A report from its file. Throws with the path if it cannot be read, and with the place if it is no report.
Report read_report(const std::string& path);

// What a command writes: its document on the terminal, and files.
class Outputs {
 public:
  // `inputs` are files that the command reads, which an output would replace; empty ones are none.
  explicit Outputs(std::vector<std::string> inputs = {}) : inputs_(std::move(inputs)) { std::erase(inputs_, ""); }

  // Opens an output and reserves so many bytes for it; does nothing if the path is empty. Throws UsageError if another output or an input
  // is the same file, unless it is the input `rewritten`.
  void add(const std::string& flag, const std::string& path, std::size_t bytes,
           std::function<void(std::ostream&, const Report&, const report::Document&)> write, const std::string& rewritten = {});

  // Adds an output for each of formats() that has a path; at most `samples` are expected. --json may be the input `rewritten`.
  void add(const OutputPaths& paths, std::size_t samples, const std::string& rewritten = {});

  // The document on the terminal, and then in every file: one that cannot be written does not keep the others from being written. Throws
  // std::runtime_error with all that went wrong.
  void write(const Report& report, const report::Document& document);

 private:
  struct Output {
    std::string flag;
    std::filesystem::path target;
    OutputFile file;
    std::function<void(std::ostream&, const Report&, const report::Document&)> write;
  };

  std::vector<std::string> inputs_;
  std::vector<Output> outputs_;
};

}  // namespace program
