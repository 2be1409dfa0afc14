// SPDX-License-Identifier: MIT
// .npy files: whatever they say, nothing is read outside of them, and what is read is the same after writing.
#include <algorithm>

#include "../../examples/mil/npy.hpp"
#include "target.hpp"

using namespace program;
using namespace anechain;

std::vector<std::string> seeds() {
  const std::vector<std::byte> data(24, std::byte{1});
  const std::int64_t shape[]{2, 3};
  std::vector<std::string> all;
  for (const mil::DType dtype : {mil::fp16, mil::fp32, mil::int8, mil::int32, mil::boolean}) {
    const auto file = npy::write(dtype, shape, std::span{data}.first(static_cast<std::size_t>(mil::tensor(dtype, 2, 3).packed_bytes())));
    all.emplace_back(reinterpret_cast<const char*>(file.data()), file.size());
  }
  return all;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::byte> exact(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  try {
    const npy::Array array = npy::read(exact);
    const std::vector<std::byte> again = npy::write(array.dtype, array.shape, array.data);
    const npy::Array same = npy::read(again);
    fuzz::require(same.dtype == array.dtype && same.shape == array.shape && std::ranges::equal(same.data, array.data),
                  "what is written is read back as another array");
  } catch (const npy::Error&) {
  }
  return 0;
}
