// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <anechain/mil/blob.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain::mil {

static_assert(std::endian::native == std::endian::little,
              "anechain: weight files are little-endian and are written as the machine holds them");

namespace blob {

/// Stores an integer at a byte offset.
template <class Integer>
void store(std::span<std::byte> bytes, std::uint64_t at, Integer value) {
  std::memcpy(bytes.subspan(at, sizeof value).data(), &value, sizeof value);
}

/// Loads an integer from a byte offset.
template <class Integer>
Integer load(std::span<const std::byte> bytes, std::uint64_t at) {
  Integer value;
  std::memcpy(&value, bytes.subspan(at, sizeof value).data(), sizeof value);
  return value;
}

}  // namespace blob

/// Makes a weight file in memory, tensor after tensor, byte for byte as coremltools' StorageWriter does.
class BlobWriter {
 public:
  BlobWriter() : bytes_(blob::header_bytes) { blob::store(bytes_, blob::field::version, blob::version); }

  /// Appends one tensor of `elements` elements; `payload` is them, packed (sub-byte types: element 0 in the lowest bits).
  /// Returns where it stands; a program's BLOBFILE offset is its `metadata`.
  /// Throws BlobError where the format has no code for the dtype, or the payload's size is not that of the elements.
  blob::Placement append(DType dtype, std::uint64_t elements, std::span<const std::byte> payload);

  /// The file's bytes.
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
  std::uint32_t count_ = 0;
};

/// One tensor of a weight file.
struct BlobEntry {
  DType dtype{};                         ///< by the code in its record
  std::uint64_t elements = 0;            ///< in all: weight files know no shapes
  std::span<const std::byte> payload{};  ///< its elements, packed; part of what the reader was given
  std::uint64_t metadata = 0;            ///< the byte of the file where its record starts
};

/// Reads a weight file that lies in memory. Nothing that the file says is trusted: every offset and size is checked
/// against the bytes that are there. The bytes must outlive the reader and what it returns.
class BlobReader {
 public:
  /// Throws BlobError where the header is not that of a version 2 file.
  explicit BlobReader(std::span<const std::byte> bytes);

  /// The tensors that the header counts.
  std::uint32_t count() const { return blob::load<std::uint32_t>(bytes_, blob::field::count); }

  /// The tensor whose metadata stands at byte `metadata`. Throws BlobError where there is none.
  BlobEntry at(std::uint64_t metadata) const;

  /// The tensor at `metadata`, which must be of this type. Throws BlobError where it is not.
  BlobEntry at(std::uint64_t metadata, const TensorType& type) const;

  /// All tensors, in file order: as many as the header counts. Throws BlobError at the first that is wrong.
  std::vector<BlobEntry> entries() const;

 private:
  static DType dtype_of(std::uint32_t code, std::uint64_t at);

  std::string hint(std::uint64_t metadata) const;

  std::span<const std::byte> bytes_;
};

/// A whole file. Throws std::system_error with the path where it cannot be read.
std::vector<std::byte> read_file(const std::filesystem::path& path);

/// Writes a whole file. Throws std::system_error with the path where it cannot, also where the disk is full.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace anechain::mil

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/mil/blob_file.ipp>
#endif
