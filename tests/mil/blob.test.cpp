// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/mil/blob_file.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

using namespace anechain;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

std::string error_of(std::span<const std::byte> file, std::uint64_t metadata = 64) {
  try {
    mil::BlobReader{file}.at(metadata);
  } catch (const mil::BlobError& error) {
    return error.what();
  }
  return "accepted";
}

/// A file with 6 fp16 numbers, and its bytes to spoil.
std::vector<std::byte> good_file() {
  mil::BlobWriter writer;
  writer.append(mil::fp16, 6, std::vector<std::byte>(12, std::byte{0x3C}));
  return {writer.bytes().begin(), writer.bytes().end()};
}

template <class Integer>
std::vector<std::byte> spoilt(std::size_t at, Integer value) {
  std::vector<std::byte> file = good_file();
  std::memcpy(&file[at], &value, sizeof value);
  return file;
}

}  // namespace

TEST_CASE("tensors stand where coremltools' writer puts them") {
  // Measured on files of the real writer: 18 small blobs every 128 bytes, and one file with payloads of four sizes.
  mil::BlobWriter small;
  CHECK(small.append(mil::fp16, 3, std::vector<std::byte>(6)) == mil::blob::Placement{64, 6});
  CHECK(small.append(mil::fp32, 5, std::vector<std::byte>(20)) == mil::blob::Placement{192, 20});
  CHECK(small.append(mil::fp32, 1, std::vector<std::byte>(4)).metadata == 320);
  CHECK(small.bytes().size() == 320 + 64 + 4);

  mil::BlobWriter real;
  std::vector<std::uint64_t> metadata;
  for (const std::size_t size : {33024u, 32u, 24768u, 10u})
    metadata.push_back(real.append(mil::DType::uint8, size, std::vector<std::byte>(size)).metadata);
  CHECK(metadata == std::vector<std::uint64_t>{64, 33152, 33280, 58112});

  mil::BlobWriter empty;
  empty.append(mil::fp16, 0, {});
  CHECK(empty.bytes().size() == 128);
}

TEST_CASE("sub-byte payloads carry their padding and their count of elements") {
  // Payloads of the real writer.
  struct Case {
    mil::DType dtype;
    std::uint64_t elements;
    std::vector<std::byte> payload;
    std::uint64_t padding;
  };
  const Case cases[]{{mil::DType::int4, 3, bytes_of({0x81, 0x07}), 4},  {mil::DType::uint1, 9, bytes_of({0x4d, 0x01}), 7},
                     {mil::DType::uint2, 5, bytes_of({0xe4, 0x03}), 6}, {mil::DType::uint3, 9, bytes_of({0x88, 0xc6, 0xfa, 0x07}), 5},
                     {mil::DType::uint4, 3, bytes_of({0x0f, 0x09}), 4}, {mil::DType::uint6, 3, bytes_of({0x7f, 0x10, 0x02}), 6}};
  mil::BlobWriter writer;
  for (const Case& one : cases) writer.append(one.dtype, one.elements, one.payload);
  const auto entries = mil::BlobReader{writer.bytes()}.entries();
  REQUIRE(entries.size() == std::size(cases));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(entries[i].dtype == cases[i].dtype);
    CHECK(entries[i].elements == cases[i].elements);
    CHECK(std::ranges::equal(entries[i].payload, cases[i].payload));
    CHECK(mil::blob::load<std::uint64_t>(writer.bytes(), entries[i].metadata + 24) == cases[i].padding);
  }
}

TEST_CASE("every dtype that the format has a code for is written with that code and read back") {
  const std::pair<const char*, std::uint32_t> codes[]{{"fp16", 1},       {"fp32", 2},    {"uint8", 3},  {"int8", 4},   {"bf16", 5},
                                                      {"int16", 6},      {"uint16", 7},  {"int4", 8},   {"uint1", 9},  {"uint2", 10},
                                                      {"uint4", 11},     {"uint3", 12},  {"uint6", 13}, {"int32", 14}, {"uint32", 15},
                                                      {"fp8e4m3fn", 16}, {"fp8e5m2", 17}};
  std::size_t known = 0;
  for (std::size_t i = 0; i < std::size(mil::dtype_table); ++i) {
    const auto dtype = static_cast<mil::DType>(i);
    mil::BlobWriter writer;
    const std::vector<std::byte> payload(static_cast<std::size_t>(mil::tensor(dtype, 24).packed_bytes()));
    const auto found = std::ranges::find(codes, facts(dtype).name, [](const auto& code) { return std::string_view{code.first}; });
    if (found == std::end(codes)) {
      CHECK_THROWS_AS(writer.append(dtype, 24, payload), mil::BlobError);
      continue;
    }
    ++known;
    writer.append(dtype, 24, payload);
    CHECK(mil::blob::load<std::uint32_t>(writer.bytes(), 68) == found->second);
    CHECK(mil::BlobReader{writer.bytes()}.at(64, mil::tensor(dtype, 4, 6)).elements == 24);
  }
  CHECK(known == std::size(codes));
}

TEST_CASE("nothing that a file says is trusted") {
  CHECK(error_of(good_file()) == "accepted");
  CHECK_THROWS_WITH_AS(mil::BlobReader{std::span<const std::byte>{}},
                       "weight blob, byte 0, header: the file has 0 bytes, the header alone takes 64", mil::BlobError);
  CHECK_THROWS_WITH_AS(mil::BlobReader{spoilt(4, std::uint32_t{1})}, "weight blob, byte 4, version: expected 2, found 1", mil::BlobError);
  CHECK(error_of(good_file(), 128) ==
        "weight blob, byte 128, metadata: it would end outside the file of 140 bytes; this is a payload, its metadata stands at byte 64");
  CHECK(error_of(good_file(), UINT64_MAX) ==
        "weight blob, byte 18446744073709551615, metadata: it would end outside the file of 140 bytes");
  CHECK(error_of(spoilt(64, std::uint32_t{7})) == "weight blob, byte 64, sentinel: no metadata record starts here (0xDEADBEEF expected)");
  CHECK(error_of(spoilt(68, std::uint32_t{0})) == "weight blob, byte 68, dtype: unknown code 0");
  CHECK(error_of(spoilt(68, std::uint32_t{99})) == "weight blob, byte 68, dtype: unknown code 99");
  CHECK(error_of(spoilt(72, std::uint64_t{14})) == "weight blob, byte 72, size: 14 bytes from byte 128 on end behind the end of the file");
  CHECK(error_of(spoilt(72, UINT64_MAX)) ==
        "weight blob, byte 72, size: 18446744073709551615 bytes from byte 128 on end behind the end of the file");
  CHECK(error_of(spoilt(72, std::uint64_t{11})) == "weight blob, byte 72, size: 11 bytes are no whole number of fp16 elements");
  CHECK(error_of(spoilt(80, std::uint64_t{141})) ==
        "weight blob, byte 80, offset: the payload starts at byte 141, behind the end of the file");
  CHECK(error_of(spoilt(88, std::uint64_t{1})) == "weight blob, byte 88, padding: 1 unused bits are not possible here");

  mil::BlobWriter two;
  two.append(mil::fp16, 64, std::vector<std::byte>(128));
  two.append(mil::fp16, 64, std::vector<std::byte>(128));
  CHECK(error_of(two.bytes(), 128).find("this is a payload, its metadata stands at byte 64") != std::string::npos);
  CHECK_THROWS_AS(mil::BlobReader{spoilt(0, UINT32_MAX)}.entries(), mil::BlobError);
  CHECK_THROWS_WITH_AS(mil::BlobReader{good_file()}.at(64, mil::tensor(mil::fp32, 3)),
                       "weight blob, byte 68, dtype: the file holds fp16, the program expects tensor<fp32, [3]>", mil::BlobError);
  CHECK_THROWS_WITH_AS(mil::BlobReader{good_file()}.at(64, mil::tensor(mil::fp16, 7)),
                       "weight blob, byte 72, size: the file holds 6 elements, the program expects tensor<fp16, [7]>", mil::BlobError);
}

TEST_CASE("files that cannot be read or written say which and why") {
  CHECK_THROWS_AS(mil::read_file("/nowhere/weights.bin"), std::system_error);
  CHECK_THROWS_AS(mil::read_file("/"), std::system_error);
  CHECK_THROWS_WITH(mil::write_file("/nowhere/weights.bin", {}), "cannot write /nowhere/weights.bin: No such file or directory");
  if (std::filesystem::exists("/dev/full"))
    CHECK_THROWS_WITH(mil::write_file("/dev/full", good_file()), "cannot write /dev/full: No space left on device");
}
