// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/support/safetensors.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace anechain;

namespace {

/// The bytes of a file with this header and these data.
std::string file_of(std::string_view header, std::string_view data) {
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(static_cast<unsigned char>(header.size() >> 8 * i));
  return length + std::string{header} + std::string{data};
}

std::vector<safetensors::Entry> entries_of(const std::string& file) {
  return safetensors::read_header(std::as_bytes(std::span{file}), file.size());
}

/// At which byte a file is refused.
std::uint64_t refused_at(const std::string& file) {
  try {
    (void)entries_of(file);
  } catch (const safetensors::Error& error) {
    CAPTURE(error.what());
    return error.offset;
  }
  FAIL("it was read: ", file);
  return 0;
}

struct TemporaryFile {
  explicit TemporaryFile(const std::string& bytes)
      : path(std::filesystem::temp_directory_path() / ("anechain_" + std::to_string(::getpid()) + ".safetensors")) {
    std::ofstream{path, std::ios::binary} << bytes;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

using Net = Chain<Conv1x1<4, 32>, Relu<4, 32>, Conv1x1<4, 32>>;

}  // namespace

TEST_CASE("safetensors: a header tells names, types, shapes and places") {
  const std::string file = file_of(
      R"({"__metadata__":{"format":"pt"}, "a":{"dtype":"F32","shape":[2,3],"data_offsets":[2,26]}, "s\u00e9\ud83d\ude00\n" : {"data_offsets":[0,2],"shape":[],"dtype":"F16"}}   )",
      std::string(26, 'x'));
  const auto entries = entries_of(file);
  REQUIRE(entries.size() == 2);  // in the order in which they lie
  CHECK(entries[0].name == "s\u00e9\U0001F600\n");
  CHECK(entries[0].shape.empty());
  CHECK(entries[1].name == "a");
  CHECK(entries[1].shape == std::vector<std::int64_t>{2, 3});
  CHECK(entries[1].begin == 2);
  CHECK(entries_of(file_of("{}", "")).empty());
  CHECK(entries_of(file_of(R"({"e":{"dtype":"I64","shape":[0,9],"data_offsets":[0,0]}})", "")).size() == 1);
}

TEST_CASE("safetensors: a file that is not well-formed is refused where it is wrong") {
  const std::string_view data = "xxxx";
  CHECK(refused_at("") == 0);
  CHECK(refused_at(std::string(8, '\xff')) == 0);            // a length that no file has
  CHECK(refused_at(file_of("{}", "").substr(0, 9)) == 0);    // the header is cut off
  CHECK(refused_at(file_of("[]", "")) == 8);                 // not an object
  CHECK(refused_at(file_of("{}x", "")) == 10);               // something behind it
  CHECK(refused_at(file_of(R"({"a":1})", "")) == 13);        // not a tensor
  CHECK(refused_at(file_of(R"({"a":{}})", "")) == 9);        // nothing is said of it
  CHECK(refused_at(file_of(R"({"a)", "")) == 11);            // a text without an end
  CHECK(refused_at(file_of("{\"\\ud800\":{}}", "")) == 15);  // half of a pair
  const auto with = [&](std::string_view rest) { return file_of("{\"a\":{" + std::string{rest} + "}}", data); };
  CHECK(refused_at(with(R"("dtype":"F16","shape":[2],"data_offsets":[0,2])")) == 9);    // of 4 bytes, in 2
  CHECK(refused_at(with(R"("dtype":"F16","shape":[3],"data_offsets":[0,6])")) > 8);     // the file ends before
  CHECK(refused_at(with(R"("dtype":"F16","shape":[1],"data_offsets":[0,2])")) > 8);     // a rest that is no tensor's
  CHECK(refused_at(with(R"("dtype":"F16","shape":[1],"data_offsets":[2,4])")) > 8);     // a hole
  CHECK(refused_at(with(R"("dtype":"F16","shape":[2],"data_offsets":[4,0])")) > 8);     // backwards
  CHECK(refused_at(with(R"("dtype":"F16","shape":[-2],"data_offsets":[0,4])")) == 37);  // a negative extent
  CHECK(refused_at(with(R"("dtype":"F16","shape":[02],"data_offsets":[0,4])")) == 37);  // not JSON
  CHECK(refused_at(with(R"("dtype":"F16","dtype":"F16","shape":[2],"data_offsets":[0,4])")) == 28);
  CHECK(refused_at(with(R"("dtype":"F16","shape":[4611686018427387904,4],"data_offsets":[0,4])")) == 9);  // more bytes than can be counted
  CHECK(refused_at(with(R"("dtype":"F16","shape":[99999999999999999999],"data_offsets":[0,4])")) == 37);
  const std::string twin = R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"a":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}})";
  CHECK(refused_at(file_of(twin, data)) == 8);
}

TEST_CASE("safetensors: weights are set from the tensors that are named by their paths") {
  const std::vector<float> first{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  const std::vector<std::uint16_t> second(16, 0xC040);  // -3 in bf16
  const auto header = [](std::string_view a, std::string_view b) {
    return R"({")" + std::string{a} + R"(":{"dtype":"F32","shape":[4,4],"data_offsets":[0,64]},")" + std::string{b} +
           R"(":{"dtype":"BF16","shape":[4,4,1,1],"data_offsets":[64,96]}})";
  };
  const std::string data = bytes_of(first) + bytes_of(second);
  Weights<Net> expected;
  expected.set(0, "W", first);
  expected.set(2, "W", std::vector<float>(16, -3));
  const auto check = [&](const Weights<Net>& weights) {
    for (const std::size_t k : {std::size_t{0}, std::size_t{2}}) CHECK(std::ranges::equal(weights.blobs().blob(k), expected.blobs().blob(k)));
  };
  {
    const TemporaryFile file{file_of(header("Conv1x1/W", "Conv1x1_1.W"), data)};
    Weights<Net> weights;
    weights.load(safetensors::File{file.path});
    check(weights);
    Weights<Net> one_by_one;
    const safetensors::File tensors{file.path};
    one_by_one.set("Conv1x1/W", tensors["Conv1x1/W"]);
    one_by_one.set("Conv1x1_1/W", tensors["Conv1x1_1.W"]);
    check(one_by_one);
    CHECK_THROWS_AS(tensors["W"], safetensors::Error);
    CHECK_THROWS_AS(weights.load(tensors, [](const std::string& path) { return "model." + path; }), std::out_of_range);
  }
  {
    const TemporaryFile file{file_of(header("model.0", "model.2"), data)};
    Weights<Net> weights;
    weights.load(safetensors::File{file.path}, [](const std::string& path) { return path == "Conv1x1/W" ? "model.0" : "model.2"; });
    check(weights);
    CHECK_THROWS_AS(weights.load(safetensors::File{file.path}), std::out_of_range);
  }
  {
    const TemporaryFile file{file_of(R"({"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}})", "xxxx")};
    const safetensors::File tensors{file.path};
    CHECK(tensors.has("a"));
    CHECK_THROWS_WITH_AS(tensors["a"], doctest::Contains("F8_E4M3"), safetensors::Error);
  }
  CHECK_THROWS_AS(safetensors::File{"/no/such/file"}, std::system_error);
  CHECK_THROWS_AS(safetensors::File{std::filesystem::temp_directory_path()}, std::system_error);
}
