// SPDX-License-Identifier: MIT
#include "output.hpp"

#include <anechain/report/console.hpp>
#include <anechain/report/csv.hpp>
#include <anechain/report/html_with_data.hpp>
#include <anechain/report/json.hpp>
#include <anechain/report/markdown.hpp>
#include <anechain/report/report_document.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "original/document.hpp"

namespace program {

namespace {

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), "cannot write " + path);
}

void write_file(const std::string& path, const std::function<void(std::ostream&)>& write) {
  errno = 0;
  std::ofstream file{path, std::ios::binary};
  if (!file) fail(path);
  write(file);
  file.close();
  if (!file) fail(path);
}

// Which flag does what a remark of the library asks for.
struct Advice {
  std::string_view code;
  std::string_view flag;
};
constexpr std::array advices{
    Advice{"history_equal", "--history own gives what a program would see."},
    Advice{"one_launch", "--launches 5 tells."},
    Advice{"ambiguous", "(--launches 3)"},
    Advice{"control_not_quiet", "(selftest looks at it alone)"},
};

void add_flags(std::vector<report::Remark>& remarks) {
  for (report::Remark& remark : remarks)
    for (const Advice& advice : advices)
      if (remark.code == advice.code) {
        remark.words += " {flag}";
        remark.fields.push_back({"flag", std::string{advice.flag}});
      }
}

}  // namespace

OutputFile::OutputFile(std::string path, std::size_t bytes) : path_(std::move(path)), partial_(path_ + ".partial") {
  const std::filesystem::file_status status = std::filesystem::status(path_);
  if (std::filesystem::is_directory(status)) throw std::system_error(EISDIR, std::generic_category(), "cannot write " + path_);
  is_file_ = !std::filesystem::exists(status) || std::filesystem::is_regular_file(status);
  if (!is_file_) return;
  if (std::filesystem::exists(status) && access(path_.c_str(), W_OK) != 0) fail(path_);
  write_partial([bytes](std::ostream& to) { to << std::string(bytes, ' '); });
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), partial_(std::move(other.partial_)), is_file_(std::exchange(other.is_file_, false)) {}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (is_file_) std::filesystem::remove(partial_, ignored);
}

void OutputFile::commit(const std::function<void(std::ostream&)>& write) {
  if (!is_file_) return write_file(path_, write);
  write_partial(write);
  std::filesystem::rename(partial_, path_);
  is_file_ = false;
}

// Errors name the file that was asked for.
void OutputFile::write_partial(const std::function<void(std::ostream&)>& write) const {
  try {
    write_file(partial_, write);
  } catch (const std::system_error& error) {
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
    throw std::system_error(error.code(), "cannot write " + path_);
  }
}

report::Document document_of(const Report& report, const Analysis& analysis) {
  report::Document document = report::document(report, analysis);
  add_original(document, report, analysis);
  return with_flags(std::move(document));
}

report::Document with_flags(report::Document document) {
  for (report::Section& section : document.sections) add_flags(section.remarks);
  return document;
}

void print(const report::Document& document) {
  report::print(std::cout, document);
  if (!std::cout.flush()) throw std::runtime_error("cannot write to standard output");
}

std::span<const Format> formats() {
  static constexpr std::array all{
      Format{"--json", "Write everything, with every sample, to this file", true,
             [](std::ostream& to, const Report& report, const report::Document& document) { report::json(to, report, document); }},
      Format{"--csv", "Write every number of every table, one a row", false,
             [](std::ostream& to, const Report&, const report::Document& document) { report::csv(to, document); }},
      Format{"--samples", "Write every sample, one a row, comma-separated", true,
             [](std::ostream& to, const Report& report, const report::Document&) { report::csv_samples(to, report); }},
      Format{"--markdown", "Write the tables as Markdown", false,
             [](std::ostream& to, const Report&, const report::Document& document) { report::markdown(to, document); }},
      Format{"--html", "Write a page with pictures, complete in itself", false,
             [](std::ostream& to, const Report& report, const report::Document& document) { report::html(to, report, document); }},
  };
  return all;
}

Outputs::Outputs(const OutputPaths& paths, std::size_t samples) {
  constexpr std::size_t bytes_of_document = std::size_t{1} << 20;
  constexpr std::size_t bytes_of_sample = 80;
  constexpr std::size_t most_reserved = std::size_t{64} << 20;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].empty()) continue;
    const Format& format = formats()[i];
    const std::size_t bytes = bytes_of_document + (format.has_samples ? samples * bytes_of_sample : 0);
    outputs_.push_back({OutputFile{paths[i], std::min(most_reserved, bytes)}, format});
  }
}

void Outputs::write(const Report& report, const report::Document& document) {
  std::exception_ptr first;
  const auto attempt = [&](auto action) {
    try {
      action();
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  };
  attempt([&] { print(document); });
  for (Output& output : outputs_)
    attempt([&] { output.file.commit([&](std::ostream& to) { output.format.write(to, report, document); }); });
  if (first) std::rethrow_exception(first);
}

}  // namespace program
