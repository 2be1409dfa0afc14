// SPDX-License-Identifier: MIT
// .npy files: whatever they say, nothing is read outside of them, what is read is the same after writing, and it becomes a tensor or an
// error.
#include <anechain/flow/npy_tensor.hpp>
#include <anechain/support/npy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "target.hpp"

using namespace anechain;

std::vector<std::string> seeds() {
  const std::vector<std::byte> data(24, std::byte{1});
  const std::int64_t shape[]{2, 3};
  std::vector<std::string> all;
  for (const npy::DType dtype : {npy::DType::fp16, npy::DType::fp32, npy::DType::int8, npy::DType::int32, npy::DType::boolean}) {
    const auto file = npy::write(dtype, shape, std::span{data}.first(6 * npy::facts(dtype).bytes));
    all.emplace_back(reinterpret_cast<const char*>(file.data()), file.size());
  }
  const auto with = [](std::string file, const std::string& words, const std::string& others) {
    return file.replace(file.find(words), words.size(), others);
  };
  all.push_back(with(all[0], "'<f2'", "'>f2'"));
  all.push_back(with(all[1], "'fortran_order': False", "'fortran_order': True "));
  return all;
}

// Also of dtypes that it is not of.
void become_a_tensor(const npy::Array& array) {
  mil::TensorType type{mil::fp16, {}};
  if (array.shape.size() > static_cast<std::size_t>(mil::max_rank)) return;
  for (const std::int64_t extent : array.shape) type.shape.extents[type.shape.rank++] = extent;
  for (const mil::DType dtype : {mil::fp16, mil::fp32, mil::int8}) {
    type.dtype = dtype;
    try {
      const std::vector<std::byte> elements = npy::elements_as(type, array, "what is asked for");
      fuzz::require(elements.size() == static_cast<std::size_t>(type.packed_bytes()), "a tensor has another size than its type");
    } catch (const std::invalid_argument&) {
    }
  }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::byte> exact(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  try {
    const npy::Array array = npy::read(exact);
    const std::vector<std::byte> again = npy::write(array.dtype, array.shape, array.data);
    const npy::Array same = npy::read(again);
    fuzz::require(same.dtype == array.dtype && same.shape == array.shape && std::ranges::equal(same.data, array.data),
                  "what is written is read back as another array");
    become_a_tensor(array);
  } catch (const npy::Error&) {
  }
  return 0;
}
