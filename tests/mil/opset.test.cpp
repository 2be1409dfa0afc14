// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/kernels/conv.hpp>
#include <anechain/mil/builder.hpp>
#include <anechain/mil/check.hpp>
#include <anechain/mil/print.hpp>
#include <anechain/mil/respell.hpp>

#include <string>
#include <vector>

#include "mil/fault_of.hpp"
#include "mil/shared_text.hpp"
#include "run_program.hpp"

using namespace anechain;

namespace {

template <class Body>
mil::Graph graph_of(Body body) {
  mil::Builder b;
  const mil::Value x = b.input("x", mil::tensor(mil::fp16, 1, 4, 8, 8));
  return b.finish(body(b, x));
}

/// The opset that a program of one body declares in a dialect.
template <class Body>
std::string declared(mil::Dialect dialect, Body body) {
  const mil::Graph graph = graph_of(body);
  return std::string{mil::declared_opset(graph, graph.functions.front(), dialect)};
}

constexpr auto relu = [](mil::Body& b, mil::Value x) { return b.relu(x); };
constexpr auto gather = [](mil::Body& b, mil::Value x) { return b.gather(x, b.constant(mil::tensor(mil::int32, 2), {0, 1}), 1); };
constexpr auto attention = [](mil::Body& b, mil::Value x) { return b.scaled_dot_product_attention(x, x, x); };

std::string case_of(const std::string& name) { return shared_text("cases/" + name); }

/// What is found in a program, each finding with its line.
std::vector<std::string> findings(const std::string& text) {
  std::vector<std::string> all;
  for (const mil::Finding& finding : mil::check(mil::parse(text))) all.push_back(std::to_string(finding.at.line) + ": " + finding.message);
  return all;
}

std::string function(const std::string& opset, const std::string& inputs, const std::string& statements) {
  return "program(1.0)\n{\n    func main<" + opset + ">(" + inputs + ") {\n" + statements + "    } -> (y);\n}\n";
}

}  // namespace

TEST_CASE("a program declares the lowest opset of its dialect that has all of its operations") {
  CHECK(declared(mil::Dialect::ios16, relu) == "ios16");
  CHECK(declared(mil::Dialect::ios18, relu) == "ios18");
  CHECK(declared(mil::Dialect::ios16, gather) == "ios17");  // validate_indices came with it
  CHECK(declared(mil::Dialect::ios18, attention) == "ios18");
  CHECK_THROWS_AS(declared(mil::Dialect::ios16, attention), mil::TypeError);
}

TEST_CASE("what is newer than the declared opset is found, where it stands") {
  const auto relu_of = [](const char* type) {
    return "        " + std::string{type} + " y = relu(x = x)[name = tensor<string, []>(\"y\")];\n";
  };
  CHECK(findings(function("ios16", "tensor<fp16, [4]> x", relu_of("tensor<fp16, [4]>"))).empty());
  CHECK(findings(function("ios15", "tensor<fp16, [4]> x", relu_of("tensor<fp16, [4]>"))).front().starts_with("3: "));
  CHECK(findings(function("ios15", "tensor<fp32, [4]> x", relu_of("tensor<fp32, [4]>"))).empty());
  CHECK(findings(function("ios99", "tensor<fp16, [4]> x", relu_of("tensor<fp16, [4]>"))).empty());  // of which nothing is known
  const std::string to_int8 =
      "        tensor<int8, [4]> y = cast(dtype = tensor<string, []>(\"int8\"), x = x)[name = tensor<string, []>(\"y\")];\n";
  CHECK(findings(function("ios16", "tensor<fp16, [4]> x", to_int8)).front().starts_with("4: "));
  CHECK(findings(function("ios17", "tensor<fp16, [4]> x", to_int8)).empty());
}

TEST_CASE("operations, dtypes and states that came later than a real program's opset are found") {
  for (const char* const name : {"B01-opset/fp16_io_ios15.mil", "B01-opset/new_op_in_ios15.mil", "B01-opset/state_ios17.mil"}) {
    CAPTURE(name);
    if (const std::string text = case_of(name); !text.empty()) CHECK(fault_of(text) != "accepted");
  }
}

TEST_CASE("forms of an operation that some opsets have are accepted there and refused before") {
  for (const char* const name : {"A-opset-forms/const_result.mil", "A-opset-forms/crop_resize_roi.mil",
                                 "A-opset-forms/matmul_mixed_ios17.mil", "A-opset-forms/reshape_zero_ios17.mil"}) {
    CAPTURE(name);
    const std::string text = case_of(name);
    if (text.empty()) continue;
    CHECK(fault_of(text) == "accepted");
    if (text.find("ios17") == std::string::npos) continue;
    std::string older = text;
    older.replace(older.find("ios17"), 5, "ios16");
    CHECK(fault_of(older) != "accepted");
  }
}

TEST_CASE("products of two dtypes, zeros that count from the right, and constant results compute what they say") {
  using run_program::Inputs, run_program::Session, reference::Tensor;
  const auto run = [](const char* name, const Tensor& x, mil::DType dtype) {
    const std::string text = case_of(name);
    return text.empty() ? std::vector<Tensor>{} : Session{text, {}}.evaluate(Inputs{{dtype, x}});
  };
  if (const auto y = run("A-opset-forms/matmul_mixed_ios17.mil", {{1, 2}, {2, 10}}, mil::fp32); !y.empty())
    CHECK(y[0].data == std::vector<double>{42, 54, 66});
  Tensor hundred{{2, 50}, std::vector<double>(100)};
  for (std::size_t i = 0; i < 100; ++i) hundred.data[i] = static_cast<double>(i);
  if (const auto y = run("A-opset-forms/reshape_zero_ios17.mil", hundred, mil::fp32); !y.empty()) {
    CHECK(y[0].shape == std::vector<std::int64_t>{1, 1, 2, 50});
    CHECK(y[0].data == hundred.data);
  }
  if (const auto y = run("A-opset-forms/const_result.mil", {{2, 3}, {1, 2, 3, 4, 5, 6}}, mil::int32); !y.empty())
    CHECK(y[0].data == std::vector<double>{2, 3});
}

TEST_CASE("a kernel's text in the other dialect is the one that the compiler prints") {
  using Kernel = Conv1x1<16, 32>;
  CHECK(mil::respelled(mil_text<Kernel>, mil::Dialect::ios18) == mil_text<Kernel, mil::Dialect::ios18>);
  CHECK(mil::respelled(mil_text<Kernel, mil::Dialect::ios18>, mil::Dialect::ios16) == mil_text<Kernel>);
  const std::string newer = mil::print(graph_of(attention), mil::Dialect::ios18);
  CHECK(mil::respelled(newer, mil::Dialect::ios18) == newer);
  CHECK_THROWS_AS(mil::respelled(newer, mil::Dialect::ios16), mil::TypeError);
}
