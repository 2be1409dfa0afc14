// SPDX-License-Identifier: MIT
// A program in MIL from elsewhere, with its weight file, run on the host through the device's own interface: compile, surfaces, request,
// evaluate. `mil run` does the same for files.
#include <anechain/anechain.hpp>
#include <anechain/mil/blob_file.hpp>

#include <iostream>
#include <span>
#include <string_view>
#include <vector>

using namespace anechain;

// As a converter prints it, but for the attributes that say who printed it.
constexpr std::string_view program = R"(program(1.3)
{
    func main<ios18>(tensor<fp16, [1, 4, 1, 8]> x) {
        tensor<fp16, [4, 4, 1, 1]> W = const()[name = string("W"), val = tensor<fp16, [4, 4, 1, 1]>(BLOBFILE(path = string("@model_path/weights/weight.bin"), offset = uint64(64)))];
        string pt = const()[name = string("pt"), val = string("valid")];
        tensor<int32, [2]> st = const()[name = string("st"), val = tensor<int32, [2]>([1, 1])];
        tensor<int32, [4]> pd = const()[name = string("pd"), val = tensor<int32, [4]>([0, 0, 0, 0])];
        tensor<int32, [2]> dl = const()[name = string("dl"), val = tensor<int32, [2]>([1, 1])];
        int32 gr = const()[name = string("gr"), val = int32(1)];
        tensor<fp16, [1, 4, 1, 8]> h = conv(dilations = dl, groups = gr, pad = pd, pad_type = pt, strides = st, weight = W, x = x)[name = string("h")];
        tensor<fp16, [1, 4, 1, 8]> y = relu(x = h)[name = string("y")];
    } -> (y);
}
)";

int main() {
  // Its weights: the identity, but for the first channel, which is taken from all four.
  mil::BlobWriter weights;
  std::vector<mil::half> matrix(16);
  for (std::size_t i = 0; i < 4; ++i) matrix[i * 4 + i] = matrix[i] = 1;
  weights.append(mil::fp16, matrix.size(), std::as_bytes(std::span{matrix}));

  const HostDevice host;
  const host::Program compiled = host.compile(program, weights.bytes());
  std::vector<host::Surface> inputs = surfaces_for(host, compiled.inputs());
  std::vector<host::Surface> outputs = surfaces_for(host, compiled.outputs());
  const host::Request request = host.request(compiled, pointers_to(inputs), pointers_to(outputs));

  std::vector<float> x(4 * 8);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 8) - 3;
  write(inputs[0], std::span<const float>{x});
  host.evaluate(request);
  const std::vector<float> y = read(outputs[0]);

  std::cout << "the first channel, the sum of all four, what is negative left out:";
  for (std::size_t i = 0; i < 8; ++i) std::cout << ' ' << y[i];
  std::cout << "\nthe second as it was, likewise:";
  for (std::size_t i = 8; i < 16; ++i) std::cout << ' ' << y[i];
  std::cout << '\n';
}
