// SPDX-License-Identifier: MIT
// What the host sums, compares and normalises over axes, against the definitions in double precision.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "run_program.hpp"

using namespace run_program;

namespace {

using Reduce = mil::Value (mil::Body::*)(mil::Value, std::initializer_list<std::int64_t>, bool);

const std::vector<std::pair<std::string, Reduce>> reductions{
    {"reduce_sum", &mil::Body::reduce_sum},         {"reduce_mean", &mil::Body::reduce_mean},
    {"reduce_max", &mil::Body::reduce_max},         {"reduce_min", &mil::Body::reduce_min},
    {"reduce_prod", &mil::Body::reduce_prod},       {"reduce_l1_norm", &mil::Body::reduce_l1_norm},
    {"reduce_l2_norm", &mil::Body::reduce_l2_norm}, {"reduce_sum_square", &mil::Body::reduce_sum_square},
    {"reduce_log_sum", &mil::Body::reduce_log_sum}, {"reduce_log_sum_exp", &mil::Body::reduce_log_sum_exp},
};

}  // namespace

TEST_CASE("reductions compute their definition, over any axes, kept or not") {
  for (const auto& [name, reduce] : reductions)
    for (const mil::DType dtype : {mil::fp16, mil::fp32, mil::int32})
      for (const bool keep : {true, false}) {
        const bool of_integers = name != "reduce_mean" && name != "reduce_l2_norm" && name.find("log") == std::string::npos;
        if (dtype == mil::int32 && !of_integers) continue;
        CAPTURE(name);
        CAPTURE(keep);
        const bool positive = name == "reduce_log_sum" || name == "reduce_prod";  // products stay near one
        const Input x = random_input(dtype, {2, 3, 4, 5}, 11, positive ? 0.8 : -2, positive ? 1.2 : 2);
        const auto check = [&](std::initializer_list<std::int64_t> axes) {
          const Tensor got = run_one({x}, [&](mil::Body& b, const Values& v) { return (b.*reduce)(v[0], axes, keep); });
          CHECK(distance(got, reference::reduce(name, x.tensor, axes, keep)) <= tolerance(dtype));
        };
        check({-1});
        check({1});
        check({0, 2});
        check({1, 2, 3});
        check({0, 1, -2, -1});
      }
}

TEST_CASE("reductions of large, infinite and undefined numbers") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  const Input x{mil::fp32, {{4, 2}, {1000, 1001, -infinity, -infinity, not_a_number, 1, infinity, 1}}};
  for (const char* name : {"reduce_log_sum_exp", "reduce_max", "reduce_min", "reduce_sum"}) {
    CAPTURE(name);
    const auto found = std::ranges::find(reductions, name, &std::pair<std::string, Reduce>::first);
    const Tensor got = run_one({x}, [&](mil::Body& b, const Values& v) { return (b.*found->second)(v[0], {1}, true); });
    CHECK(distance(got, reference::reduce(name, x.tensor, {1}, true)) <= tolerance(mil::fp32));
  }
}

TEST_CASE("the places of the largest and the smallest; the first of equal ones") {
  for (const mil::DType dtype : {mil::fp16, mil::int32})
    for (const std::int64_t axis : {-1, 0, 1, 2})
      for (const bool keep : {true, false}) {
        const Input x = random_input(mil::int32, {3, 4, 5}, 2, -3, 3);  // with many equal ones
        const Input of{dtype, x.tensor};
        const auto most = run_one({of}, [&](mil::Body& b, const Values& v) { return b.reduce_argmax(v[0], axis, keep); });
        const auto least = run_one({of}, [&](mil::Body& b, const Values& v) { return b.reduce_argmin(v[0], axis, keep); });
        CHECK(distance(most, reference::reduce_arg("reduce_argmax", x.tensor, axis, keep)) == 0);
        CHECK(distance(least, reference::reduce_arg("reduce_argmin", x.tensor, axis, keep)) == 0);
      }
}

TEST_CASE("softmax along any axis, also where the exponentials would overflow") {
  for (const mil::DType dtype : {mil::fp16, mil::fp32})
    for (const std::int64_t axis : {-1, 0, 1, 2, 3}) {
      const Input x = random_input(dtype, {2, 6, 3, 7}, 5, -300, 300);
      const Tensor got = run_one({x}, [&](mil::Body& b, const Values& v) { return b.softmax(v[0], axis); });
      CHECK(distance(got, reference::softmax(x.tensor, axis)) <= tolerance(dtype));
    }
}

TEST_CASE("layer_norm over any axes, with and without gain and bias") {
  for (const mil::DType dtype : {mil::fp16, mil::fp32}) {
    const Input x = random_input(dtype, {2, 3, 4, 5}, 1, -2, 5);
    const auto check = [&](std::initializer_list<std::int64_t> axes, std::vector<std::int64_t> extents) {
      const Input gamma = random_input(dtype, extents, 2);
      const Input beta = random_input(dtype, extents, 3);
      const double epsilon = mil::rounded(dtype, 1e-3);
      const auto both = [&](mil::Body& b, const Values& v) { return b.layer_norm(v[0], axes, v[1], v[2], 1e-3); };
      CHECK(distance(run_one({x, gamma, beta}, both), reference::layer_norm(x.tensor, axes, &gamma.tensor, &beta.tensor, epsilon)) <=
            tolerance(dtype));
      const auto none = [&](mil::Body& b, const Values& v) { return b.layer_norm(v[0], axes, {}, {}, 1e-3); };
      CHECK(distance(run_one({x}, none), reference::layer_norm(x.tensor, axes, nullptr, nullptr, epsilon)) <= tolerance(dtype));
    };
    check({-1}, {5});
    check({1}, {3});
    check({2, 3}, {4, 5});
    check({0, 2}, {2, 4});
    check({0, 1, 2, 3}, {2, 3, 4, 5});
  }
}

TEST_CASE("the largest and smallest elements, in order, with their places") {
  for (const mil::DType dtype : {mil::fp16, mil::int32})
    for (const std::int64_t axis : {-1, 0, 1})
      for (const bool ascending : {false, true}) {
        Input x = random_input(mil::int32, {4, 5, 6}, 9, -4, 4);
        x.dtype = dtype;
        const auto got = run({x}, [&](mil::Body& b, const Values& v) {
          const auto [values, places] = b.topk(v[0], 3, axis, ascending);
          return Values{values, places};
        });
        const auto [values, places] = reference::topk(x.tensor, 3, axis, ascending);
        CHECK(distance(got[0], values) == 0);
        CHECK(distance(got[1], places) == 0);
      }
}
