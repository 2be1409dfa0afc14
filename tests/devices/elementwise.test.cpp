// SPDX-License-Identifier: MIT
// What the host computes element by element, against the definitions in double precision.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "run_program.hpp"

using namespace run_program;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Unary {
  const char* name;
  mil::Value (mil::Body::*operation)(mil::Value);
  double (*reference)(double);
  double least = -4, most = 4;
};

const std::vector<Unary> unary_operations{
    {"abs", &mil::Body::abs, [](double x) { return std::abs(x); }},
    {"acos", &mil::Body::acos, [](double x) { return std::acos(x); }, -1, 1},
    {"asin", &mil::Body::asin, [](double x) { return std::asin(x); }, -1, 1},
    {"atan", &mil::Body::atan, [](double x) { return std::atan(x); }},
    {"atanh", &mil::Body::atanh, [](double x) { return std::atanh(x); }, -0.9, 0.9},
    {"ceil", &mil::Body::ceil, [](double x) { return std::ceil(x); }},
    {"cos", &mil::Body::cos, [](double x) { return std::cos(x); }},
    {"cosh", &mil::Body::cosh, [](double x) { return std::cosh(x); }},
    {"erf", &mil::Body::erf, [](double x) { return std::erf(x); }},
    {"exp", &mil::Body::exp, [](double x) { return std::exp(x); }},
    {"exp2", &mil::Body::exp2, [](double x) { return std::exp2(x); }},
    {"floor", &mil::Body::floor, [](double x) { return std::floor(x); }},
    {"identity", &mil::Body::identity, [](double x) { return x; }},
    {"relu", &mil::Body::relu, [](double x) { return x < 0 ? 0 : x; }},
    {"relu6", &mil::Body::relu6, reference::relu6, -3, 9},
    {"round", &mil::Body::round, reference::round_half_even},
    {"sigmoid", &mil::Body::sigmoid, reference::sigmoid, -9, 9},
    {"sign", &mil::Body::sign, [](double x) { return x > 0   ? 1.0
                                                     : x < 0 ? -1.0
                                                             : x; }},
    {"silu", &mil::Body::silu, reference::silu, -9, 9},
    {"sin", &mil::Body::sin, [](double x) { return std::sin(x); }},
    {"sinh", &mil::Body::sinh, [](double x) { return std::sinh(x); }},
    {"softplus", &mil::Body::softplus, reference::softplus, -20, 20},
    {"softsign", &mil::Body::softsign, reference::softsign},
    {"sqrt", &mil::Body::sqrt, [](double x) { return std::sqrt(x); }, 0, 9},
    {"square", &mil::Body::square, [](double x) { return x * x; }},
    {"tan", &mil::Body::tan, [](double x) { return std::tan(x); }, -1.5, 1.5},
    {"tanh", &mil::Body::tanh, [](double x) { return std::tanh(x); }},
};

/// Numbers at the ends of what a dtype holds, and what is none.
Input edges(mil::DType dtype) {
  const double largest = dtype == mil::fp16 ? 65504 : 0x1.fffffep127;
  const double smallest = dtype == mil::fp16 ? 0x1p-24 : 0x1p-149;
  const std::vector<double> numbers{0.0, -0.0,     1,         -1,      0.5,      -0.5,     1.5,       2.5,         -2.5,
                                    6,   smallest, -smallest, largest, -largest, infinity, -infinity, not_a_number};
  return {dtype, {{1, static_cast<std::int64_t>(numbers.size())}, numbers}};
}

}  // namespace

TEST_CASE("functions of one number compute their definition, at any number") {
  for (const Unary& one : unary_operations)
    for (const mil::DType dtype : {mil::fp16, mil::fp32}) {
      CAPTURE(one.name);
      CAPTURE(facts(dtype).name);
      const auto body = [&](mil::Body& b, const Values& values) { return (b.*one.operation)(values[0]); };
      const Input x = random_input(dtype, {2, 3, 1, 37}, 7, one.least, one.most);
      CHECK(distance(run_one({x}, body), reference::map(x.tensor, one.reference)) <= tolerance(dtype));

      // Signs of zeros, and where a function jumps or ends. sin and its like lose all digits at the largest fp32 numbers in
      // any library but a double-precision one, so they are left to the range above.
      if (std::string{"sin cos tan"}.find(one.name) != std::string::npos) continue;
      const Input edge = edges(dtype);
      const Tensor got = run_one({edge}, body);
      const Tensor expected = rounded(dtype, reference::map(edge.tensor, one.reference));
      for (std::size_t i = 0; i < got.data.size(); ++i) {
        CAPTURE(edge.tensor.data[i]);
        const bool both_nan = std::isnan(got.data[i]) && std::isnan(expected.data[i]);
        const double unit = tolerance(dtype) * std::abs(expected.data[i]) + (dtype == mil::fp16 ? 0x1p-24 : 0x1p-149);
        CHECK((both_nan || got.data[i] == expected.data[i] || std::abs(got.data[i] - expected.data[i]) <= unit));
      }
    }
}

TEST_CASE("functions with parameters compute their definition") {
  struct Case {
    const char* name;
    std::function<mil::Value(mil::Body&, mil::Value)> body;
    std::function<double(double)> reference;
    double least = -4, most = 4;
  };
  const std::vector<Case> cases{
      {"clip", [](auto& b, auto x) { return b.clip(x, -1.5, 2); }, [](double x) { return std::min(std::max(x, -1.5), 2.0); }},
      {"clamped_relu", [](auto& b, auto x) { return b.clamped_relu(x, 0.5, 1.25); },
       [](double x) { return reference::clamped_relu(x, 0.5, 1.25); }},
      {"clamped_relu, falling", [](auto& b, auto x) { return b.clamped_relu(x, -2, 1.25); },
       [](double x) { return reference::clamped_relu(x, -2, 1.25); }},
      {"linear_activation", [](auto& b, auto x) { return b.linear_activation(x, 3, -0.5); },
       [](double x) { return reference::linear_activation(x, 3, -0.5); }},
      {"scaled_tanh", [](auto& b, auto x) { return b.scaled_tanh(x, 2, 0.75); },
       [](double x) { return reference::scaled_tanh(x, 2, 0.75); }},
      {"sigmoid_hard", [](auto& b, auto x) { return b.sigmoid_hard(x, 0.25, 0.5); },
       [](double x) { return reference::sigmoid_hard(x, 0.25, 0.5); }},
      {"elu", [](auto& b, auto x) { return b.elu(x, 0.5); }, [](double x) { return reference::elu(x, 0.5); }},
      {"leaky_relu", [](auto& b, auto x) { return b.leaky_relu(x, 0.125); }, [](double x) { return reference::leaky_relu(x, 0.125); }},
      {"thresholded_relu", [](auto& b, auto x) { return b.thresholded_relu(x, 1.5); },
       [](double x) { return reference::thresholded_relu(x, 1.5); }},
      {"inverse", [](auto& b, auto x) { return b.inverse(x, 0.5); }, [](double x) { return 1 / (x + 0.5); }, 0, 4},
      {"log", [](auto& b, auto x) { return b.log(x, 0.25); }, [](double x) { return std::log(x + 0.25); }, 0, 4},
      {"rsqrt", [](auto& b, auto x) { return b.rsqrt(x, 0.25); }, [](double x) { return 1 / std::sqrt(x + 0.25); }, 0, 4},
      {"gelu", [](auto& b, auto x) { return b.gelu(x); }, reference::gelu_exact, -6, 6},
      {"gelu, tanh", [](auto& b, auto x) { return b.gelu(x, mil::Gelu::tanh); }, reference::gelu_tanh, -6, 6},
      {"gelu, sigmoid", [](auto& b, auto x) { return b.gelu(x, mil::Gelu::sigmoid); }, reference::gelu_sigmoid, -6, 6},
  };
  for (const Case& one : cases)
    for (const mil::DType dtype : {mil::fp16, mil::fp32}) {
      CAPTURE(one.name);
      const Input x = random_input(dtype, {5, 40}, 3, one.least, one.most);
      const Tensor got = run_one({x}, [&](mil::Body& b, const Values& values) { return one.body(b, values[0]); });
      CHECK(distance(got, reference::map(x.tensor, one.reference)) <= tolerance(dtype));
    }
}

namespace {

struct Binary {
  const char* name;
  mil::Value (mil::Body::*operation)(mil::Value, mil::Value);
  double (*reference)(double, double);
  bool integers = true;
};

const std::vector<Binary> binary_operations{
    {"add", &mil::Body::add, [](double x, double y) { return x + y; }},
    {"sub", &mil::Body::sub, [](double x, double y) { return x - y; }},
    {"mul", &mil::Body::mul, [](double x, double y) { return x * y; }},
    {"real_div", &mil::Body::real_div, [](double x, double y) { return x / y; }, false},
    {"floor_div", &mil::Body::floor_div, [](double x, double y) { return y == 0 ? 0 : reference::floor_div(x, y); }},
    {"mod", &mil::Body::mod, [](double x, double y) { return y == 0 ? x : reference::mod(x, y); }},
    {"maximum", &mil::Body::maximum, [](double x, double y) { return std::max(x, y); }},
    {"minimum", &mil::Body::minimum, [](double x, double y) { return std::min(x, y); }},
    {"equal", &mil::Body::equal, [](double x, double y) { return x == y ? 1.0 : 0.0; }},
    {"not_equal", &mil::Body::not_equal, [](double x, double y) { return x != y ? 1.0 : 0.0; }},
    {"less", &mil::Body::less, [](double x, double y) { return x < y ? 1.0 : 0.0; }},
    {"less_equal", &mil::Body::less_equal, [](double x, double y) { return x <= y ? 1.0 : 0.0; }},
    {"greater", &mil::Body::greater, [](double x, double y) { return x > y ? 1.0 : 0.0; }},
    {"greater_equal", &mil::Body::greater_equal, [](double x, double y) { return x >= y ? 1.0 : 0.0; }},
};

const std::vector<std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>>> broadcasts{
    {{2, 3, 4, 5}, {2, 3, 4, 5}},
    {{2, 3, 4, 5}, {1, 3, 1, 1}},
    {{1, 3, 1, 5}, {2, 1, 4, 1}},
    {{2, 3, 4, 5}, {5}},
    {{4, 1}, {2, 3, 1, 5}},
    {{}, {3, 7}},
    {{3, 7}, {}},
    {{}, {}},
    {{1, 1, 1, 1}, {2, 1, 3, 1}},
};

}  // namespace

TEST_CASE("functions of two numbers compute their definition, broadcasting") {
  for (const Binary& one : binary_operations)
    for (const mil::DType dtype : {mil::fp16, mil::fp32, mil::int32})
      for (const auto& [left, right] : broadcasts) {
        if (dtype == mil::int32 && !one.integers) continue;
        CAPTURE(one.name);
        CAPTURE(facts(dtype).name);
        // Whole and half numbers: sums and quotients fall on the places where floor_div and comparisons change.
        Input x = random_input(mil::int32, left, 5, -9, 9);
        Input y = random_input(mil::int32, right, 6, -3, 3);
        if (dtype != mil::int32) {
          for (double& number : x.tensor.data) number /= 2;
          for (double& number : y.tensor.data) number = number == 0 ? 0.5 : number;
        }
        x.dtype = y.dtype = dtype;
        const Tensor got = run_one({x, y}, [&](mil::Body& b, const Values& values) { return (b.*one.operation)(values[0], values[1]); });
        CHECK(distance(got, reference::zip(x.tensor, y.tensor, one.reference)) <= tolerance(dtype));
      }
}

TEST_CASE("pow computes powers, of negative numbers too where the exponent is whole") {
  for (const mil::DType dtype : {mil::fp16, mil::fp32}) {
    const auto body = [](mil::Body& b, const Values& values) { return b.pow(values[0], values[1]); };
    const auto power = [](double x, double y) { return std::pow(x, y); };
    const Input x = random_input(dtype, {3, 20}, 1, 0.25, 3);
    const Input y = random_input(dtype, {20}, 2, -3, 3);
    CHECK(distance(run_one({x, y}, body), reference::zip(x.tensor, y.tensor, power)) <= tolerance(dtype));
    const Input base{dtype, {{6}, {-2, -2, -2, 0, 0, -0.5}}};
    const Input exponent{dtype, {{6}, {3, -2, 0.5, 0, -1, 2}}};
    CHECK(distance(run_one({base, exponent}, body), reference::zip(base.tensor, exponent.tensor, power)) <= tolerance(dtype));
  }
}

TEST_CASE("integers wrap around, and division by zero has a result") {
  const double least = std::numeric_limits<std::int32_t>::min();
  const double most = std::numeric_limits<std::int32_t>::max();
  const Input x{mil::int32, {{5}, {most, least, least, 7, -7}}};
  const Input y{mil::int32, {{5}, {1, -1, -1, 0, 2}}};
  const auto result = [&](auto operation) {
    return run_one({x, y}, [&](auto& b, const Values& v) { return operation(b, v[0], v[1]); }).data;
  };
  CHECK(result([](auto& b, auto p, auto q) { return b.add(p, q); }) == std::vector<double>{least, most, most, 7, -5});
  CHECK(result([](auto& b, auto p, auto q) { return b.floor_div(p, q); }) == std::vector<double>{most, least, least, 0, -4});
  CHECK(result([](auto& b, auto p, auto q) { return b.mod(p, q); }) == std::vector<double>{0, 0, 0, 7, 1});
}

TEST_CASE("NaN and infinities in functions of two numbers") {
  const Input x{mil::fp32, {{6}, {not_a_number, 1, infinity, infinity, -infinity, 0}}};
  const Input y{mil::fp32, {{6}, {1, not_a_number, infinity, -infinity, 3, -0.0}}};
  const auto check = [&](auto operation, const std::vector<double>& expected) {
    const Tensor got = run_one({x, y}, [&](auto& b, const Values& v) { return operation(b, v[0], v[1]); });
    CHECK(distance(got, {{6}, expected}) == 0);
  };
  check([](auto& b, auto p, auto q) { return b.add(p, q); }, {not_a_number, not_a_number, infinity, not_a_number, -infinity, 0});
  check([](auto& b, auto p, auto q) { return b.maximum(p, q); }, {not_a_number, not_a_number, infinity, infinity, 3, 0});
  check([](auto& b, auto p, auto q) { return b.minimum(p, q); }, {not_a_number, not_a_number, infinity, -infinity, -infinity, 0});
  check([](auto& b, auto p, auto q) { return b.equal(p, q); }, {0, 0, 1, 0, 0, 1});
  check([](auto& b, auto p, auto q) { return b.not_equal(p, q); }, {1, 1, 0, 1, 1, 0});
  check([](auto& b, auto p, auto q) { return b.less_equal(p, q); }, {0, 0, 1, 0, 1, 1});
}

TEST_CASE("logic and select") {
  for (const auto& [left, right] : broadcasts) {
    const Input x = random_input(mil::boolean, left, 1, 0, 1);
    const Input y = random_input(mil::boolean, right, 2, 0, 1);
    const auto check = [&](auto operation, auto reference) {
      const Tensor got = run_one({x, y}, [&](auto& b, const Values& v) { return operation(b, v[0], v[1]); });
      CHECK(distance(got, reference::zip(x.tensor, y.tensor, reference)) == 0);
    };
    check([](auto& b, auto p, auto q) { return b.logical_and(p, q); }, [](double p, double q) { return p * q; });
    check([](auto& b, auto p, auto q) { return b.logical_or(p, q); }, [](double p, double q) { return std::max(p, q); });
    check([](auto& b, auto p, auto q) { return b.logical_xor(b.logical_not(p), q); },
          [](double p, double q) { return p == q ? 1.0 : 0.0; });
    for (const mil::DType dtype : {mil::fp16, mil::int32, mil::int8}) {
      const Input a = random_input(dtype, left, 3, -9, 9);
      const Input c = random_input(dtype, {1}, 4, -9, 9);
      const Tensor got = run_one({y, a, c}, [&](auto& b, const Values& v) { return b.select(v[0], v[1], v[2]); });
      CHECK(distance(got, reference::select(y.tensor, a.tensor, c.tensor)) == 0);
    }
  }
}

TEST_CASE("cast keeps what the new dtype can hold") {
  const Input x{mil::fp32, {{9}, {-1.75, 1.75, 0, -0.0, 300, -300, 1e10, -1e10, not_a_number}}};
  const auto cast = [&](mil::DType dtype) { return run_one({x}, [&](auto& b, const Values& v) { return b.cast(v[0], dtype); }).data; };
  CHECK(cast(mil::int32) == std::vector<double>{-1, 1, 0, 0, 300, -300, 0x1p31 - 1, -0x1p31, 0});
  CHECK(cast(mil::int8) == std::vector<double>{-1, 1, 0, 0, 127, -128, 127, -128, 0});
  CHECK(cast(mil::uint8) == std::vector<double>{0, 1, 0, 0, 255, 0, 255, 0, 0});
  CHECK(cast(mil::boolean) == std::vector<double>{1, 1, 0, 0, 1, 1, 1, 1, 1});
  const Input whole{mil::int32, {{4}, {0, -7, 70000, 16777217}}};
  const auto to = [&](mil::DType dtype) { return run_one({whole}, [&](auto& b, const Values& v) { return b.cast(v[0], dtype); }).data; };
  CHECK(to(mil::fp16) == std::vector<double>{0, -7, infinity, infinity});
  CHECK(to(mil::fp32) == std::vector<double>{0, -7, 70000, 16777216});
  CHECK(to(mil::DType::int16) == std::vector<double>{0, -7, 32767, 32767});
}
