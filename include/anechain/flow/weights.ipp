// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/flow/npy_tensor.hpp>
#include <anechain/flow/weights.hpp>
#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/convert.hpp>
#include <anechain/support/npy_array.hpp>
#include <anechain/support/random.hpp>

namespace anechain {

ANECHAIN_INLINE void Identity::operator()(std::size_t, const WeightFacts& weight, std::span<float> values) const {
  const mil::Shape& shape = weight.type.shape;
  if (weight.role == mil::Role::gain) std::ranges::fill(values, 1.0f);
  if (weight.role != mil::Role::matrix || shape.rank < 2) return;
  std::int64_t kernel = 1;
  std::int64_t centre = 0;
  for (int axis = 2; axis < shape.rank; ++axis) {
    kernel *= shape[axis];
    centre = centre * shape[axis] + (shape[axis] - 1) / 2;
  }
  for (std::int64_t i = 0; i < std::min(shape[0], shape[1]); ++i)
    values[static_cast<std::size_t>((i * shape[1] + i) * kernel + centre)] = 1;
}

ANECHAIN_INLINE void RandomWeights::operator()(std::size_t kernel, const WeightFacts& weight, std::span<float> values) const {
  std::uint64_t seed = seed_ + 0x9E3779B97F4A7C15 * (kernel + 1);
  for (const char c : weight.name) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  const mil::Shape& shape = weight.type.shape;
  const bool is_matrix = weight.role == mil::Role::matrix && shape.rank >= 2;
  const std::int64_t fan_in = is_matrix ? shape.elements() / shape[0] : 16;
  const double limit = std::sqrt(3.0 / static_cast<double>(fan_in));
  const double centre = weight.role == mil::Role::gain ? 1 : 0;
  Random random{seed};
  for (float& value : values) value = static_cast<float>(random.uniform(centre - limit, centre + limit));
}

ANECHAIN_INLINE void WeightBlobs::set(std::size_t kernel, std::string_view name, std::span<const float> values) {
  const WeightFacts& weight = find(kernel, name);
  if (values.size() != static_cast<std::size_t>(weight.type.elements()))
    throw std::invalid_argument(std::to_string(values.size()) + " numbers for the weight '" + std::string{name} + "', which is a " +
                                to_string(weight.type));
  mil::encode(weight.type.dtype, values.data(), payload(kernel, weight).data(), values.size());
}

ANECHAIN_INLINE void WeightBlobs::set(std::size_t kernel, std::string_view name, const npy::Array& array) {
  const WeightFacts& weight = find(kernel, name);
  const std::string what =
      "the weight '" + std::string{name} + "' of kernel " + std::to_string(kernel) + " (" + std::string{kernels_[kernel].name} + ")";
  std::ranges::copy(npy::elements_as(weight.type, array, what), payload(kernel, weight).begin());
}

ANECHAIN_INLINE WeightBlobs WeightBlobs::refitted(std::span<const KernelFacts> kernels) const {
  WeightBlobs other{kernels, zeros};
  const std::vector<Tensor> from = tensors();
  const std::vector<Tensor> to = other.tensors();
  if (!std::ranges::equal(from, to, {}, &Tensor::type, &Tensor::type))
    throw std::invalid_argument("the weights of " + std::to_string(from.size()) + " tensors do not fit kernels with " +
                                std::to_string(to.size()) + " of other types");
  std::size_t next = 0;
  for (std::size_t k = 0; k < other.kernels_.size(); ++k)
    for (const WeightFacts& weight : other.kernels_[k].weights) std::ranges::copy(from[next++].payload, other.payload(k, weight).begin());
  return other;
}

ANECHAIN_INLINE void WeightBlobs::save(const std::filesystem::path& path) const {
  mil::BlobWriter writer;
  for (const Tensor& tensor : tensors())
    writer.append(tensor.type.dtype, static_cast<std::uint64_t>(tensor.type.elements()), tensor.payload);
  mil::write_file(path, writer.bytes());
}

ANECHAIN_INLINE void WeightBlobs::load(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = mil::read_file(path);
  const mil::BlobReader reader{bytes};
  const std::vector<mil::BlobEntry> entries = reader.entries();
  const std::size_t needed = tensors().size();
  if (entries.size() != needed)
    throw mil::BlobError(mil::blob::field::count, "count",
                         "the file holds " + std::to_string(entries.size()) + " tensors, the chain has " + std::to_string(needed));
  std::size_t next = 0;
  for (std::size_t k = 0; k < kernels_.size(); ++k)
    for (const WeightFacts& weight : kernels_[k].weights) {
      const mil::BlobEntry entry = reader.at(entries[next++].metadata, weight.type);
      std::ranges::copy(entry.payload, payload(k, weight).begin());
    }
}

ANECHAIN_INLINE void WeightBlobs::fill_causal_mask(const mil::Shape& shape, std::span<float> values) {
  const auto keys = static_cast<std::size_t>(shape[-1]);
  const auto queries = static_cast<std::size_t>(shape.rank < 2 ? 1 : shape[-2]);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % keys <= i / keys % queries ? 0 : mil::causal_mask_value;
}

ANECHAIN_INLINE std::vector<std::byte> WeightBlobs::empty_blob(const KernelFacts& kernel) {
  if (kernel.weights.empty()) return {};
  mil::BlobWriter writer;
  for (const WeightFacts& weight : kernel.weights) {
    const std::vector<std::byte> payload(weight.placement.size);
    writer.append(weight.type.dtype, static_cast<std::uint64_t>(weight.type.elements()), payload);
  }
  return {writer.bytes().begin(), writer.bytes().end()};
}

ANECHAIN_INLINE std::vector<WeightBlobs::Tensor> WeightBlobs::tensors() const {
  std::vector<Tensor> all;
  for (std::size_t k = 0; k < kernels_.size(); ++k)
    for (const WeightFacts& weight : kernels_[k].weights)
      all.push_back({weight.type, std::span{blobs_[k]}.subspan(weight.placement.payload(), weight.placement.size)});
  return all;
}

}  // namespace anechain
