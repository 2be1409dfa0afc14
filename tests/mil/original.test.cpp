// SPDX-License-Identifier: MIT
// The program and the weight file of the original experiment (test_throughput_ceiling.m, maderix/ANE 99ba013), written down
// here as its generator prints them, against ours.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/mil/parse.hpp>

#include <cstring>
#include <string>
#include <vector>

#include "mil/same_program.hpp"
#include "mil/tokens.hpp"

using namespace anechain;

namespace {

std::string original_program(int channels, int spatial) {
  const std::string c = std::to_string(channels);
  const std::string s = std::to_string(spatial);
  return "program(1.0)\n"
         "[buildInfo = dict<tensor<string, []>, tensor<string, []>>({{\"coremlc-version\", \"3505.4.1\"}})]\n"
         "{\n"
         "    func main<ios16>(tensor<fp16, [1, " +
         c + ", 1, " + s +
         "]> x) {\n"
         "        tensor<string, []> pt = const()[name=tensor<string, []>(\"pt\"), val=tensor<string, []>(\"valid\")];\n"
         "        tensor<int32, [2]> st = const()[name=tensor<string, []>(\"st\"), val=tensor<int32, [2]>([1,1])];\n"
         "        tensor<int32, [4]> pd = const()[name=tensor<string, []>(\"pd\"), val=tensor<int32, [4]>([0,0,0,0])];\n"
         "        tensor<int32, [2]> dl = const()[name=tensor<string, []>(\"dl\"), val=tensor<int32, [2]>([1,1])];\n"
         "        tensor<int32, []> gr = const()[name=tensor<string, []>(\"gr\"), val=tensor<int32, []>(1)];\n"
         "        tensor<fp16, [" +
         c + "," + c +
         ",1,1]> W = const()[name=tensor<string, []>(\"W\"), "
         "val=tensor<fp16, [" +
         c + "," + c +
         ",1,1]>(BLOBFILE(path=tensor<string, []>(\"@model_path/weights/weight.bin\"), "
         "offset=tensor<uint64, []>(64)))];\n"
         "        tensor<fp16, [1," +
         c + ",1," + s +
         "]> y = conv(dilations=dl,groups=gr,pad=pd,pad_type=pt,strides=st,weight=W,x=x)"
         "[name=tensor<string, []>(\"conv\")];\n"
         "    } -> (y);\n"
         "}\n";
}

/// As the original fills its buffer: single bytes and 32-bit stores.
std::vector<std::byte> original_blob(std::size_t channels) {
  const std::size_t weight_bytes = channels * channels * 2;
  std::vector<std::byte> blob(128 + weight_bytes);
  const auto put = [&](std::size_t at, auto value) { std::memcpy(&blob[at], &value, sizeof value); };
  blob[0] = std::byte{1};
  blob[4] = std::byte{2};
  put(64, std::uint32_t{0xDEADBEEF});
  blob[68] = std::byte{1};
  put(72, static_cast<std::uint32_t>(weight_bytes));
  put(80, std::uint32_t{128});
  for (std::size_t i = 0; i < channels; ++i) put(128 + (i * channels + i) * 2, std::uint16_t{0x3C00});
  return blob;
}

template <int Channels, int Spatial>
void check_original_configuration() {
  using Kernel = Conv1x1<Channels, Spatial>;
  CHECK(tokens(mil_text<Kernel>) == tokens(original_program(Channels, Spatial)));
  const WeightBlobs weights{Chain<Kernel>::kernels, identity};
  const auto expected = original_blob(Channels);
  CHECK(std::ranges::equal(weights.blob(0), expected));
  CHECK(kernel_facts<Kernel>.blob_size() == expected.size());
}

}  // namespace

TEST_CASE("Conv1x1 prints the original's program and Identity fills the original's blob") {
  check_original_configuration<64, 32>();
  check_original_configuration<256, 64>();
  check_original_configuration<768, 256>();
}

TEST_CASE("the original's own text is read, and is the same program as ours") {
  CHECK(mil::same_program(mil::parse(original_program(64, 32)), mil::parse(mil_text<Conv1x1<64, 32>>)));
  CHECK_FALSE(mil::same_program(mil::parse(original_program(64, 32)), mil::parse(mil_text<Conv1x1<64, 64>>)));
}
