// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include <anechain/mil/types.hpp>

/// The layout of MILBlob weight files, version 2: a 64-byte header, then for each tensor 64 bytes of metadata and its
/// payload, each metadata record at a multiple of 64. Source: apple/coremltools, mlmodel/src/MILBlob/Blob/StorageFormat.hpp.
namespace anechain::mil::blob {

inline constexpr std::uint64_t alignment = 64;         ///< of metadata records, in bytes
inline constexpr std::uint64_t header_bytes = 64;      ///< the first metadata record stands behind it
inline constexpr std::uint64_t metadata_bytes = 64;    ///< of one record; its payload stands behind it
inline constexpr std::uint32_t version = 2;            ///< no other is read or written
inline constexpr std::uint32_t sentinel = 0xDEADBEEF;  ///< what a metadata record begins with

/// Byte offsets of the fields within the header and within a metadata record; all little-endian, what is not named is 0.
namespace field {
inline constexpr std::uint64_t count = 0;     ///< u32, header: tensors in the file
inline constexpr std::uint64_t version = 4;   ///< u32, header
inline constexpr std::uint64_t sentinel = 0;  ///< u32, metadata, as all that follow
inline constexpr std::uint64_t dtype = 4;     ///< u32, DTypeFacts::blob_code
inline constexpr std::uint64_t size = 8;      ///< u64, payload bytes
inline constexpr std::uint64_t offset = 16;   ///< u64, of the payload from the start of the file
inline constexpr std::uint64_t padding = 24;  ///< u64, unused bits of the last payload byte
}  // namespace field

/// The path that programs name their weight file by; the ANE replaces `@model_path` by the model's directory.
inline constexpr std::string_view default_path = "@model_path/weights/weight.bin";

/// Where the metadata record after a payload that ends at `end` stands.
constexpr std::uint64_t next_metadata(std::uint64_t end) { return (end + alignment - 1) / alignment * alignment; }

/// Where one tensor stands in a weight file. MIL text points at the metadata, not at the payload.
struct Placement {
  std::uint64_t metadata = header_bytes;  ///< where its record starts: the offset in a program's BLOBFILE(...)
  std::uint64_t size = 0;                 ///< bytes of the payload

  /// Where its elements start.
  constexpr std::uint64_t payload() const { return metadata + metadata_bytes; }
  /// Behind its last element.
  constexpr std::uint64_t end() const { return payload() + size; }
  constexpr bool operator==(const Placement&) const = default;
};

}  // namespace anechain::mil::blob
