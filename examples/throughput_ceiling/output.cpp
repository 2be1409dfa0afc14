// SPDX-License-Identifier: MIT
#include "output.hpp"

#include <anechain/report/console.hpp>
#include <anechain/report/csv.hpp>
#include <anechain/report/html_with_data.hpp>
#include <anechain/report/json.hpp>
#include <anechain/report/markdown.hpp>
#include <anechain/report/read_json.hpp>
#include <anechain/report/report_document.hpp>

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
      Format{"--json", "Write everything, with every sample, to this file", true, true,
             [](std::ostream& to, const Report& report, const report::Document& document) { report::json(to, report, document); }},
      Format{"--csv", "Write every number of every table, one a row", false, false,
             [](std::ostream& to, const Report&, const report::Document& document) { report::csv(to, document); }},
      Format{"--samples", "Write every sample, one a row, comma-separated", true, false,
             [](std::ostream& to, const Report& report, const report::Document&) { report::csv_samples(to, report); }},
      Format{"--markdown", "Write the tables as Markdown", false, false,
             [](std::ostream& to, const Report&, const report::Document& document) { report::markdown(to, document); }},
      Format{"--html", "Write a page with pictures, complete in itself", false, false,
             [](std::ostream& to, const Report& report, const report::Document& document) { report::html(to, report, document); }},
  };
  return all;
}

Report read_report(const std::string& path) {
  // A device or a pipe may never end.
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path))
    throw std::runtime_error("cannot read " + path + ": a report is a regular file, and this is " +
                             (std::filesystem::is_directory(path) ? "a folder" : "none"));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), "cannot read " + path);
  try {
    return report::read_json(file);
  } catch (const report::ReportError& error) {
    throw report::ReportError(path + ": " + error.what());
  }
}

namespace {

// The absolute path without symbolic links.
std::filesystem::path real_path(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(path), ignored);
}

bool are_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code ignored;
  return a == b || std::filesystem::equivalent(a, b, ignored);
}

}  // namespace

void Outputs::add(const std::string& flag, const std::string& path, std::size_t bytes,
                  std::function<void(std::ostream&, const Report&, const report::Document&)> write, const std::string& rewritten) {
  if (path.empty()) return;
  OutputFile file{path, bytes};
  const std::filesystem::path target = real_path(file.target());
  for (const Output& other : outputs_)
    if (are_same_file(other.target, target)) throw UsageError(flag + " and " + other.flag + " name one file: " + path);
  for (const std::string& input : inputs_)
    if (input != rewritten && are_same_file(real_path(input), target)) throw UsageError(flag + " " + path + " would replace what is read");
  outputs_.push_back({flag, target, std::move(file), std::move(write)});
}

void Outputs::add(const OutputPaths& paths, std::size_t samples, const std::string& rewritten) {
  constexpr std::size_t bytes_of_document = std::size_t{1} << 20;
  constexpr std::size_t bytes_of_sample = 80;
  constexpr std::size_t most_reserved = std::size_t{64} << 20;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Format& format = formats()[i];
    const std::size_t bytes = bytes_of_document + (format.has_samples ? samples * bytes_of_sample : 0);
    add(format.flag, paths[i], std::min(most_reserved, bytes), format.write, format.is_report ? rewritten : std::string{});
  }
}

void Outputs::write(const Report& report, const report::Document& document) {
  std::string errors;
  const auto attempt = [&](auto action) {
    try {
      action();
    } catch (const std::exception& error) {
      errors.append(errors.empty() ? "" : "\nthroughput_ceiling: ").append(error.what());
    }
  };
  attempt([&] { print(document); });
  for (Output& output : outputs_) attempt([&] { output.file.commit([&](std::ostream& to) { output.write(to, report, document); }); });
  if (!errors.empty()) throw std::runtime_error(errors);
}

}  // namespace program
