// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/support/npy.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace anechain;

namespace {

using Shape = std::vector<std::int64_t>;
using Net = Chain<Conv1x1<4, 8>, RmsNorm<4, 8>, Conv1x1<4, 8, mil::fp16, 6>>;

template <class Element>
npy::Array array_of(npy::DType dtype, Shape shape, const std::vector<Element>& elements, std::string source = {}) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span{elements});
  return {dtype, std::move(shape), {bytes.begin(), bytes.end()}, std::move(source)};
}

/// 0.5, 0.75, 1, ...: numbers that fp16 holds.
template <class Element = float>
std::vector<Element> numbers(std::size_t count) {
  std::vector<Element> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = static_cast<Element>(0.5 + 0.25 * static_cast<double>(i));
  return all;
}

std::vector<float> as_floats(mil::DType dtype, std::span<const std::byte> elements) {
  std::vector<float> all(elements.size() * 8 / static_cast<std::size_t>(mil::facts(dtype).bits));
  mil::decode(dtype, elements.data(), all.data(), all.size());
  return all;
}

std::string error_of(const mil::TensorType& type, const npy::Array& array) {
  try {
    npy::elements_as(type, array, "the weight 'W'");
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

template <class Element>
std::string error_of(mil::DType to, npy::DType from, std::vector<Element> elements) {
  const auto count = static_cast<std::int64_t>(elements.size());
  return error_of(mil::tensor(to, count), array_of(from, {count}, elements));
}

/// What the chain gives for an input that is the same each time.
std::vector<float> result_of(const Weights<Net>& weights) {
  const HostDevice device;
  auto chain = Net::compile(device, weights);
  auto pass = chain.bind(zero_copy);
  std::vector<float> input(4 * 8);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i % 5) - 2;
  pass.input(input);
  pass.run();
  return pass.output();
}

}  // namespace

TEST_CASE("a chain computes the same with weights of .npy files as with the same numbers set by hand") {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("anechain_npy_" + std::to_string(reinterpret_cast<std::uintptr_t>(&path)) + ".npy");
  const auto saved = [&](npy::DType dtype, const Shape& shape, const auto& elements) {
    mil::write_file(path, npy::write(dtype, shape, std::as_bytes(std::span{elements})));
    return npy::load(path);
  };
  Weights<Net> by_hand;
  by_hand.set(0, "W", numbers(16));
  by_hand.set(1, "gain", numbers(4));
  by_hand.set(2, "W", numbers(24));
  Weights<Net> from_files;
  from_files.set(0, "W", saved(npy::DType::fp32, {4, 4}, numbers(16)));
  from_files.set(1, "gain", saved(npy::DType::fp64, {4}, numbers<double>(4)));
  from_files.set(2, "W", saved(npy::DType::fp16, {6, 4, 1, 1}, numbers<mil::half>(24)));
  std::filesystem::remove(path);
  const std::vector<float> expected = result_of(by_hand);
  CHECK(std::ranges::any_of(expected, [](float value) { return value != 0; }));
  CHECK(result_of(from_files) == expected);

  const flow::Traced traced{Net{}};
  WeightBlobs blobs{traced.kernels(), zeros};
  blobs.set(0, "W", array_of(npy::DType::fp32, {4, 4}, numbers(16)));
  blobs.set(1, "gain", array_of(npy::DType::fp32, {4}, numbers(4)));
  blobs.set(2, "W", array_of(npy::DType::fp32, {6, 4}, numbers(24)));
  for (std::size_t k = 0; k < Net::length; ++k) CHECK(std::ranges::equal(blobs.blob(k), by_hand.blobs().blob(k)));
}

TEST_CASE("an array that does not fit is refused with both types, and changes nothing") {
  Weights<Net> weights;
  weights.set(2, "W", numbers(24));
  const std::vector<std::byte> before{weights.blobs().blob(2).begin(), weights.blobs().blob(2).end()};
  const std::string is_a = "; the weight 'W' of kernel 2 (" + std::string{Net::kernels[2].name} + ") is a tensor<fp16, [6, 4, 1, 1]>: ";
  const std::string other_shape =
      "w.npy: it holds a tensor<fp32, [5, 4]>" + is_a + "extents other than 1 must be the same, in the same order";
  CHECK_THROWS_WITH_AS(weights.set(2, "W", array_of(npy::DType::fp32, {5, 4}, numbers(20), "w.npy")), other_shape.c_str(),
                       std::invalid_argument);
  std::vector<float> large = numbers(24);
  large[22] = -70000;
  const std::string too_large = "w.npy: element [5, 2] of the tensor<fp32, [6, 4]> is -70000" + is_a + "fp16 has no numbers so large";
  CHECK_THROWS_WITH_AS(weights.set(2, "W", array_of(npy::DType::fp32, {6, 4}, large, "w.npy")), too_large.c_str(), std::invalid_argument);
  CHECK(std::ranges::equal(weights.blobs().blob(2), before));
  const npy::Array gain = array_of(npy::DType::fp32, {4}, numbers(4));
  CHECK_THROWS_WITH_AS(weights.set(2, "gain", gain), doctest::Contains("has no weight 'gain'; it has W"), std::out_of_range);
  CHECK_THROWS_WITH_AS(weights.set(3, "W", gain), doctest::Contains("kernel 3: this chain has 3"), std::out_of_range);
}

TEST_CASE("shapes fit if their extents other than 1 are the same in the same order") {
  const auto fits = [](const mil::TensorType& type, const Shape& shape) {
    std::size_t elements = 1;
    for (const std::int64_t extent : shape) elements *= static_cast<std::size_t>(extent);
    return error_of(type, array_of(npy::DType::fp32, shape, numbers(elements)));
  };
  const mil::TensorType matrix = mil::tensor(mil::fp16, 2, 3, 1, 1);
  for (const Shape& shape : {Shape{2, 3, 1, 1}, Shape{2, 3}, Shape{1, 2, 1, 3}, Shape{2, 1, 3, 1, 1, 1, 1, 1, 1}})
    CHECK(fits(matrix, shape) == "accepted");
  CHECK(fits(mil::tensor(mil::fp16, 1, 4, 1, 1), {4}) == "accepted");
  CHECK(fits(mil::tensor(mil::fp16, 1, 1, 1, 1), {}) == "accepted");
  const std::string is_a = "; the weight 'W' is a tensor<fp16, [2, 3, 1, 1]>";
  const std::string rule = ": extents other than 1 must be the same, in the same order";
  CHECK(fits(matrix, {3, 2}) ==
        "an array: it holds a tensor<fp32, [3, 2]>" + is_a + ": the transposed array would fit, np.save(file, w.T)");
  CHECK(fits(matrix, {6}) == "an array: it holds a tensor<fp32, [6]>" + is_a + rule);
  CHECK(fits(matrix, {}) == "an array: it holds a tensor<fp32, []>" + is_a + rule);
  CHECK(fits(matrix, {2, 0, 3}) == "an array: it holds a tensor<fp32, [2, 0, 3]>" + is_a + rule);
  CHECK(fits(matrix, {2, 3, 2}) == "an array: it holds a tensor<fp32, [2, 3, 2]>" + is_a + rule);
  CHECK(error_of(matrix, array_of(npy::DType::fp32, {2, -3}, numbers(6))) == "an array: it holds a tensor<fp32, [2, -3]>" + is_a + rule);
  CHECK(error_of(matrix, array_of(npy::DType::fp32, {2, 3}, numbers(5))) ==
        "an array: it holds a tensor<fp32, [2, 3]> whose elements take 24 bytes, but it has 20" + is_a);
}

TEST_CASE("floating arrays are rounded to the weight's dtype, once") {
  const auto rounded = [](mil::DType to, npy::DType from, const auto& elements) {
    const auto count = static_cast<std::int64_t>(elements.size());
    return as_floats(to, npy::elements_as(mil::tensor(to, count), array_of(from, {count}, elements), "W"));
  };
  using V = std::vector<float>;
  CHECK(rounded(mil::fp16, npy::DType::fp32, V{1, -0.1f, 65519, 1e-10f}) ==
        V{1, static_cast<float>(static_cast<mil::half>(-0.1f)), 65504, 0});
  // Between two halves, a little above their middle: by way of fp32 it would be the lower one.
  CHECK(rounded(mil::fp16, npy::DType::fp64, std::vector<double>{1 + 0x1p-11 + 0x1p-40}) == V{1 + 0x1p-10f});
  CHECK(rounded(mil::fp32, npy::DType::fp16, std::vector<mil::half>{mil::half{1.5f}, mil::half{-65504.0f}}) == V{1.5f, -65504});
  CHECK(rounded(mil::fp32, npy::DType::fp64, std::vector<double>{0.1, 1e-50}) == V{0.1f, 0});
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK(rounded(mil::fp16, npy::DType::fp32, V{infinity, -infinity}) == V{infinity, -infinity});
  CHECK(std::isnan(rounded(mil::fp16, npy::DType::fp32, V{std::numeric_limits<float>::quiet_NaN()})[0]));
  // More than are converted at once.
  CHECK(rounded(mil::fp16, npy::DType::fp64, numbers<double>(1500)) == numbers(1500));
}

TEST_CASE("a number that would become infinite is named") {
  CHECK(error_of(mil::fp16, npy::DType::fp32, std::vector<float>{1, 65519.99f}) == "accepted");
  CHECK(error_of(mil::fp16, npy::DType::fp32, std::vector<float>{1, 65520}) ==
        "an array: element [1] of the tensor<fp32, [2]> is 65520; the weight 'W' is a tensor<fp16, [2]>: fp16 has no numbers so large");
  CHECK(error_of(mil::fp16, npy::DType::fp64, std::vector<double>{-1e300})
            .starts_with("an array: element [0] of the tensor<fp64, [1]> is -1e+300;"));
  CHECK(
      error_of(mil::fp32, npy::DType::fp64, std::vector<double>{3.5e38}).ends_with("is a tensor<fp32, [1]>: fp32 has no numbers so large"));
  std::vector<double> many = numbers<double>(1500);
  many[1234] = 1e5;
  CHECK(error_of(mil::fp16, npy::DType::fp64, many).starts_with("an array: element [1234] of the tensor<fp64, [1500]> is 100000;"));
  CHECK(error_of(mil::tensor(mil::fp16, 1500), array_of(npy::DType::fp64, {1, 1500, 1}, many))
            .starts_with("an array: element [0, 1234, 0] of the tensor<fp64, [1, 1500, 1]>"));
}

TEST_CASE("integers go where their very values go, floating numbers not to integers") {
  using Wide = std::vector<std::int64_t>;
  CHECK(error_of(mil::int8, npy::DType::int64, Wide{-128, 127}) == "accepted");
  CHECK(error_of(mil::int8, npy::DType::int64, Wide{0, 128}) ==
        "an array: element [1] of the tensor<int64, [2]> is 128; the weight 'W' is a tensor<int8, [2]>: int8 does not hold it exactly");
  CHECK(error_of(mil::uint8, npy::DType::int8, std::vector<std::int8_t>{-1})
            .ends_with("is -1; the weight 'W' is a tensor<uint8, [1]>: uint8 does not hold it exactly"));
  CHECK(error_of(mil::fp16, npy::DType::int64, Wide{2048, -2048, 65504}) == "accepted");
  CHECK(error_of(mil::fp16, npy::DType::int64, Wide{2049})
            .ends_with(" is 2049; the weight 'W' is a tensor<fp16, [1]>: fp16 does not hold it exactly"));
  CHECK(error_of(mil::fp16, npy::DType::int32, std::vector<std::int32_t>{65536}).ends_with("fp16 does not hold it exactly"));
  CHECK(error_of(mil::fp32, npy::DType::uint64, std::vector<std::uint64_t>{std::uint64_t{1} << 63}) == "accepted");
  CHECK(error_of(mil::fp32, npy::DType::uint64, std::vector<std::uint64_t>{~std::uint64_t{0}}).find(" is 18446744073709551615; ") !=
        std::string::npos);
  CHECK(error_of(mil::fp32, npy::DType::int64, Wide{std::numeric_limits<std::int64_t>::max()}).find(" is 9223372036854775807; ") !=
        std::string::npos);
  CHECK(error_of(mil::fp32, npy::DType::int64, Wide{std::numeric_limits<std::int64_t>::min()}) == "accepted");
  CHECK(error_of(mil::int32, npy::DType::int64, Wide{(std::int64_t{1} << 53) + 1}).find(" is 9007199254740993; ") != std::string::npos);
  CHECK(error_of(mil::int32, npy::DType::uint32, std::vector<std::uint32_t>{2147483647}) == "accepted");
  CHECK(error_of(mil::int32, npy::DType::uint32, std::vector<std::uint32_t>{4294967295}).find(" is 4294967295; ") != std::string::npos);
  CHECK(error_of(mil::fp16, npy::DType::boolean, std::vector<std::uint8_t>{0, 1, 2}) == "accepted");
  CHECK(error_of(mil::int8, npy::DType::fp32, std::vector<float>{1, 2}) ==
        "an array: it holds a tensor<fp32, [2]>; the weight 'W' is a tensor<int8, [2]>: floating numbers are not made integers, save "
        "w.astype(np.int8)");
}

TEST_CASE("NumPy's element types are MIL's, as far as it has them") {
  for (std::size_t i = 0; i < npy::dtype_table.size(); ++i) {
    const auto dtype = static_cast<npy::DType>(i);
    CHECK(npy::npy_dtype(npy::mil_dtype(dtype)) == dtype);
    CHECK(npy::facts(dtype).name == mil::facts(npy::mil_dtype(dtype)).name);
    CHECK(8 * npy::facts(dtype).bytes == static_cast<std::size_t>(mil::facts(npy::mil_dtype(dtype)).bits));
    CHECK(npy::is_floating(dtype) == mil::facts(npy::mil_dtype(dtype)).floating);
  }
  using mil::DType;
  for (const DType dtype : {DType::bf16, DType::fp8e4m3fn, DType::fp8e5m2, DType::int4, DType::uint1, DType::uint2, DType::uint3,
                            DType::uint4, DType::uint6, DType::string})
    CHECK(!npy::npy_dtype(dtype));
}
