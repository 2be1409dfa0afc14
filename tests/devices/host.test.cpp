// SPDX-License-Identifier: MIT
// What the host computes, against references in double precision written from the operations' definitions.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/devices/host/gemm.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "reference.hpp"

using namespace anechain;
using reference::Tensor;

namespace {

Tensor random_tensor(const mil::TensorType& type, std::uint64_t seed) {
  Random random{seed};
  Tensor tensor{{type.shape.begin(), type.shape.end()}, std::vector<double>(static_cast<std::size_t>(type.elements()))};
  for (double& number : tensor.data) {
    number = random.uniform(-1, 1);
    number =
        type.dtype == mil::fp16 ? static_cast<double>(static_cast<mil::half>(number)) : static_cast<double>(static_cast<float>(number));
  }
  return tensor;
}

/// Runs a program of one input on the host; its weights are given in the order of the body.
template <class Body>
Tensor run(const mil::TensorType& input, const Tensor& x, const std::vector<Tensor>& weights, Body body) {
  const flow::Traced chain{"tested", [&](flow::Tracer& f) { return f.run("tested", body, f.input({"x", input})); }};
  WeightBlobs blobs{chain.kernels(), zeros};
  const KernelFacts& facts = chain.kernels()[0];
  for (std::size_t i = 0; i < weights.size(); ++i)
    blobs.set(0, facts.weights[i].name, std::vector<float>(weights[i].data.begin(), weights[i].data.end()));
  HostDevice host;
  CompiledFlow<HostDevice> compiled{host, chain.facts(), blobs};
  auto pass = compiled.bind(run_only);
  pass.input(x.data);
  pass.run();
  const mil::Shape& shape = facts.outputs[0].type.shape;
  return {{shape.begin(), shape.end()}, pass.template output<double>()};
}

/// Largest difference, as a share of the largest number.
double distance(const Tensor& got, const Tensor& expected) {
  REQUIRE(got.shape == expected.shape);
  double difference = 0;
  double size = 1e-30;
  for (std::size_t i = 0; i < got.data.size(); ++i) {
    difference = std::max(difference, std::abs(got.data[i] - expected.data[i]));
    size = std::max(size, std::abs(expected.data[i]));
  }
  return difference / size;
}

// One rounding to 11 bits is at most half a unit in the last place; single-precision sums of a few hundred products add
// less than a tenth of that.
constexpr double half_tolerance = 0x1p-11 * 1.1;
// Sums of up to 300 products, each rounded to 24 bits.
constexpr double single_tolerance = 300 * 0x1p-24;

double tolerance(mil::DType dtype) { return dtype == mil::fp16 ? half_tolerance : single_tolerance; }

struct ConvCase {
  mil::Shape x, weight;
  mil::ConvOptions options;
  bool bias = false;
};

mil::Shape shape(std::initializer_list<std::int64_t> extents) {
  mil::Shape result;
  for (const std::int64_t extent : extents) result.extents[result.rank++] = extent;
  return result;
}

void check_conv(const ConvCase& one, mil::DType dtype) {
  const mil::TensorType x_type{dtype, one.x};
  const mil::TensorType weight_type{dtype, one.weight};
  const mil::TensorType bias_type{dtype, shape({one.weight[0]})};
  const Tensor x = random_tensor(x_type, 1);
  std::vector<Tensor> weights{random_tensor(weight_type, 2)};
  if (one.bias) weights.push_back(random_tensor(bias_type, 3));

  const auto axes = static_cast<std::size_t>(one.x.rank - 2);
  const auto given = [](const mil::PerAxis& values, std::size_t count, std::int64_t neutral) {
    return values.count == 0 ? std::vector<std::int64_t>(count, neutral)
                             : std::vector<std::int64_t>(values.values, values.values + values.count);
  };
  const std::string pad_types[]{"valid", "same", "same_lower", "custom"};
  const Tensor expected =
      reference::conv(x, weights[0], one.bias ? weights[1].data : std::vector<double>{}, given(one.options.strides, axes, 1),
                      given(one.options.dilations, axes, 1), pad_types[static_cast<int>(one.options.padding)],
                      given(one.options.pad, 2 * axes, 0), one.options.groups);
  const Tensor got = run(x_type, x, weights, [&](mil::Body& b, mil::Value value) {
    mil::ConvOptions options = one.options;
    const mil::Value weight = b.weight("W", weight_type);
    if (one.bias) options.bias = b.weight("b", bias_type);
    return b.conv(value, weight, options);
  });
  CHECK(distance(got, expected) <= tolerance(dtype));
}

}  // namespace

TEST_CASE("convolutions of every kind compute their definition") {
  using enum mil::Padding;
  const ConvCase cases[]{
      {shape({1, 64, 1, 32}), shape({64, 64, 1, 1}), {}},
      {shape({1, 7, 1, 20}), shape({11, 7, 1, 1}), {}, true},
      {shape({2, 6, 5, 7}), shape({4, 6, 1, 1}), {}},
      {shape({2, 6, 9, 8}), shape({4, 6, 3, 3}), {}, true},
      {shape({1, 6, 9, 8}), shape({4, 6, 3, 2}), {.strides = {2, 3}}},
      {shape({1, 6, 9, 8}), shape({4, 6, 3, 3}), {.padding = same}},
      {shape({1, 6, 9, 8}), shape({4, 6, 4, 2}), {.strides = {2, 3}, .padding = same}},
      {shape({1, 6, 9, 8}), shape({4, 6, 4, 2}), {.strides = {2, 3}, .padding = same_lower}},
      {shape({1, 6, 9, 8}), shape({4, 6, 3, 3}), {.padding = custom, .pad = {2, 0, 1, 3}}},
      {shape({1, 6, 9, 8}), shape({4, 6, 3, 3}), {.padding = same, .dilations = {2, 3}}},
      {shape({2, 6, 5, 5}), shape({9, 2, 3, 3}), {.padding = same, .groups = 3}, true},
      {shape({1, 8, 6, 6}), shape({8, 1, 3, 3}), {.groups = 8}},
      {shape({1, 6, 5, 5}), shape({4, 6, 1, 1}), {.strides = {2, 2}}},
      {shape({1, 6, 5, 5}), shape({4, 6, 1, 1}), {.padding = custom, .pad = {1, 1, 1, 1}}},
      {shape({2, 5, 17}), shape({3, 5, 4}), {.strides = {2}, .padding = same}, true},
      {shape({1, 4, 5, 6, 7}), shape({3, 4, 2, 3, 2}), {.strides = {1, 2, 2}, .padding = same}},
  };
  for (const mil::DType dtype : {mil::fp16, mil::fp32})
    for (const ConvCase& one : cases) {
      CAPTURE(&one - cases);
      CAPTURE(facts(dtype).name);
      check_conv(one, dtype);
    }
}

TEST_CASE("matrix products transpose and broadcast as defined") {
  struct Case {
    mil::Shape x, y;
    bool transpose_x = false, transpose_y = false;
  };
  const Case cases[]{{shape({5, 7}), shape({7, 3})},
                     {shape({5, 7}), shape({3, 7}), false, true},
                     {shape({7, 5}), shape({7, 3}), true, false},
                     {shape({7, 5}), shape({3, 7}), true, true},
                     {shape({2, 3, 5, 7}), shape({2, 3, 7, 4})},
                     {shape({2, 1, 5, 7}), shape({3, 7, 4})},
                     {shape({5, 7}), shape({4, 2, 7, 3})},
                     {shape({1, 4, 33, 65}), shape({1, 4, 65, 47})},
                     {shape({3, 1, 1}), shape({1, 1, 1})}};
  for (const mil::DType dtype : {mil::fp16, mil::fp32})
    for (const Case& one : cases) {
      CAPTURE(&one - cases);
      const mil::TensorType x_type{dtype, one.x};
      const mil::TensorType y_type{dtype, one.y};
      const Tensor x = random_tensor(x_type, 4);
      const Tensor y = random_tensor(y_type, 5);
      const Tensor got = run(x_type, x, {y}, [&](mil::Body& b, mil::Value value) {
        return b.matmul(value, b.weight("W", y_type), one.transpose_x, one.transpose_y);
      });
      CHECK(distance(got, reference::matmul(x, y, one.transpose_x, one.transpose_y)) <= tolerance(dtype));
    }
}

TEST_CASE("sums and products broadcast as defined, rounded once") {
  const std::pair<mil::Shape, mil::Shape> cases[]{{shape({2, 3, 4, 5}), shape({2, 3, 4, 5})}, {shape({2, 3, 4, 5}), shape({1, 3, 1, 5})},
                                                  {shape({2, 3, 4, 1}), shape({4, 5})},       {shape({2, 3, 4, 5}), shape({})},
                                                  {shape({3, 1}), shape({2, 1, 1, 7})},       {shape({1, 12, 9, 10}), shape({12, 1, 1})}};
  for (const auto& [x_shape, y_shape] : cases) {
    const mil::TensorType x_type{mil::fp16, x_shape};
    const mil::TensorType y_type{mil::fp16, y_shape};
    const Tensor x = random_tensor(x_type, 6);
    const Tensor y = random_tensor(y_type, 7);
    const Tensor sum = run(x_type, x, {y}, [&](mil::Body& b, mil::Value value) { return b.add(value, b.weight("W", y_type)); });
    CHECK(distance(sum, reference::add(x, y)) <= 0x1p-11);
    const Tensor product = run(x_type, x, {y}, [&](mil::Body& b, mil::Value value) { return b.mul(b.weight("W", y_type), value); });
    CHECK(distance(product, reference::mul(x, y)) <= 0x1p-11);
  }
}

TEST_CASE("what only moves or cuts is exact") {
  const mil::TensorType type = mil::tensor(mil::fp16, 2, 3, 4, 5);
  const Tensor x = random_tensor(type, 8);
  const auto exact = [&](auto body, const Tensor& expected) { CHECK(distance(run(type, x, {}, body), expected) == 0); };
  exact([](mil::Body& b, mil::Value value) { return b.relu(value); }, reference::relu(x));
  exact([](mil::Body& b, mil::Value value) { return b.reshape(value, {6, 20}); }, reference::reshape(x, {6, 20}));
  exact([](mil::Body& b, mil::Value value) { return b.reshape(value, {1, 2, 3, 4, 5, 1}); }, reference::reshape(x, {1, 2, 3, 4, 5, 1}));
  for (const auto& permutation : {std::initializer_list<std::int64_t>{0, 1, 2, 3}, {3, 2, 1, 0}, {0, 2, 1, 3}, {1, 0, 3, 2}, {0, -1, 1, 2}})
    exact([&](mil::Body& b, mil::Value value) { return b.transpose(value, permutation); }, reference::transpose(x, permutation));
}

TEST_CASE("casts round, truncate and saturate") {
  const std::vector<double> numbers{0, 1.5, -1.5, 2049, 65504, 70000, -1e10, 1e10, 0.1, -0.9};
  const mil::TensorType type = mil::tensor(mil::fp32, 10);
  const Tensor x{{10}, numbers};
  const Tensor halves = run(type, x, {}, [](mil::Body& b, mil::Value value) { return b.cast(value, mil::fp16); });
  for (std::size_t i = 0; i < numbers.size(); ++i)
    CHECK(halves.data[i] == static_cast<double>(static_cast<mil::half>(static_cast<float>(numbers[i]))));
  const Tensor integers = run(type, x, {}, [](mil::Body& b, mil::Value value) { return b.cast(value, mil::int32); });
  CHECK(integers.data == std::vector<double>{0, 1, -1, 2049, 65504, 70000, -2147483648.0, 2147483647.0, 0, 0});
  const Tensor doubled = run(type, x, {}, [](mil::Body& b, mil::Value value) {
    const auto whole = b.cast(value, mil::int32);
    return b.cast(b.add(b.mul(whole, b.scalar(mil::int32, 2)), b.scalar(mil::int32, -1)), mil::fp32);
  });
  CHECK(doubled.data[3] == 4097);
}

TEST_CASE("the matrix product computes the definition at awkward extents, with every micro-kernel that this processor can run") {
  for (const host::MicroKernel& kernel : host::micro_kernels())
    for (const auto& [rows, columns, depth] :
         {std::tuple{1, 1, 1}, {1, 70, 3}, {13, 1, 300}, {12, 32, 256}, {25, 65, 257}, {193, 33, 513}, {5, 5, 1000}, {40, 7, 90}})
      for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true})
          for (const bool adds : {false, true}) {
            CAPTURE(std::string{kernel.name});
            CAPTURE(rows * 1000000 + columns * 1000 + depth);
            const Tensor a = random_tensor(transpose_a ? mil::tensor(mil::fp32, depth, rows) : mil::tensor(mil::fp32, rows, depth), 9);
            const Tensor b =
                random_tensor(transpose_b ? mil::tensor(mil::fp32, columns, depth) : mil::tensor(mil::fp32, depth, columns), 10);
            const std::vector<float> left(a.data.begin(), a.data.end());
            const std::vector<float> right(b.data.begin(), b.data.end());
            const host::Product product{{rows, columns, depth}, kernel};
            std::vector<float> packed_left(static_cast<std::size_t>(product.left_floats()));
            std::vector<float> packed_right(static_cast<std::size_t>(product.right_floats()));
            const host::Panels panels = product.pack_left({left.data(), a.shape[1], transpose_a}, packed_left.data());
            const host::Matrix matrix{right.data(), b.shape[1], transpose_b};
            const Tensor expected = reference::matmul(a, b, transpose_a, transpose_b);
            std::vector<float> c(expected.data.size() + 1);
            std::vector<float> rounded(c.size());
            for (const bool packs : {false, true}) {
              const host::Panels of_right =
                  packs ? product.pack_right(matrix, packed_right.data()) : product.right(matrix, packed_right.data());
              std::ranges::fill(c, 2.0f);
              product.run(panels, of_right, c.data(), adds, false);
              double worst = 0;
              for (std::size_t i = 0; i < expected.data.size(); ++i)
                worst = std::max(worst, std::abs(static_cast<double>(c[i]) - expected.data[i] - (adds ? 2 : 0)));
              CHECK(worst <= depth * (adds ? 3 : 1) * 0x1p-23);
              CHECK(c.back() == 2.0f);
              std::ranges::fill(rounded, 2.0f);
              product.run(panels, of_right, rounded.data(), adds, true);
              mil::round_to_half(c.data(), expected.data.size());
              CHECK(rounded == c);
            }
          }
}

TEST_CASE("programs that the host cannot run are refused when they are compiled, with the reason") {
  HostDevice host;
  const std::string text{mil_text<Conv1x1<64, 32>>};
  const WeightBlobs weights{Chain<Conv1x1<64, 32>>::kernels, identity};
  const auto refusal = [&](std::string_view program, std::span<const std::byte> blob) -> std::string {
    try {
      host.compile(program, blob);
    } catch (const CompileError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(refusal(text, weights.blob(0)) == "accepted");
  CHECK(refusal("program", {}) == "MIL text, 1:8: expected '(', found the end of the text");
  CHECK(refusal(text, {}) == "MIL text, 11:42: the program reads weights from '@model_path/weights/weight.bin', but there are none");
  CHECK(refusal(mil_text<Conv1x1<65, 32>>, weights.blob(0)) ==
        "weight blob, byte 72, size: the file holds 4096 elements, the program expects tensor<fp16, [65, 65, 1, 1]>");
  CHECK(refusal(text, weights.blob(0).first(200))
            .starts_with("weight blob, byte 72, size: 8192 bytes from byte 128 on end behind the end of the file"));
}

TEST_CASE("sizes that cannot be counted are refused before memory is asked for") {
  mil::Builder b;
  const auto x = b.input("x", mil::tensor(mil::fp16, 1, 4, 1, 1));
  const auto window = b.input("window", mil::tensor(mil::fp16, 1, 4, 1, 2147483647));
  const std::string text =
      mil::print(b.finish(b.conv(x, window, {.padding = mil::Padding::custom, .pad = {0, 0, 2147483646, 2147483646}})));
  CHECK_THROWS_WITH_AS(HostDevice{}.compile(text, {}),
                       doctest::Contains("a matrix product with an extent of 8589934588 is too large for the host"), CompileError);
  const auto vast = [](flow::Tracer& f) {
    const auto product = [](mil::Body& builder, mil::Value value) { return project(builder, value, "W", 1 << 21); };
    return f.run("vast", product, f.input({"x", mil::tensor(mil::fp16, 1, 1 << 21, 1, 1 << 20)}));
  };
  CHECK_THROWS_WITH_AS((flow::Traced{"vast", vast}), doctest::Contains("cannot be counted"), mil::TypeError);
}

TEST_CASE("a payload at an odd byte is read as any other") {
  const std::string text{mil_text<Conv1x1<8, 32>>};
  const WeightBlobs weights{Chain<Conv1x1<8, 32>>::kernels, random_weights(4)};
  std::vector<std::byte> moved{weights.blob(0).begin(), weights.blob(0).end()};
  moved.insert(moved.begin() + 128, std::byte{0});
  mil::blob::store(moved, 64 + mil::blob::field::offset, std::uint64_t{129});
  HostDevice host;
  const auto run_with = [&](std::span<const std::byte> blob) {
    const auto program = host.compile(text, blob);
    auto x = host.surface(mil::tensor(mil::fp16, 1, 8, 1, 32));
    auto y = host.surface(mil::tensor(mil::fp16, 1, 8, 1, 32));
    write(x, std::span<const float>{std::vector<float>(256, 1.0f)});
    HostDevice::Surface* inputs[]{&x};
    HostDevice::Surface* outputs[]{&y};
    const auto request = host.request(program, inputs, outputs);
    host.evaluate(request);
    return read(y);
  };
  CHECK(run_with(moved) == run_with(weights.blob(0)));
}

TEST_CASE("requests check their surfaces") {
  HostDevice host;
  const auto program = host.compile(mil_text<Relu<64, 32>>, {});
  auto right = host.surface(mil::tensor(mil::fp16, 1, 64, 1, 32));
  auto wrong = host.surface(mil::tensor(mil::fp16, 1, 64, 1, 33));
  HostDevice::Surface* rights[]{&right};
  HostDevice::Surface* wrongs[]{&wrong};
  CHECK_THROWS_WITH_AS(host.request(program, wrongs, rights),
                       "the surface for the input 'x' is tensor<fp16, [1, 64, 1, 33]>, the program has tensor<fp16, [1, 64, 1, 32]>",
                       DeviceError);
  CHECK_THROWS_WITH_AS(host.request(program, {}, rights), "0 surfaces for the 1 inputs of the program", DeviceError);
}

TEST_CASE("a surface that no machine has the memory for is refused, not attempted") {
  HostDevice host;
  CHECK_THROWS_AS(host.surface(mil::tensor(mil::fp16, 1, 1 << 20, 1, 1 << 20)), DeviceError);
}

TEST_CASE("a request outlives the program and the surfaces that it was made of") {
  HostDevice host;
  auto input = std::make_unique<HostDevice::Surface>(mil::tensor(mil::fp16, 1, 4, 1, 32));
  auto output = std::make_unique<HostDevice::Surface>(mil::tensor(mil::fp16, 1, 4, 1, 32));
  auto request = [&] {
    const auto program = host.compile(mil_text<Relu<4, 32>>, {});
    HostDevice::Surface* inputs[]{input.get()};
    HostDevice::Surface* outputs[]{output.get()};
    return host.request(program, inputs, outputs);
  }();
  write(*input, std::span<const float>{std::vector<float>(128, 3.0f)});
  input.reset();
  host.evaluate(request);
  CHECK(read(*output) == std::vector<float>(128, 3.0f));
}

TEST_CASE("scratch memory is given back after the last use, and never while it is needed") {
  host::ScratchLayout layout;
  const auto a = layout.take(100);
  const auto b = layout.take(1);
  const auto c = layout.take(200);
  CHECK(layout.size() == 112 + 16 + 208);
  layout.give_back(b);
  layout.give_back(a);
  layout.give_back(a);           // again: nothing happens
  CHECK(layout.take(128) == a);  // the two gaps have become one
  layout.give_back(c);
  CHECK(layout.take(16) == 128);
  CHECK(layout.take(300) == 144 + 192);  // the gap of 192 behind it is too small
}

TEST_CASE("values that live long survive the reuse of memory around them") {
  const mil::TensorType type = mil::tensor(mil::fp32, 1, 8, 5, 5);
  const Tensor x = random_tensor(type, 12);
  const Tensor weight = random_tensor(mil::tensor(mil::fp32, 8, 8, 3, 3), 13);
  const Tensor got = run(type, x, {weight}, [](mil::Body& b, mil::Value value) {
    const auto w = b.weight("W", mil::tensor(mil::fp32, 8, 8, 3, 3));
    const auto early = b.relu(value);
    auto h = value;
    for (int i = 0; i < 4; ++i) h = b.add(b.conv(h, w, {.padding = mil::Padding::same}), early);
    return b.add(b.mul(h, early), value);
  });
  const Tensor early = reference::relu(x);
  Tensor h = x;
  for (int i = 0; i < 4; ++i) h = reference::add(reference::conv(h, weight, {}, {1, 1}, {1, 1}, "same", {}, 1), early);
  CHECK(distance(got, reference::add(reference::mul(h, early), x)) <= 5 * single_tolerance);
}

TEST_CASE("two threads give the same numbers as one, also where two passes want the second thread at once") {
  HostDevice one;
  HostDevice two{2};
  for (const mil::TensorType& input :
       {mil::tensor(mil::fp16, 1, 256, 1, 128), mil::tensor(mil::fp16, 1, 250, 1, 270), mil::tensor(mil::fp16, 1, 64, 1, 2050)}) {
    const std::int64_t channels = input.shape[1];
    CAPTURE(channels);
    const auto convolution = [channels](mil::Body& b, mil::Value x) { return project(b, x, "W", channels); };
    const flow::Traced chain{"", [&](flow::Tracer& f) {
                               flow::Value x = f.input({"x", input});
                               for (int k = 0; k < 3; ++k) x = f.run("conv", convolution, x);
                               return x;
                             }};
    WeightBlobs blobs{chain.kernels(), random_weights(3)};
    const Tensor x = random_tensor(chain.kernels()[0].inputs[0].type, 5);
    const auto result_of = [&](HostDevice& device, const auto& strategy) {
      CompiledFlow<HostDevice> compiled{device, chain.facts(), blobs};
      auto pass = compiled.bind(strategy);
      pass.input(x.data);
      for (int i = 0; i < 4; ++i) pass.run();
      return pass.template output<float>();
    };
    const std::vector<float> expected = result_of(one, zero_copy);
    CHECK(result_of(two, zero_copy) == expected);
    CHECK(result_of(two, overlapped<2>) == expected);
  }
  CHECK(two.name().find("two threads") != std::string::npos);
  CHECK_THROWS_WITH_AS(HostDevice{3}, "the host device runs on 1 or 2 threads, not 3", DeviceError);
}
