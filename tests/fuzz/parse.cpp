// SPDX-License-Identifier: MIT
// Texts: what is read is the same after printing, in both dialects; the checks come to an end.
#include <anechain/core.hpp>
#include <anechain/mil/check.hpp>

#include "../mil/same_program.hpp"
#include "target.hpp"

using namespace anechain;

std::vector<std::string> seeds() {
  std::vector<std::string> texts{
      std::string{mil_text<TransformerBlock<8, 32, 2, 4>>}, std::string{mil_text<TransformerBlock<8, 32, 2, 4>, mil::Dialect::ios18>},
      std::string{mil_text<Conv1x1<4, 2>>},
      "program(1.3)[b = dict<string, list<tensor<int32, [?]>, 2>>({{\"k\", ([1], [])}})] { func f<ios17>(state<tensor<fp16, [1, 2]>> s, "
      "tensor<fp16, [?, 2]> x)[a = tuple<int32, string>((1, \"\\\"\"))] { write_state(input = s, data = x); tensor<fp16, [1, 2]> a, "
      "tensor<fp16, [1, 2]> b = split(axis = int32(1), num_splits = int32(2), x = x)[name = string(\"n\")]; } -> (a, b); func g() { "
      "tensor<fp16, [4]> w = constexpr_affine_dequantize()[axis = int32(0), quantized_data = tensor<int8, [4]>([1, -2, 3, 4]), scale = "
      "fp16(nan), zero_point = int8(0)]; tensor<string, [2]> t = const()[val = tensor<string, [2]>([\"\", \"x\"])]; fp64 d = const()[val = "
      "fp64(-1.5e-3)]; uint64 u = const()[val = uint64(18446744073709551615)]; } -> (w); }"};
  return texts;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mil::Graph graph;
  try {
    graph = mil::parse(fuzz::text_of(data, size));
  } catch (const mil::ParseError&) {
    return 0;
  }
  mil::check(graph);
  for (const mil::Dialect dialect : {mil::Dialect::ios16, mil::Dialect::ios18}) {
    const std::string printed = mil::print(graph, dialect);
    const mil::Graph read = mil::parse(printed);
    fuzz::require(mil::same_program(graph, read), "what is printed is read back as another program");
    fuzz::require(mil::print(read, dialect) == printed, "what is read back is printed in another way");
  }
  return 0;
}
