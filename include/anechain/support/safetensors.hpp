// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/separate_compilation.hpp>
#include <anechain/support/npy_array.hpp>

/// Files of named tensors as Hugging Face's safetensors writes them: the length of a header in 8 bytes, the header (JSON: for each tensor
/// its dtype, its shape and where it lies), the elements. Source: the format's page in the safetensors repository.
namespace anechain::safetensors {

/// A file that cannot be read, or has no such tensor.
struct Error : std::runtime_error {
  /// what() is "safetensors, byte OFFSET: MESSAGE".
  Error(std::uint64_t at_offset, const std::string& message)
      : std::runtime_error("safetensors, byte " + std::to_string(at_offset) + ": " + message), offset(at_offset) {}
  /// The same error with the file's name before it.
  Error(const std::filesystem::path& file, const Error& cause)
      : std::runtime_error(file.string() + ": " + cause.what()), offset(cause.offset) {}

  std::uint64_t offset;  ///< the byte in the file where the wrong thing stands
};

/// The longest header that is read, in bytes: the format's own limit.
inline constexpr std::uint64_t max_header_bytes = 100'000'000;

/// A tensor in a file.
struct Entry {
  std::string name;                 ///< unique in the file
  std::string dtype;                ///< as the file spells it: "F16", "BF16", "I32"
  std::vector<std::int64_t> shape;  ///< extents, outermost first; none for a scalar
  std::uint64_t begin = 0;          ///< of its elements, in bytes from the end of the header
  std::uint64_t end = 0;            ///< behind them
};

/// The tensors of a file, by where they lie. `start` is the first bytes of the file, its header at least, `file_size` the size of all of
/// it, in bytes. Throws Error if the header is not well-formed, two tensors have one name, or they do not fill the rest of the file one
/// behind the other, as the format demands.
std::vector<Entry> read_header(std::span<const std::byte> start, std::uint64_t file_size);

/// A file of which tensors are read as they are asked for.
class File {
 public:
  /// Reads the header. Throws Error, with the file's name, if it is not what read_header() takes, and std::system_error if the file cannot
  /// be read.
  explicit File(std::filesystem::path path);

  /// Its tensors, in the order in which they lie.
  const std::vector<Entry>& entries() const { return entries_; }

  /// Whether it has a tensor of this name.
  bool has(std::string_view name) const { return std::ranges::find(entries_, name, &Entry::name) != entries_.end(); }

  /// A tensor: `weights.set("layer3/wq", file["model.layers.3.wq"])`. Elements of BF16 become fp32, which has them all. Throws Error if
  /// there is no such tensor or its dtype is of another kind, std::system_error if the file cannot be read.
  npy::Array operator[](std::string_view name) const;

 private:
  std::ifstream opened() const;

  std::vector<std::byte> bytes(std::ifstream& file, std::uint64_t first, std::uint64_t count) const;

  /// A number of BF16 is the upper half of the same number in fp32.
  static std::vector<std::byte> widened(const std::vector<std::byte>& halves);

  std::filesystem::path path_;
  std::vector<Entry> entries_;
  std::uint64_t data_at_ = 0;
};

}  // namespace anechain::safetensors

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/support/safetensors.ipp>
#endif
