// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <random>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <anechain/support/descriptor.hpp>
#include <anechain/support/output_file.hpp>

namespace anechain::detail {

/// A stream buffer that writes to a file descriptor.
class DescriptorBuffer final : public std::streambuf {
 public:
  explicit DescriptorBuffer(int file) : file_(file), buffer_(std::size_t{1} << 16) { reset(); }

  /// errno of the first write that failed; 0 if none did.
  int error() const { return error_; }

  /// How many bytes were written.
  std::uint64_t size() const { return size_; }

 protected:
  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    *pptr() = traits_type::to_char_type(c);
    pbump(1);
    return c;
  }

  int sync() override {
    const auto count = static_cast<std::size_t>(pptr() - pbase());
    if (error_ == 0 && !write_all(file_, pbase(), count)) error_ = errno;
    size_ += count;
    reset();
    return error_ == 0 ? 0 : -1;
  }

 private:
  void reset() { setp(buffer_.data(), buffer_.data() + buffer_.size()); }

  int file_;
  std::vector<char> buffer_;
  int error_ = 0;
  std::uint64_t size_ = 0;
};

/// Calls `write` with a stream whose content goes to an open file. Returns the number of bytes. Throws std::system_error, whose message has
/// no path.
inline std::uint64_t write_to(int file, const std::function<void(std::ostream&)>& write) {
  DescriptorBuffer buffer{file};
  std::ostream stream{&buffer};
  write(stream);
  stream.flush();
  if (buffer.error() != 0 || !stream) throw std::system_error(buffer.error() != 0 ? buffer.error() : EIO, std::generic_category());
  return buffer.size();
}

/// The path with symbolic links in its last part resolved, also if they lead to a file that does not exist.
inline std::filesystem::path followed(std::filesystem::path path) {
  constexpr int most_links = 40;
  std::error_code ignored;
  for (int i = 0; i < most_links && std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored)); ++i) {
    const std::filesystem::path target = std::filesystem::read_symlink(path);
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return path;
}

/// Twelve random letters and digits.
inline std::string random_name() {
  constexpr const char* letters = "0123456789abcdefghijklmnopqrstuv";
  std::random_device random;
  std::string name;
  for (int i = 0; i < 12; ++i) name += letters[random() % 32];
  return name;
}

}  // namespace anechain::detail

namespace anechain {

ANECHAIN_INLINE WrittenElsewhere::WrittenElsewhere(std::error_code why, const std::string& wanted, std::string written)
    : std::runtime_error("cannot write " + wanted + ": " + why.message() + ", so it is written to " + written),
      code_(why),
      path_(std::move(written)) {}

ANECHAIN_INLINE OutputFile::OutputFile(std::string path, std::size_t bytes) : path_(std::move(path)) {
  try {
    target_ = detail::followed(path_);
    const std::filesystem::file_status status = std::filesystem::status(target_);
    if (path_.empty()) throw std::system_error(ENOENT, std::generic_category());
    if (std::filesystem::is_directory(status)) throw std::system_error(EISDIR, std::generic_category());
    if (std::filesystem::exists(status) && access(target_.c_str(), W_OK) != 0) throw std::system_error(errno, std::generic_category());
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return;
    open_partial();
    take(bytes);
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "cannot write " + path_);
  }
}

ANECHAIN_INLINE OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      partial_(std::exchange(other.partial_, {})),
      folder_(std::move(other.folder_)),
      file_(std::move(other.file_)) {}

ANECHAIN_INLINE void OutputFile::commit(const std::function<void(std::ostream&)>& write) {
  try {
    if (file_)
      replace(write);
    else
      write_directly(write);
  } catch (const std::system_error& error) {
    if (file_)
      if (const std::optional<std::string> place = write_elsewhere(write)) throw WrittenElsewhere(error.code(), path_, *place);
    throw std::system_error(error.code(), "cannot write " + path_);
  }
}

ANECHAIN_INLINE void OutputFile::open_partial() {
  const std::filesystem::path folder = target_.has_parent_path() ? target_.parent_path() : ".";
  folder_ = detail::Descriptor{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  require(static_cast<bool>(folder_));
  constexpr std::size_t most_of_name = 200;
  constexpr mode_t permissions = 0666;
  for (int attempt = 0; attempt < 100 && !file_; ++attempt) {
    partial_ = "." + target_.filename().string().substr(0, most_of_name) + "." + detail::random_name() + ".partial";
    file_ =
        detail::Descriptor{openat(folder_.number(), partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions)};
    if (file_ || errno == EEXIST) continue;
    partial_.clear();
    require(false);
  }
  require(static_cast<bool>(file_));
  struct stat old{};
  if (fstatat(folder_.number(), target_.filename().c_str(), &old, 0) == 0) (void)fchmod(file_.number(), old.st_mode & 0777);
}

ANECHAIN_INLINE void OutputFile::take(std::size_t bytes) const {
  const std::vector<char> blanks(std::min<std::size_t>(bytes, std::size_t{1} << 20), ' ');
  for (std::size_t left = bytes; left > 0;) {
    const std::size_t now = std::min(left, blanks.size());
    require(detail::write_all(file_.number(), blanks.data(), now));
    left -= now;
  }
}

ANECHAIN_INLINE void OutputFile::replace(const std::function<void(std::ostream&)>& write) {
  require(lseek(file_.number(), 0, SEEK_SET) == 0);
  const std::uint64_t size = detail::write_to(file_.number(), write);
  require(ftruncate(file_.number(), static_cast<off_t>(size)) == 0);
  require(fsync(file_.number()) == 0 || errno == EINVAL || errno == ENOTSUP);
  require(renameat(folder_.number(), partial_.c_str(), folder_.number(), target_.filename().c_str()) == 0);
  partial_.clear();
  (void)fsync(folder_.number());
  // If the folder was removed or renamed meanwhile, rename fails on some systems, and succeeds without a file at the path on others.
  struct stat there{};
  require(fstatat(AT_FDCWD, target_.c_str(), &there, 0) == 0);
}

ANECHAIN_INLINE void OutputFile::write_directly(const std::function<void(std::ostream&)>& write) const {
  const detail::Descriptor file{open(target_.c_str(), O_WRONLY | O_CLOEXEC)};
  require(static_cast<bool>(file));
  detail::write_to(file.number(), write);
}

ANECHAIN_INLINE std::optional<std::string> OutputFile::write_elsewhere(const std::function<void(std::ostream&)>& write) const {
  std::error_code failed;
  std::vector<std::filesystem::path> folders{std::filesystem::current_path(failed)};
  if (const char* const home = std::getenv("HOME"); home != nullptr && *home != '\0') folders.emplace_back(home);
  folders.push_back(std::filesystem::temp_directory_path(failed));
  for (const std::filesystem::path& folder : folders) {
    if (folder.empty()) continue;
    const std::string place = (folder / (target_.stem().string() + "-" + detail::random_name() + target_.extension().string())).string();
    const detail::Descriptor file{open(place.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666)};
    if (!file) continue;
    try {
      detail::write_to(file.number(), write);
      if (fsync(file.number()) == 0) return place;
    } catch (const std::system_error&) {
    }
    (void)unlink(place.c_str());
  }
  return std::nullopt;
}

}  // namespace anechain
