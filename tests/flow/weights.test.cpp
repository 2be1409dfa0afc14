// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace anechain;

namespace {

using Net = Chain<Conv1x1<8, 32>, Relu<8, 32>, Conv1x1<8, 32, mil::fp16, 12>>;

struct TemporaryFile {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("anechain_weights_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".bin");
  ~TemporaryFile() { std::filesystem::remove(path); }
};

bool same_bytes(const WeightBlobs& a, const WeightBlobs& b, std::size_t kernels) {
  for (std::size_t k = 0; k < kernels; ++k)
    if (!std::ranges::equal(a.blob(k), b.blob(k))) return false;
  return true;
}

}  // namespace

TEST_CASE("identity weights are ones on the diagonal, at the centre of wide kernels, and nothing in biases") {
  using Wide = Conv2d<Conv2dShape{
      .in = 3, .out = 2, .height = 5, .width = 5, .kernel_height = 3, .kernel_width = 3, .padding = mil::Padding::same, .bias = true}>;
  std::vector<float> numbers(2 * 3 * 9);
  identity(0, blob_layout<Wide>[0], numbers);
  std::vector<float> expected(2 * 3 * 9);
  expected[4] = 1;              // output 0, input 0, centre
  expected[3 * 9 + 9 + 4] = 1;  // output 1, input 1, centre
  CHECK(numbers == expected);
  std::vector<float> bias(2);
  identity(0, blob_layout<Wide>[1], bias);
  CHECK(bias == std::vector<float>{0, 0});
}

TEST_CASE("random weights depend on seed, kernel and name, and keep the size of what they multiply") {
  const auto numbers = [](std::uint64_t seed, std::size_t kernel) {
    std::vector<float> values(static_cast<std::size_t>(blob_layout<Conv1x1<256, 64>>[0].type.elements()));
    random_weights(seed)(kernel, blob_layout<Conv1x1<256, 64>>[0], values);
    return values;
  };
  CHECK(numbers(1, 0) == numbers(1, 0));
  CHECK(numbers(1, 0) != numbers(2, 0));
  CHECK(numbers(1, 0) != numbers(1, 1));
  double square = 0;
  for (const float value : numbers(1, 0)) square += static_cast<double>(value) * static_cast<double>(value);
  CHECK(square / 256 == doctest::Approx(1).epsilon(0.02));  // the sum of squares of one output's inputs, 256 * 256 draws
}

TEST_CASE("the generator gives the stream of its authors' own code") {
  // xoshiro256** as its authors define it, from the state that splitmix64 makes of seed 0, whose outputs are published.
  std::uint64_t s[4]{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec};
  Random random{0};
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t product = s[1] * 5;
    CHECK(random.bits() == (product << 7 | product >> 57) * 9);
    const std::uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = s[3] << 45 | s[3] >> 19;
  }
  std::set<std::uint64_t> drawn;
  for (int i = 0; i < 1000; ++i) drawn.insert(random.below(10));
  CHECK(drawn.size() == 10);
  CHECK(*drawn.rbegin() == 9);
}

TEST_CASE("weights from memory land in their tensor, rounded to its dtype") {
  Weights<Net> weights;
  std::vector<float> numbers(96);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i) + 0.0001f;
  weights.set(2, "W", numbers);
  const auto tensor = weights.tensor(2, "W");
  std::vector<float> stored(96);
  mil::decode(mil::fp16, tensor.data(), stored.data(), stored.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(stored[i] == static_cast<float>(static_cast<mil::half>(numbers[i])));
  CHECK(weights.blobs().blob(1).empty());
  CHECK_THROWS_WITH_AS(weights.set(1, "W", numbers), doctest::Contains("has no weight 'W'; it has none"), std::out_of_range);
  CHECK_THROWS_WITH_AS(weights.set(7, "W", numbers), doctest::Contains("kernel 7: this chain has "), std::out_of_range);
  CHECK_THROWS_WITH_AS(weights.set(0, "W", numbers), "96 numbers for the weight 'W', which is a tensor<fp16, [8, 8, 1, 1]>",
                       std::invalid_argument);
  CHECK_THROWS_AS(weights.set(3, "W", numbers), std::out_of_range);
}

TEST_CASE("weights come back from a file, which is the fused program's own blob") {
  const TemporaryFile file;
  const Weights<Net> saved{random_weights(5)};
  saved.save(file.path);
  Weights<Net> loaded;
  loaded.load(file.path);
  CHECK(same_bytes(saved.blobs(), loaded.blobs(), Net::length));
  CHECK(std::ranges::equal(mil::read_file(file.path), saved.fused().blobs().blob(0)));
}

TEST_CASE("a file of other weights is refused") {
  const TemporaryFile file;
  Weights<Chain<Conv1x1<8, 32>>>{identity}.save(file.path);
  CHECK_THROWS_WITH_AS(Weights<Net>{}.load(file.path), "weight blob, byte 0, count: the file holds 1 tensors, the chain has 2",
                       mil::BlobError);
  Weights<Chain<Conv1x1<8, 32>, Conv1x1<8, 32>>>{identity}.save(file.path);
  CHECK_THROWS_WITH_AS(Weights<Net>{}.load(file.path),
                       doctest::Contains("the file holds 64 elements, the program expects tensor<fp16, [12, 8, 1, 1]>"), mil::BlobError);
  CHECK_THROWS_AS(Weights<Net>{}.load("/nowhere/weights.bin"), std::system_error);
}
