// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <anechain/separate_compilation.hpp>
#include <anechain/support/descriptor.hpp>

/// Files that results go to.
namespace anechain {

/// Thrown if a file could not be written to its path, and its content was saved in another file.
class WrittenElsewhere : public std::runtime_error {
 public:
  /// `wanted` is the path that was asked for, `written` that of the other file.
  WrittenElsewhere(std::error_code why, const std::string& wanted, std::string written);

  /// Why the path could not be written.
  std::error_code code() const { return code_; }

  /// The file that has the content.
  const std::string& path() const { return path_; }

 private:
  std::error_code code_;
  std::string path_;
};

/// A file that is written whole or not at all. The constructor makes a temporary file with a unique name beside the target and reserves
/// space in it, so that a full disk is noticed before an hour of measuring and not after it. commit() writes and syncs the temporary file
/// and renames it to the target; until then the target keeps its old content. If two programs write the same target, it has the content of
/// the last one. If the path is a symbolic link, the link is kept and the file that it leads to is written. Pipes and devices are opened by
/// commit().
class OutputFile {
 public:
  /// Reserves `bytes`. Throws std::system_error, which names the path, if it cannot be written.
  explicit OutputFile(std::string path, std::size_t bytes = 0);

  /// `other` must not be used after this.
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;

  ~OutputFile() {
    if (!partial_.empty()) unlinkat(folder_.number(), partial_.c_str(), 0);
  }

  /// The path that the constructor was given.
  const std::string& path() const { return path_; }

  /// The path of the file that is written: path() with links resolved in its last part.
  const std::filesystem::path& target() const { return target_; }

  /// Writes the content to the target. If that fails, for example because the folder was removed or the disk is full, the content is
  /// written to the current folder, the home folder or the folder for temporary files, and WrittenElsewhere is thrown. Throws
  /// std::system_error, which names the path, if no file could be written. Can be called once.
  void commit(const std::function<void(std::ostream&)>& write);

 private:
  static void require(bool succeeded) {
    if (!succeeded) throw std::system_error(errno != 0 ? errno : EIO, std::generic_category());
  }

  /// Makes the temporary file, with the target's permissions. Never opens a file or a link that exists.
  void open_partial();

  void take(std::size_t bytes) const;

  void replace(const std::function<void(std::ostream&)>& write);

  void write_directly(const std::function<void(std::ostream&)>& write) const;

  /// The path of the other file; none if no folder could be written to.
  std::optional<std::string> write_elsewhere(const std::function<void(std::ostream&)>& write) const;

  std::string path_;
  std::filesystem::path target_;
  std::string partial_;  ///< its name in the folder; empty if there is none
  detail::Descriptor folder_;
  detail::Descriptor file_;
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/support/output_file.ipp>
#endif
