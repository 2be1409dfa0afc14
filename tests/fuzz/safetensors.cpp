// SPDX-License-Identifier: MIT
// Headers of safetensors files: whatever they say, what is read lies within the file, one tensor behind the other.
#include <anechain/support/safetensors.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "target.hpp"

using namespace anechain;

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (std::string header :
       {std::string{"{}"},
        std::string{R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"I8","shape":[],"data_offsets":[4,5]}})"},
        std::string{R"({"__metadata__":{"k":"v"},"\u00e9\ud83d\ude00":{"dtype":"F64","shape":[0,3],"data_offsets":[0,0]}}  )"}}) {
    const auto size = static_cast<char>(static_cast<unsigned char>(header.size()));
    all.push_back(size + std::string(7, '\0') + header + (header.find("F16") != header.npos ? "xxxxx" : ""));
  }
  return all;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::byte> exact(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  try {
    std::uint64_t end = 0;
    for (const safetensors::Entry& entry : safetensors::read_header(exact, exact.size())) {
      fuzz::require(entry.begin == end && entry.end >= end && entry.end <= size, "a tensor lies elsewhere");
      end = entry.end;
    }
  } catch (const safetensors::Error& error) {
    fuzz::require(error.offset <= size, "an error stands outside of the file");
  }
  return 0;
}
