// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <anechain/mil/blob.hpp>
#include <anechain/mil/blob_file.hpp>

namespace anechain::mil {

ANECHAIN_INLINE blob::Placement BlobWriter::append(DType dtype, std::uint64_t elements, std::span<const std::byte> payload) {
  const blob::Placement placement{blob::next_metadata(bytes_.size()), payload.size()};
  const DTypeFacts& type = facts(dtype);
  if (type.blob_code == 0) throw BlobError(placement.metadata, "dtype", "weight files cannot hold " + std::string{type.name});
  const auto width = static_cast<std::uint64_t>(type.bits);
  if (elements > std::numeric_limits<std::uint64_t>::max() / 64 || payload.size() != (elements * width + 7) / 8)
    throw BlobError(
        placement.metadata, "size",
        std::to_string(payload.size()) + " bytes are not " + std::to_string(elements) + " elements of " + std::string{type.name});
  bytes_.resize(placement.end());
  blob::store(bytes_, placement.metadata + blob::field::sentinel, blob::sentinel);
  blob::store(bytes_, placement.metadata + blob::field::dtype, type.blob_code);
  blob::store(bytes_, placement.metadata + blob::field::size, placement.size);
  blob::store(bytes_, placement.metadata + blob::field::offset, placement.payload());
  blob::store(bytes_, placement.metadata + blob::field::padding, payload.size() * 8 - elements * width);
  if (!payload.empty()) std::memcpy(bytes_.data() + placement.payload(), payload.data(), payload.size());
  blob::store(bytes_, blob::field::count, ++count_);
  return placement;
}

ANECHAIN_INLINE BlobReader::BlobReader(std::span<const std::byte> bytes) : bytes_(bytes) {
  if (bytes.size() < blob::header_bytes)
    throw BlobError(
        0, "header",
        "the file has " + std::to_string(bytes.size()) + " bytes, the header alone takes " + std::to_string(blob::header_bytes));
  const auto version = blob::load<std::uint32_t>(bytes, blob::field::version);
  if (version != blob::version)
    throw BlobError(blob::field::version, "version", "expected " + std::to_string(blob::version) + ", found " + std::to_string(version));
}

ANECHAIN_INLINE BlobEntry BlobReader::at(std::uint64_t metadata) const {
  if (metadata > bytes_.size() || bytes_.size() - metadata < blob::metadata_bytes)
    throw BlobError(
        metadata, "metadata",
        "it would end outside the file of " + std::to_string(bytes_.size()) + " bytes" + (metadata <= bytes_.size() ? hint(metadata) : ""));
  const auto record = bytes_.subspan(metadata, blob::metadata_bytes);
  if (const auto found = blob::load<std::uint32_t>(record, blob::field::sentinel); found != blob::sentinel)
    throw BlobError(metadata, "sentinel", "no metadata record starts here (0xDEADBEEF expected)" + hint(metadata));
  BlobEntry entry{.metadata = metadata};
  const auto code = blob::load<std::uint32_t>(record, blob::field::dtype);
  entry.dtype = dtype_of(code, metadata + blob::field::dtype);
  const auto size = blob::load<std::uint64_t>(record, blob::field::size);
  const auto offset = blob::load<std::uint64_t>(record, blob::field::offset);
  if (offset < blob::header_bytes)
    throw BlobError(metadata + blob::field::offset, "offset", "the payload would start within the file's header");
  if (offset > bytes_.size())
    throw BlobError(metadata + blob::field::offset, "offset",
                    "the payload starts at byte " + std::to_string(offset) + ", behind the end of the file");
  if (size > bytes_.size() - offset)
    throw BlobError(metadata + blob::field::size, "size",
                    std::to_string(size) + " bytes from byte " + std::to_string(offset) + " on end behind the end of the file");
  const auto padding = blob::load<std::uint64_t>(record, blob::field::padding);
  const auto width = static_cast<std::uint64_t>(facts(entry.dtype).bits);
  const bool padded_badly = width >= 8 ? padding != 0 : padding >= 8 || (8 % width == 0 && padding % width != 0) || padding > size * 8;
  if (padded_badly)
    throw BlobError(metadata + blob::field::padding, "padding", std::to_string(padding) + " unused bits are not possible here");
  if ((size * 8 - padding) % width != 0)
    throw BlobError(metadata + blob::field::size, "size",
                    std::to_string(size) + " bytes are no whole number of " + std::string{facts(entry.dtype).name} + " elements");
  entry.elements = (size * 8 - padding) / width;
  entry.payload = bytes_.subspan(offset, size);
  return entry;
}

ANECHAIN_INLINE BlobEntry BlobReader::at(std::uint64_t metadata, const TensorType& type) const {
  const BlobEntry entry = at(metadata);
  if (entry.dtype != type.dtype)
    throw BlobError(metadata + blob::field::dtype, "dtype",
                    "the file holds " + std::string{facts(entry.dtype).name} + ", the program expects " + to_string(type));
  if (entry.elements != static_cast<std::uint64_t>(type.elements()))
    throw BlobError(metadata + blob::field::size, "size",
                    "the file holds " + std::to_string(entry.elements) + " elements, the program expects " + to_string(type));
  return entry;
}

ANECHAIN_INLINE std::vector<BlobEntry> BlobReader::entries() const {
  std::vector<BlobEntry> found;
  std::uint64_t metadata = blob::header_bytes;
  for (std::uint32_t left = count(); left > 0; --left) {
    found.push_back(at(metadata));
    const std::uint64_t payload = static_cast<std::uint64_t>(found.back().payload.data() - bytes_.data());
    const std::uint64_t next = blob::next_metadata(payload + found.back().payload.size());
    if (next <= metadata) throw BlobError(metadata + blob::field::offset, "offset", "the payload stands before its own metadata");
    metadata = next;
  }
  return found;
}

ANECHAIN_INLINE DType BlobReader::dtype_of(std::uint32_t code, std::uint64_t at) {
  for (std::size_t i = 0; i < std::size(dtype_table); ++i)
    if (code != 0 && dtype_table[i].blob_code == code) return static_cast<DType>(i);
  throw BlobError(at, "dtype", "unknown code " + std::to_string(code));
}

ANECHAIN_INLINE std::string BlobReader::hint(std::uint64_t metadata) const {
  const bool is_payload = metadata >= blob::header_bytes + blob::metadata_bytes &&
                          blob::load<std::uint32_t>(bytes_, metadata - blob::metadata_bytes + blob::field::sentinel) == blob::sentinel;
  return is_payload ? "; this is a payload, its metadata stands at byte " + std::to_string(metadata - blob::metadata_bytes) : "";
}

ANECHAIN_INLINE std::vector<std::byte> read_file(const std::filesystem::path& path) {
  const auto failed = [&](int code) {
    return std::system_error(code != 0 ? code : EIO, std::generic_category(), "cannot read " + path.string());
  };
  std::error_code status;
  if (std::filesystem::is_directory(path, status)) throw failed(EISDIR);
  errno = 0;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw failed(errno);
  const auto end = file.tellg();
  if (end < 0) throw failed(errno);
  std::vector<std::byte> bytes(static_cast<std::size_t>(end));
  file.seekg(0);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) throw failed(errno);
  return bytes;
}

ANECHAIN_INLINE void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), "cannot write " + path.string());
}

}  // namespace anechain::mil
