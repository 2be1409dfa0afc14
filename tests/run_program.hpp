// SPDX-License-Identifier: MIT
// Runs a program of any inputs and outputs on the host, and compares what it gives with a reference.
#pragma once

#include <doctest/doctest.h>

#include <anechain/devices/host.hpp>
#include <anechain/mil/builder.hpp>
#include <anechain/mil/check.hpp>
#include <anechain/mil/print.hpp>
#include <anechain/support/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "mil/same_program.hpp"
#include "reference_operations.hpp"

namespace run_program {

using namespace anechain;
using reference::Tensor;

/// A number as an element of a dtype holds it.
inline double as_element(mil::DType dtype, double number) {
  if (facts(dtype).floating) return mil::rounded(dtype, number);
  return dtype == mil::boolean ? number != 0 : std::trunc(number);
}

/// A value that goes into a program.
struct Input {
  mil::DType dtype = mil::fp32;
  Tensor tensor{};

  Input(mil::DType of, Tensor given) : dtype(of), tensor(std::move(given)) {
    for (double& number : tensor.data) number = as_element(dtype, number);
  }

  mil::TensorType type() const {
    mil::TensorType type{dtype, {{}, static_cast<int>(tensor.shape.size())}};
    std::ranges::copy(tensor.shape, type.shape.extents);
    return type;
  }
};

/// Random numbers between two bounds; whole ones where the dtype is no floating one.
inline Input random_input(mil::DType dtype, std::vector<std::int64_t> shape, std::uint64_t seed, double least = -2, double most = 2) {
  Random random{seed};
  Tensor tensor{std::move(shape), {}};
  tensor.data.resize(static_cast<std::size_t>(reference::detail::element_count(tensor.shape)));
  for (double& number : tensor.data)
    number = facts(dtype).floating ? random.uniform(least, most) : std::floor(random.uniform(least, most + 1));
  return {dtype, std::move(tensor)};
}

using Inputs = std::vector<Input>;
using Values = std::vector<mil::Value>;

/// Takes values that are named a, b, ... and gives values that will be named r0, r1, ...
using Body = std::function<Values(mil::Body&, const Values&)>;

inline mil::Graph graph_of(const Inputs& inputs, const Body& body) {
  mil::Builder b;
  Values values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values.push_back(b.input(std::string(1, static_cast<char>('a' + i)), inputs[i].type()));
  const Values results = body(b, values);
  constexpr std::string_view names[]{"r0", "r1", "r2"};
  std::vector<mil::Result> outputs;
  for (const mil::Value& result : results) outputs.push_back({names[outputs.size()], result});
  return b.finish(mil::Entries<mil::Result>{outputs.data(), outputs.size()});
}

/// Runs a text with surfaces of its own; evaluations follow each other on one request.
class Session {
 public:
  Session(std::string_view text, std::span<const std::byte> blob)
      : program_(host_.compile(text, blob)),
        in_(surfaces_for(host_, program_.inputs())),
        out_(surfaces_for(host_, program_.outputs())),
        request_(host_.request(program_, pointers_to(in_), pointers_to(out_))) {}

  /// Inputs and results are in the alphabetical order of their names.
  std::vector<Tensor> evaluate(const Inputs& inputs) {
    REQUIRE(inputs.size() == in_.size());
    for (std::size_t i = 0; i < in_.size(); ++i) write(in_[i], std::span<const double>{inputs[i].tensor.data});
    host_.evaluate(request_);
    std::vector<Tensor> results;
    for (host::Surface& surface : out_) {
      const mil::Shape& shape = surface.type().shape;
      results.push_back({{shape.begin(), shape.end()}, read<double>(surface)});
    }
    return results;
  }

 private:
  HostDevice host_;
  host::Program program_;
  std::vector<host::Surface> in_;
  std::vector<host::Surface> out_;
  host::Request request_;
};

/// What a body gives. It goes the whole way: graph, text, reader, checks, host; both dialects must be the same program.
inline std::vector<Tensor> run(const Inputs& inputs, const Body& body, std::span<const std::byte> blob = {}) {
  const mil::Graph graph = graph_of(inputs, body);
  const std::string text = mil::print(graph, mil::Dialect::ios18);
  for (const mil::Dialect dialect : {mil::Dialect::ios16, mil::Dialect::ios18})
    if (mil::needed_opset(graph, graph.functions.front()).opset <= facts(dialect).highest)
      CHECK(mil::same_program(graph, mil::parse_checked(mil::print(graph, dialect))));
  return Session{text, blob}.evaluate(inputs);
}

inline Tensor run_one(const Inputs& inputs, const std::function<mil::Value(mil::Body&, const Values&)>& body) {
  return run(inputs, [&](mil::Body& b, const Values& values) { return Values{body(b, values)}; })[0];
}

/// Largest difference, as a share of the largest number. Infinities and NaNs must be the same.
inline double distance(const Tensor& got, const Tensor& expected) {
  REQUIRE(got.shape == expected.shape);
  double difference = 0;
  double size = 1e-30;
  for (std::size_t i = 0; i < got.data.size(); ++i) {
    const bool both_nan = std::isnan(got.data[i]) && std::isnan(expected.data[i]);
    if (both_nan || got.data[i] == expected.data[i]) continue;
    if (!std::isfinite(got.data[i]) || !std::isfinite(expected.data[i])) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, std::abs(got.data[i] - expected.data[i]));
  }
  for (const double number : expected.data)
    if (std::isfinite(number)) size = std::max(size, std::abs(number));
  return difference / size;
}

/// One rounding to the 11 bits of fp16 is at most half a unit in the last place, and what the host does in single precision
/// before adds less than a tenth of it. In fp32, a few units in the last place for functions and for sums of some dozen
/// numbers. Integers are exact.
inline double tolerance(mil::DType dtype) {
  if (dtype == mil::fp16) return 0x1p-11 * 1.1;
  return dtype == mil::fp32 ? 0x1p-20 : 0;
}

/// The results as elements of a dtype hold them: fp16 overflows to infinity.
inline Tensor rounded(mil::DType dtype, Tensor tensor) {
  for (double& number : tensor.data) number = as_element(dtype, number);
  return tensor;
}

}  // namespace run_program
