// SPDX-License-Identifier: MIT
#include "output.hpp"

#include <anechain/experiment/report/console.hpp>
#include <anechain/experiment/report/csv.hpp>
#include <anechain/experiment/report/html.hpp>
#include <anechain/experiment/report/json.hpp>
#include <anechain/experiment/report/markdown.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace program {

namespace {

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), "cannot write " + path);
}

void write(const std::string& path, const std::string& content) {
  errno = 0;
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) fail(path);
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size() && std::fflush(file) == 0;
  const int error = errno;
  if (std::fclose(file) != 0 && written) fail(path);
  errno = error;
  if (!written) fail(path);
}

template <class Writer>
auto streamed(Writer writer) {
  return [writer](const Report& report, const Analysis& analysis) {
    std::ostringstream text;
    writer(text, report, analysis);
    return text.str();
  };
}

}  // namespace

OutputFile::OutputFile(std::string path, std::size_t bytes) : path_(std::move(path)), partial_(path_ + ".partial") {
  const std::filesystem::file_status status = std::filesystem::status(path_);
  if (std::filesystem::is_directory(status)) throw std::system_error(EISDIR, std::generic_category(), "cannot write " + path_);
  is_file_ = !std::filesystem::exists(status) || std::filesystem::is_regular_file(status);
  if (!is_file_) return;
  if (std::filesystem::exists(status) && access(path_.c_str(), W_OK) != 0) fail(path_);
  write_partial(std::string(bytes, ' '));
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), partial_(std::move(other.partial_)), is_file_(std::exchange(other.is_file_, false)) {}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (is_file_) std::filesystem::remove(partial_, ignored);
}

void OutputFile::commit(const std::string& content) {
  if (!is_file_) return write(path_, content);
  write_partial(content);
  std::filesystem::rename(partial_, path_);
  is_file_ = false;
}

// Errors name the file that was asked for.
void OutputFile::write_partial(const std::string& content) const {
  try {
    write(partial_, content);
  } catch (const std::system_error& error) {
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
    throw std::system_error(error.code(), "cannot write " + path_);
  }
}

Outputs::Outputs(const OutputPaths& paths, std::size_t samples) {
  constexpr std::size_t bytes_of_estimates = std::size_t{1} << 20;
  constexpr std::size_t bytes_of_sample = 80;
  constexpr std::size_t most_reserved = std::size_t{64} << 20;
  const std::size_t with_samples = std::min(most_reserved, bytes_of_estimates + samples * bytes_of_sample);
  enter(paths.json, with_samples, [](const Report& report, const Analysis& analysis) { return report::json(report, analysis); });
  enter(paths.csv, bytes_of_estimates,
        streamed([](std::ostream& to, const Report& report, const Analysis& analysis) { report::csv(to, report, analysis); }));
  enter(paths.samples, with_samples,
        streamed([](std::ostream& to, const Report& report, const Analysis&) { report::csv_samples(to, report); }));
  enter(paths.markdown, bytes_of_estimates,
        streamed([](std::ostream& to, const Report& report, const Analysis& analysis) { report::markdown(to, report, analysis); }));
  enter(paths.html, with_samples, streamed([](std::ostream& to, const Report& report, const Analysis& analysis) {
          report::html(to, report, analysis, report::json(report, analysis));
        }));
}

void Outputs::write(const Report& report, const Analysis& analysis) {
  std::ostringstream text;
  report::print(text, report, analysis);
  for (Output& output : outputs_) output.file.commit(output.format(report, analysis));
  std::cout << text.str();
  if (!std::cout.flush()) throw std::runtime_error("cannot write to standard output");
}

void Outputs::enter(const std::string& path, std::size_t bytes, Format format) {
  if (!path.empty()) outputs_.push_back({OutputFile{path, bytes}, std::move(format)});
}

}  // namespace program
