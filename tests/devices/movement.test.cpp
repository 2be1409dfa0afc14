// SPDX-License-Identifier: MIT
// What the host puts elsewhere: the same numbers, bit for bit, where the definition says.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <string>
#include <vector>

#include "run_program.hpp"

using namespace run_program;

namespace {

constexpr mil::DType dtypes[]{mil::fp16, mil::fp32, mil::int32, mil::int8, mil::uint8, mil::boolean};

/// Checks a body of one input in every dtype.
template <class Body, class Reference>
void check(const std::vector<std::int64_t>& shape, Body body, Reference reference) {
  for (const mil::DType dtype : dtypes) {
    CAPTURE(facts(dtype).name);
    const Input x = random_input(dtype, shape, 3, dtype == mil::uint8 || dtype == mil::boolean ? 0 : -100, 100);
    CHECK(distance(run_one({x}, [&](mil::Body& b, const Values& v) { return body(b, v[0]); }), reference(x.tensor)) == 0);
  }
}

}  // namespace

TEST_CASE("reshape keeps the order, keeps extents and fills one in") {
  check({2, 3, 4}, [](auto& b, auto x) { return b.reshape(x, {4, 6}); }, [](const Tensor& x) { return reference::reshape(x, {4, 6}); });
  check(
      {2, 3, 4}, [](auto& b, auto x) { return b.reshape(x, {0, 6, -1}); },
      [](const Tensor& x) { return reference::reshape(x, {2, 6, 2}); });
}

TEST_CASE("transpose, expand_dims and squeeze") {
  check(
      {2, 3, 4, 5}, [](auto& b, auto x) { return b.transpose(x, {3, 1, 0, 2}); },
      [](const Tensor& x) { return reference::transpose(x, {3, 1, 0, 2}); });
  check(
      {2, 3}, [](auto& b, auto x) { return b.expand_dims(x, {0, -1}); },
      [](const Tensor& x) { return reference::expand_dims(x, {0, -1}); });
  check(
      {1, 3, 1, 1}, [](auto& b, auto x) { return b.squeeze(x, {0, -1}); }, [](const Tensor& x) { return reference::squeeze(x, {0, -1}); });
}

TEST_CASE("slices take what numpy takes") {
  using Numbers = std::vector<std::int64_t>;
  using Flags = std::vector<bool>;
  check(
      {6, 7}, [](auto& b, auto x) { return b.slice_by_index(x, {1, -5}, {-1, 6}); },
      [](const Tensor& x) { return reference::slice_by_index(x, {1, -5}, {-1, 6}); });
  check(
      {6, 7}, [](auto& b, auto x) { return b.slice_by_index(x, {0, 5}, {6, 0}, {.stride = {4, -2}}); },
      [](const Tensor& x) { return reference::slice_by_index(x, {0, 5}, {6, 0}, {4, -2}); });
  check(
      {6, 7},
      [](auto& b, auto x) {
        return b.slice_by_index(x, {3, 2}, {4, 3}, {.stride = {-1, 3}, .begin_mask = {true, false}, .end_mask = {true, true}});
      },
      [](const Tensor& x) { return reference::slice_by_index(x, {3, 2}, {4, 3}, {-1, 3}, {true, false}, {true, true}); });
  check(
      {6, 7, 2}, [](auto& b, auto x) { return b.slice_by_index(x, {-2, 1, 0}, {0, 100, 2}, {.squeeze_mask = {true, false, false}}); },
      [](const Tensor& x) {
        return reference::slice_by_index(x, {-2, 1, 0}, {0, 7, 2}, Numbers{}, Flags{}, Flags{}, {true, false, false});
      });
  check(
      {6, 7}, [](auto& b, auto x) { return b.slice_by_size(x, {2, -3}, {3, -1}); },
      [](const Tensor& x) { return reference::slice_by_size(x, {2, -3}, {3, -1}); });
}

TEST_CASE("concat, stack and split are each other's opposites") {
  for (const mil::DType dtype : dtypes)
    for (const std::int64_t axis : {0, 1, -1}) {
      CAPTURE(axis);
      const auto at = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
      std::vector<std::int64_t> shape{2, 3, 4};
      const Input x = random_input(dtype, shape, 1, 0, 100);
      shape[at] += 2;
      const Input y = random_input(dtype, shape, 2, 0, 100);
      const Input z = random_input(dtype, {2, 3, 4}, 3, 0, 100);
      const Tensor joined = run_one({x, y, z}, [&](mil::Body& b, const Values& v) { return b.concat({v[0], v[1], v[2]}, axis); });
      CHECK(distance(joined, reference::concat({x.tensor, y.tensor, z.tensor}, axis, false)) == 0);

      const std::int64_t first = x.tensor.shape[at];
      const std::int64_t second = y.tensor.shape[at];
      const auto parts = run({{dtype, joined}}, [&](mil::Body& b, const Values& v) {
        const auto [p, q, r] = b.split<3>(v[0], axis, {first, second, first});
        return Values{p, q, r};
      });
      CHECK(distance(parts[0], x.tensor) == 0);
      CHECK(distance(parts[1], y.tensor) == 0);
      CHECK(distance(parts[2], z.tensor) == 0);

      const Tensor stacked = run_one({x, z}, [&](mil::Body& b, const Values& v) { return b.stack({v[0], v[1]}, axis); });
      CHECK(distance(stacked, reference::stack({x.tensor, z.tensor}, axis)) == 0);
    }
  const Input x = random_input(mil::fp16, {2, 6, 5}, 4);
  const auto halves = run({x}, [](mil::Body& b, const Values& v) {
    const auto [p, q] = b.split<2>(v[0], 1);
    return Values{p, q};
  });
  const auto expected = reference::split(x.tensor, 1, {3, 3});
  CHECK(distance(halves[0], expected[0]) == 0);
  CHECK(distance(halves[1], expected[1]) == 0);
}

TEST_CASE("concat that interleaves takes an element of the axis of each value in turn") {
  const std::string text =
      "program(1.3) { func main<ios18>(tensor<int32, [2, 2, 3]> a, tensor<int32, [2, 2, 3]> b) {"
      "tensor<int32, [2, 4, 3]> r = concat(axis = int32(1), interleave = bool(true), values = (a, b)); } -> (r); }";
  const Input x = random_input(mil::int32, {2, 2, 3}, 1, -9, 9);
  const Input y = random_input(mil::int32, {2, 2, 3}, 2, -9, 9);
  CHECK(distance(Session{text, {}}.evaluate({x, y})[0], reference::concat({x.tensor, y.tensor}, 1, true)) == 0);
}

TEST_CASE("tile and pad") {
  check({2, 3, 4}, [](auto& b, auto x) { return b.tile(x, {3, 1, 2}); }, [](const Tensor& x) { return reference::tile(x, {3, 1, 2}); });
  check(
      {2, 3, 4}, [](auto& b, auto x) { return b.pad(x, {1, 2, 0, 3}); },
      [](const Tensor& x) { return reference::pad(x, {1, 2, 0, 3}, "constant", 0); });
  check(
      {2, 3, 4}, [](auto& b, auto x) { return b.pad(x, {1, 0, 0, 0, 2, 1}, mil::PadMode::constant, 1); },
      [](const Tensor& x) { return reference::pad(x, {1, 0, 0, 0, 2, 1}, "constant", 1); });
  check(
      {2, 3, 4}, [](auto& b, auto x) { return b.pad(x, {2, 1, 3, 2}, mil::PadMode::reflect); },
      [](const Tensor& x) { return reference::pad(x, {2, 1, 3, 2}, "reflect", 0); });
  check(
      {2, 3, 4}, [](auto& b, auto x) { return b.pad(x, {5, 1, 0, 7}, mil::PadMode::replicate); },
      [](const Tensor& x) { return reference::pad(x, {5, 1, 0, 7}, "replicate", 0); });
}

TEST_CASE("gather takes slices by index, gather_along_axis elements") {
  for (const mil::DType dtype : dtypes) {
    const Input x = random_input(dtype, {2, 5, 3, 4}, 1, 0, 100);
    for (const std::int64_t axis : {0, 1, 2, -1}) {
      CAPTURE(axis);
      const std::int64_t extent = x.tensor.shape[static_cast<std::size_t>(axis < 0 ? axis + 4 : axis)];
      const Input indices = random_input(mil::int32, {3, 2}, 2, -static_cast<double>(extent), static_cast<double>(extent - 1));
      const Tensor got = run_one({x, indices}, [&](mil::Body& b, const Values& v) { return b.gather(v[0], v[1], axis); });
      CHECK(distance(got, reference::gather(x.tensor, indices.tensor, axis, 0)) == 0);

      std::vector<std::int64_t> shape = x.tensor.shape;
      shape[static_cast<std::size_t>(axis < 0 ? axis + 4 : axis)] = 7;
      const Input each = random_input(mil::int32, shape, 3, -static_cast<double>(extent), static_cast<double>(extent - 1));
      const Tensor along = run_one({x, each}, [&](mil::Body& b, const Values& v) { return b.gather_along_axis(v[0], v[1], axis); });
      CHECK(distance(along, reference::gather_along_axis(x.tensor, each.tensor, axis)) == 0);
    }
    const Input batched = random_input(mil::int32, {2, 6}, 4, 0, 2);
    const Tensor got = run_one({x, batched}, [&](mil::Body& b, const Values& v) { return b.gather(v[0], v[1], 2, 1); });
    CHECK(distance(got, reference::gather(x.tensor, batched.tensor, 2, 1)) == 0);
  }
}

TEST_CASE("an index outside of its axis is a failed evaluation, not a wrong result") {
  const Input x = random_input(mil::fp16, {4, 3}, 1);
  for (const double index : {4.0, -5.0, 0x1p31 - 1}) {
    const Input indices{mil::int32, {{1}, {index}}};
    CHECK_THROWS_AS(run_one({x, indices}, [](mil::Body& b, const Values& v) { return b.gather(v[0], v[1]); }), EvaluateError);
  }
  const Input indices{mil::int32, {{1}, {4}}};
  CHECK_THROWS_WITH(run_one({x, indices}, [](mil::Body& b, const Values& v) { return b.gather(v[0], v[1]); }),
                    "gather: index 4 of an axis with 4 elements");
}

TEST_CASE("ranges and shapes") {
  const Input x = random_input(mil::fp32, {7}, 1);
  const auto range = [&](mil::DType dtype, double start, double end, double step) {
    return run_one({x}, [&](mil::Body& b, const Values&) { return b.range_1d(dtype, start, end, step); });
  };
  CHECK(distance(range(mil::int32, 3, 12, 2), reference::range_1d(3, 12, 2)) == 0);
  CHECK(distance(range(mil::int32, 5, -5, -3), reference::range_1d(5, -5, -3)) == 0);
  CHECK(distance(range(mil::fp32, 0, 1, 0.125), reference::range_1d(0, 1, 0.125)) == 0);
  const Input shaped = random_input(mil::fp16, {2, 1, 5}, 1);
  CHECK(distance(run_one({shaped}, [](mil::Body& b, const Values& v) { return b.shape(v[0]); }), reference::shape_of(shaped.tensor)) == 0);
}

TEST_CASE("a state lives from one evaluation to the next, each request its own") {
  mil::Builder b;
  const auto total = b.state("total", mil::tensor(mil::fp16, 1, 4));
  const auto x = b.input("x", mil::tensor(mil::fp16, 1, 4));
  const auto sum = b.add(b.read_state(total), x);
  b.write_state(total, sum);
  const std::string text = mil::print(b.finish(b.identity(b.read_state(total))), mil::Dialect::ios18);
  Session session{text, {}};
  const Input one{mil::fp16, {{1, 4}, {1, 2, 3, 4}}};
  CHECK(session.evaluate({one})[0].data == std::vector<double>{1, 2, 3, 4});
  CHECK(session.evaluate({one})[0].data == std::vector<double>{2, 4, 6, 8});
  CHECK(session.evaluate({one})[0].data == std::vector<double>{3, 6, 9, 12});
  CHECK(Session{text, {}}.evaluate({one})[0].data == std::vector<double>{1, 2, 3, 4});
}
