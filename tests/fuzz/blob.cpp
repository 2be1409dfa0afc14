// SPDX-License-Identifier: MIT
// Weight files: whatever they say, nothing is read outside of them.
#include <anechain/mil/blob_file.hpp>

#include <exception>
#include <numeric>

#include "target.hpp"

using namespace anechain;

std::vector<std::string> seeds() {
  mil::BlobWriter writer;
  const std::vector<std::byte> bytes(32, std::byte{7});
  for (const mil::DType dtype : {mil::fp16, mil::fp32, mil::int8, mil::DType::int4, mil::DType::uint6})
    writer.append(dtype, 8, std::span{bytes}.first(static_cast<std::size_t>(mil::tensor(dtype, 8).packed_bytes())));
  const auto file = writer.bytes();
  return {{reinterpret_cast<const char*>(file.data()), file.size()}};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::byte> exact(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  try {
    const mil::BlobReader reader{exact};
    unsigned sum = 0;
    const auto touch = [&](const mil::BlobEntry& entry) {
      for (const std::byte byte : entry.payload) sum += std::to_integer<unsigned>(byte);
    };
    for (std::uint64_t at = 0; at <= size + 64; at += 32) try {
        touch(reader.at(at));
      } catch (const mil::BlobError&) {
      }
    for (const mil::BlobEntry& entry : reader.entries()) touch(entry);
    fuzz::require(sum != 0xFFFFFFFF, "sums are small");
  } catch (const mil::BlobError&) {
  }
  return 0;
}
