// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/mil/builder.hpp>
#include <anechain/mil/check.hpp>
#include <anechain/mil/cost.hpp>
#include <anechain/mil/print.hpp>

using namespace anechain;

namespace {

/// The type that an operation on a [1, 12, 9, 10] input infers.
template <class Body>
constexpr mil::TensorType type_of(Body body, mil::TensorType input = mil::tensor(mil::fp16, 1, 12, 9, 10)) {
  mil::Builder b;
  return body(b, b.input("x", input)).type;
}

std::int64_t flops_of(const mil::Graph& graph) { return mil::flops(graph, graph.functions.front()); }

}  // namespace

TEST_CASE("the type of a convolution follows kernel, strides, dilations, padding and groups") {
  const auto conv = [](mil::TensorType weight, mil::ConvOptions options = {}) {
    return type_of([&](mil::Body& b, mil::Value x) { return b.conv(x, b.weight("W", weight), options); });
  };
  CHECK(conv(mil::tensor(mil::fp16, 5, 12, 1, 1)) == mil::tensor(mil::fp16, 1, 5, 9, 10));
  CHECK(conv(mil::tensor(mil::fp16, 5, 12, 3, 3)) == mil::tensor(mil::fp16, 1, 5, 7, 8));
  CHECK(conv(mil::tensor(mil::fp16, 5, 12, 3, 3), {.padding = mil::Padding::same}) == mil::tensor(mil::fp16, 1, 5, 9, 10));
  CHECK(conv(mil::tensor(mil::fp16, 5, 12, 3, 3), {.strides = {2, 3}, .padding = mil::Padding::same}) ==
        mil::tensor(mil::fp16, 1, 5, 5, 4));
  CHECK(conv(mil::tensor(mil::fp16, 5, 12, 3, 3), {.dilations = {2, 4}}) == mil::tensor(mil::fp16, 1, 5, 5, 2));
  CHECK(conv(mil::tensor(mil::fp16, 5, 12, 3, 3), {.padding = mil::Padding::custom, .pad = {1, 2, 3, 4}}) ==
        mil::tensor(mil::fp16, 1, 5, 10, 15));
  CHECK(conv(mil::tensor(mil::fp16, 6, 4, 1, 1), {.groups = 3}) == mil::tensor(mil::fp16, 1, 6, 9, 10));
}

TEST_CASE("the types of the other operations") {
  using mil::tensor, mil::fp16;
  CHECK(type_of([](mil::Body& b, mil::Value x) { return b.reshape(x, {1, 108, 10}); }) == tensor(fp16, 1, 108, 10));
  CHECK(type_of([](mil::Body& b, mil::Value x) { return b.transpose(x, {0, 3, -2, 1}); }) == tensor(fp16, 1, 10, 9, 12));
  CHECK(type_of([](mil::Body& b, mil::Value x) { return b.matmul(x, x, false, true); }) == tensor(fp16, 1, 12, 9, 9));
  CHECK(type_of([](mil::Body& b, mil::Value x) { return b.matmul(x, x, true, false); }) == tensor(fp16, 1, 12, 10, 10));
  CHECK(type_of([](mil::Body& b, mil::Value x) { return b.matmul(x, b.weight("W", tensor(fp16, 7, 1, 10, 3))); }) ==
        tensor(fp16, 7, 12, 9, 3));
  CHECK(type_of([](mil::Body& b, mil::Value x) { return b.add(x, b.weight("b", tensor(fp16, 12, 1, 1))); }) == tensor(fp16, 1, 12, 9, 10));
  CHECK(type_of([](mil::Body& b, mil::Value x) { return b.mul(x, b.scalar(fp16, 0.5)); }) == tensor(fp16, 1, 12, 9, 10));
  CHECK(type_of([](mil::Body& b, mil::Value x) { return b.cast(x, mil::fp32); }) == tensor(mil::fp32, 1, 12, 9, 10));
}

TEST_CASE("operands that do not fit throw at run time, with the operation and the numbers") {
  const auto message = [](auto body, mil::TensorType input = mil::tensor(mil::fp16, 1, 12, 9, 10)) -> std::string {
    try {
      type_of(body, input);
    } catch (const mil::TypeError& error) {
      return error.what();
    }
    return "accepted";
  };
  using mil::tensor, mil::fp16;
  using Builder = mil::Builder&;
  using Value = mil::Value;
  CHECK(message([](Builder b, Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 8, 1, 1))); }) ==
        "conv: the input has 12 channels, the weight takes 8");
  CHECK(message([](Builder b, Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 1))); }) ==
        "conv: the weight has rank 3, the input 4");
  CHECK(message([](Builder b, Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 11, 1))); }) ==
        "conv: the kernel reaches over 11 elements, the padded input has 9");
  CHECK(message([](Builder b, Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 1, 1)), {.groups = 5}); }) ==
        "conv: the input's 12 channels are not a multiple of 5 groups");
  CHECK(message([](Builder b, Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 1, 1)), {.groups = 0}); }) ==
        "conv: there must be at least 1 group, not 0");
  CHECK(message([](Builder b, Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 1, 1)), {.strides = {1, 0}}); }) ==
        "conv: a stride must be at least 1, not 0");
  CHECK(message([](Builder b, Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 1, 1)), {.strides = {1}}); }) ==
        "conv: operand 'strides' has 1 elements where 2 are needed");
  CHECK(message([](Builder b, Value x) {
          return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 1, 1)), {.bias = b.weight("b", tensor(fp16, 4))});
        }) == "conv: the bias has 4 elements, the weight 5 output channels");
  CHECK(message([](Builder b, Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 3, 3)), {.pad = {1, 1, 1, 1}}); }) ==
        "conv: pad is given, 1, but takes effect only with Padding::custom");
  CHECK(message([](Builder b, Value x) {
          const auto flags = b.cast(x, mil::boolean);
          return b.matmul(flags, flags, false, true);
        }) == "matmul: x and y must be fp16, fp32 or int32");
  CHECK(message([](Builder b, Value x) { return b.conv(b.cast(x, mil::int32), b.weight("W", tensor(mil::int32, 5, 12, 1, 1))); }) ==
        "conv: the input must be of a floating dtype");
  CHECK(message([](Builder b, Value) { return b.scalar(fp16, 1e6); }) == "scalar: the number is too large for its dtype");
  CHECK(message([](Builder b, Value) { return b.scalar(mil::int32, 0.5); }) == "scalar: the number is no 32-bit integer");
  CHECK(message([](Builder b, Value) { return b.scalar(mil::int32, 1e10); }) == "scalar: the number is no 32-bit integer");
  CHECK(message([](Builder b, Value x) { return b.weight("inf", x.type); }) == "weight: the name is a word of the language");
  CHECK(message([](Builder b, Value x) {
          return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 1, 2147483647)),
                        {.padding = mil::Padding::custom, .pad = {0, 0, 2147483647, 0}});
        }) == "accepted");
  CHECK(message([](Builder b, Value x) { return b.matmul(x, x); }) == "matmul: the inner extents differ: 10 in x, 9 in y");
  CHECK(message([](Builder b, Value x) { return b.add(x, b.weight("b", tensor(fp16, 7))); }) == "add: extents 10 and 7 do not broadcast");
  CHECK(message([](Builder b, Value x) { return b.add(x, b.cast(x, mil::fp32)); }) == "add: x and y must be of one dtype");
  CHECK(message([](Builder b, Value x) { return b.reshape(x, {7, 10}); }) ==
        "reshape: an extent of 7 does not divide the 1080 elements left");
  CHECK(message([](Builder b, Value x) { return b.transpose(x, {0, 1, 1, 2}); }) == "transpose: perm names axis 1 twice");
  CHECK(message([](Builder b, Value x) { return b.transpose(x, {0, 1, 2, 4}); }) == "transpose: perm names axis 4 of a tensor of rank 4");
  CHECK(message([](Builder b, Value x) { return b.weight("x", x.type); }) == "weight: the name is that of an input of the program");
  CHECK(message([](Builder b, Value x) { return b.weight("a b", x.type); }) == "weight: a name is made of letters, digits and underscores");
  CHECK(message([](Builder b, Value x) { return b.weight("k3_W", x.type); }) ==
        "weight: names like k0_W are those of the weights of fused kernels");
  CHECK(message([](Builder b, Value x) { return b.finish(x).functions.empty() ? x : x; }) ==
        "body: it must return the result of an operation, not its input or a weight");
  const auto finished = [&](std::initializer_list<std::string_view> names, bool one_value = false) {
    return message([&](Builder b, Value x) {
      std::vector<mil::Result> results;
      const Value first = b.relu(x);
      for (const std::string_view name : names) results.push_back({name, one_value ? first : b.relu(x)});
      b.weight("W", x.type);
      return b.finish(mil::Entries<mil::Result>{results.data(), results.size()}).functions.empty() ? x : x;
    });
  };
  CHECK(finished({"y", "z"}) == "accepted");
  CHECK(finished({"y", "y"}) == "body: two inputs or results have one name");
  CHECK(finished({"x"}) == "body: two inputs or results have one name");
  CHECK(finished({"W"}) == "weight: the name is that of a result of the program");
  CHECK(finished({"true"}) == "body: the name is a word of the language");
  CHECK(finished({"y", "z"}, true) == "body: it returns one value as two results: give each a value of its own, b.identity(x) for example");
}

TEST_CASE("equal constants are made once, different ones get names of their own") {
  mil::Builder b;
  const auto x = b.input("x", mil::tensor(mil::fp16, 1, 4, 9, 9));
  const auto first = b.conv(x, b.weight("A", mil::tensor(mil::fp16, 4, 4, 1, 1)));
  const auto second = b.conv(first, b.weight("B", mil::tensor(mil::fp16, 4, 4, 1, 1)));
  const mil::Graph graph = b.finish(b.conv(second, b.weight("C", mil::tensor(mil::fp16, 4, 4, 3, 3)), {.strides = {2, 2}}));
  std::vector<std::string> names;
  for (const mil::Operation& operation : graph.operations) names.emplace_back(graph.text(operation.name));
  CHECK(names == std::vector<std::string>{"pt", "st", "pd", "dl", "gr", "st_1", "A", "conv", "B", "conv_1", "C", "conv_2"});
}

TEST_CASE("floating-point operations are counted from the definition") {
  const auto count = [](auto body) {
    mil::Builder b;
    const auto x = b.input("x", mil::tensor(mil::fp16, 1, 12, 9, 10));
    return flops_of(b.finish(body(b, x)));
  };
  using mil::tensor, mil::fp16;
  // Multiply-adds count two; so many products a result, so many results.
  CHECK(count([](mil::Body& b, mil::Value x) { return b.conv(x, b.weight("W", tensor(fp16, 5, 12, 3, 3))); }) ==
        2 * (12 * 3 * 3) * (5 * 7 * 8));
  CHECK(count([](mil::Body& b, mil::Value x) {
          return b.conv(x, b.weight("W", tensor(fp16, 6, 4, 1, 1)), {.bias = b.weight("b", tensor(fp16, 6)), .groups = 3});
        }) == (2 * 4 + 1) * (6 * 9 * 10));
  CHECK(count([](mil::Body& b, mil::Value x) { return b.matmul(x, x, true, false); }) == 2 * 9 * (12 * 10 * 10));
  CHECK(count([](mil::Body& b, mil::Value x) { return b.relu(b.add(x, x)); }) == 2 * 12 * 9 * 10);
  CHECK(count([](mil::Body& b, mil::Value x) { return b.transpose(x, {0, 2, 1, 3}); }) == 0);
}

TEST_CASE("inputs and results keep their names, whatever the values between them are called") {
  mil::Builder b;
  const mil::Value c = b.input("c", mil::tensor(mil::fp16, 1, 4, 1, 32));
  const mil::Value relu_1 = b.input("relu_1", c.type);
  const mil::Value first = b.relu(b.add(c, b.scalar(mil::fp16, 2)));        // the constant would be "c"
  const mil::Value second = b.relu(b.mul(relu_1, b.scalar(mil::fp16, 3)));  // this would be "relu_1"
  const mil::Graph graph = b.finish({{"mul", first}, {"y", b.relu(b.sub(second, first))}});
  const mil::Graph read = mil::parse_checked(mil::print(graph));  // no name stands for two values
  const auto names_of = [&](mil::Entries<std::int32_t> values) {
    std::vector<std::string> names;
    for (const std::int32_t value : values) names.emplace_back(read.text(read[value].name));
    return names;
  };
  CHECK(names_of(read.inputs_of(read.functions.front())) == std::vector<std::string>{"c", "relu_1"});
  CHECK(names_of(read.outputs_of(read.functions.front())) == std::vector<std::string>{"mul", "y"});
}
