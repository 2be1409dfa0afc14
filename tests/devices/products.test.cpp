// SPDX-License-Identifier: MIT
// Linear layers, attention, pooling, quantised weights and recurrent layers on the host, against the definitions.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "run_program.hpp"

using namespace run_program;

TEST_CASE("linear is a product with the transposed weight, and a bias") {
  for (const mil::DType dtype : {mil::fp16, mil::fp32})
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{2, 3, 8}, {5, 8}, {8}}) {
      const Input x = random_input(dtype, shape, 1);
      const Input weight = random_input(dtype, {6, 8}, 2);
      const Input bias = random_input(dtype, {6}, 3);
      const Tensor with = run_one({x, weight, bias}, [](mil::Body& b, const Values& v) { return b.linear(v[0], v[1], v[2]); });
      CHECK(distance(with, reference::linear(x.tensor, weight.tensor, &bias.tensor)) <= tolerance(dtype));
      const Tensor without = run_one({x, weight}, [](mil::Body& b, const Values& v) { return b.linear(v[0], v[1]); });
      CHECK(distance(without, reference::linear(x.tensor, weight.tensor, nullptr)) <= tolerance(dtype));
    }
}

TEST_CASE("attention mixes the values by the softmax of the scores, masked by numbers or by bools") {
  for (const mil::DType dtype : {mil::fp16, mil::fp32}) {
    const Input q = random_input(dtype, {2, 3, 5, 8}, 1);
    const Input k = random_input(dtype, {2, 3, 7, 8}, 2);
    const Input v = random_input(dtype, {2, 3, 7, 4}, 3);
    const auto attention = [](mil::Body& b, const Values& all) {
      return b.scaled_dot_product_attention(all[0], all[1], all[2], all.size() > 3 ? all[3] : mil::Value{});
    };
    CHECK(distance(run_one({q, k, v}, attention), reference::scaled_dot_product_attention(q.tensor, k.tensor, v.tensor, nullptr)) <=
          tolerance(dtype));
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{5, 7}, {1, 1, 5, 7}, {2, 1, 1, 7}, {2, 3, 5, 7}}) {
      const Input mask = random_input(dtype, shape, 4, -3, 3);
      CHECK(distance(run_one({q, k, v, mask}, attention),
                     reference::scaled_dot_product_attention(q.tensor, k.tensor, v.tensor, &mask.tensor)) <= tolerance(dtype));
      Input shown = random_input(mil::boolean, shape, 5, 0, 1);
      for (std::size_t i = 0; i < shown.tensor.data.size(); i += 7) shown.tensor.data[i] = 1;  // a row that is hidden whole has no result
      CHECK(distance(run_one({q, k, v, shown}, attention),
                     reference::scaled_dot_product_attention_boolean(q.tensor, k.tensor, v.tensor, shown.tensor)) <= tolerance(dtype));
    }
  }
}

TEST_CASE("attention takes another scale where the text gives one") {
  const std::string text =
      "program(1.3) { func main<ios18>(tensor<fp32, [1, 4, 8]> k, tensor<fp32, [1, 4, 8]> q, tensor<fp32, [1, 4, 8]> v) {"
      "tensor<fp32, [1, 4, 8]> r = scaled_dot_product_attention(key = k, query = q, scale = fp32(0.75), value = v); } -> (r); }";
  const Input k = random_input(mil::fp32, {1, 4, 8}, 1);
  const Input q = random_input(mil::fp32, {1, 4, 8}, 2);
  const Input v = random_input(mil::fp32, {1, 4, 8}, 3);
  CHECK(distance(Session{text, {}}.evaluate({k, q, v})[0],
                 reference::scaled_dot_product_attention(q.tensor, k.tensor, v.tensor, nullptr, 0.75)) <= tolerance(mil::fp32));
}

TEST_CASE("pooling over one, two and three axes, with every kind of padding") {
  using mil::Padding;
  const std::string names[]{"valid", "same", "same_lower", "custom"};
  const auto list = [](const mil::PerAxis& given) { return std::vector<std::int64_t>(given.values, given.values + given.count); };
  const auto check = [&](const std::vector<std::int64_t>& shape, std::initializer_list<std::int64_t> kernel, mil::PoolOptions options) {
    for (const mil::DType dtype : {mil::fp16, mil::fp32}) {
      const Input x = random_input(dtype, shape, 1);
      const std::string pad_type = names[static_cast<int>(options.padding)];
      const Tensor most = run_one({x}, [&](mil::Body& b, const Values& v) { return b.max_pool(v[0], kernel, options); });
      CHECK(distance(most, reference::max_pool(x.tensor, kernel, list(options.strides), pad_type, list(options.pad), options.ceil_mode)) ==
            0);
      for (const bool exclude : {false, true}) {
        options.exclude_padding = exclude;
        const Tensor mean = run_one({x}, [&](mil::Body& b, const Values& v) { return b.avg_pool(v[0], kernel, options); });
        CHECK(distance(mean, reference::avg_pool(x.tensor, kernel, list(options.strides), pad_type, list(options.pad), options.ceil_mode,
                                                 exclude)) <= tolerance(dtype));
      }
    }
  };
  check({2, 3, 11}, {4}, {});
  check({2, 3, 11}, {4}, {.strides = {3}, .padding = Padding::same});
  check({2, 3, 9, 10}, {2, 3}, {.strides = {2, 2}});
  check({2, 3, 9, 10}, {2, 3}, {.strides = {2, 3}, .padding = Padding::same_lower});
  check({2, 3, 9, 10}, {3, 4}, {.strides = {2, 3}, .padding = Padding::custom, .pad = {1, 2, 3, 0}});
  check({1, 2, 9, 10}, {3, 4}, {.strides = {2, 3}, .padding = Padding::custom, .pad = {1, 1, 2, 2}, .ceil_mode = true});
  check({1, 2, 8, 11}, {3, 3}, {.strides = {2, 2}, .ceil_mode = true});
  check({1, 2, 5, 6, 7}, {2, 2, 3}, {.strides = {1, 2, 2}});
  check({1, 2, 5, 6, 7}, {2, 2, 3}, {.strides = {1, 2, 2}, .padding = Padding::same});
}

TEST_CASE("quantize and dequantize, with one scale and with one for each place along an axis") {
  for (const mil::DType dtype : {mil::fp16, mil::fp32})
    for (const mil::DType byte : {mil::int8, mil::uint8}) {
      Input x = random_input(mil::int32, {2, 3, 40}, 1, -600, 900);
      for (double& number : x.tensor.data) number /= 4;  // halves too, which are rounded to even
      x.dtype = dtype;
      const Input scale{dtype, {{}, {0.5}}};
      const Input zero{byte, {{}, {5}}};
      const std::string name{facts(byte).name};
      const Tensor got =
          run_one({x}, [&](mil::Body& b, const Values& v) { return b.quantize(v[0], byte, b.scalar(dtype, 0.5), b.scalar(byte, 5)); });
      CHECK(distance(got, reference::quantize(x.tensor, scale.tensor, &zero.tensor, std::nullopt, name)) == 0);
      const Tensor back = run_one(
          {{byte, got}}, [&](mil::Body& b, const Values& v) { return b.dequantize(v[0], b.scalar(dtype, 0.5), b.scalar(byte, 5)); });
      CHECK(distance(back, reference::dequantize(got, scale.tensor, &zero.tensor, std::nullopt)) == 0);

      const Input scales{dtype, {{3}, {0.25, 0.5, 2}}};
      const auto each = [&](mil::Body& b, const Values& v) {
        return b.quantize(v[0], byte, b.constant(scales.type(), {0.25, 0.5, 2}), {}, 1);
      };
      const Tensor by_axis = run_one({x}, each);
      CHECK(distance(by_axis, reference::quantize(x.tensor, scales.tensor, nullptr, 1, name)) == 0);
      const Tensor again = run_one({{byte, by_axis}}, [&](mil::Body& b, const Values& v) {
        return b.dequantize(v[0], b.constant(scales.type(), {0.25, 0.5, 2}), {}, 1);
      });
      CHECK(distance(again, reference::dequantize(by_axis, scales.tensor, nullptr, 1)) == 0);
    }
}

namespace {

std::vector<std::byte> bytes_of(const std::vector<std::uint8_t>& numbers) {
  std::vector<std::byte> bytes(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) bytes[i] = std::byte{numbers[i]};
  return bytes;
}

std::vector<std::byte> halves_of(const std::vector<double>& numbers) {
  std::vector<std::byte> bytes(2 * numbers.size());
  mil::encode(mil::fp16, numbers.data(), bytes.data(), numbers.size());
  return bytes;
}

/// A weight that is added to an input of zeros.
template <class Weight>
Tensor decoded(const std::vector<std::int64_t>& shape, const mil::BlobWriter& blob, Weight weight) {
  const Input x{mil::fp16, {shape, std::vector<double>(static_cast<std::size_t>(reference::detail::element_count(shape)))}};
  return run({x}, [&](mil::Body& b, const Values& v) { return Values{b.add(v[0], weight(b))}; }, blob.bytes())[0];
}

}  // namespace

TEST_CASE("weights that are stored as scaled bytes") {
  std::vector<std::uint8_t> bytes;
  Tensor numbers{{4, 16}, {}};
  for (int i = 0; i < 64; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i * 4));
    numbers.data.push_back(static_cast<std::int8_t>(bytes.back()));
  }
  mil::BlobWriter blob;
  blob.append(mil::int8, bytes.size(), bytes_of(bytes));
  const Tensor got = decoded({4, 16}, blob, [](mil::Body& b) {
    return b.constexpr_affine_dequantize(b.weight("W", mil::tensor(mil::int8, 4, 16)), mil::fp16, 0.125, -3);
  });
  CHECK(distance(got, reference::constexpr_affine_dequantize(numbers, {{}, {0.125}}, {{}, {-3}}, 0)) == 0);
}

TEST_CASE("weights that are stored as indices into a table of every size") {
  for (const std::size_t entries : {2U, 4U, 16U, 64U, 256U}) {
    CAPTURE(entries);
    const auto bits = static_cast<std::size_t>(std::log2(entries));
    std::vector<double> table;
    for (std::size_t i = 0; i < entries; ++i) table.push_back(static_cast<double>(i) * 0.25 - 3);
    std::vector<std::uint8_t> indices((5 * 7 * bits + 7) / 8);
    Random random{entries};
    for (std::uint8_t& byte : indices) byte = static_cast<std::uint8_t>(random.uniform(0, 256));
    mil::BlobWriter blob;
    blob.append(mil::uint8, indices.size(), bytes_of(indices));
    blob.append(mil::fp16, table.size(), halves_of(table));
    const Tensor got = decoded({5, 7}, blob, [&](mil::Body& b) {
      const auto packed = b.weight("I", mil::tensor(mil::uint8, static_cast<std::int64_t>(indices.size())));
      return b.constexpr_lut_to_dense(packed, b.weight("L", mil::tensor(mil::fp16, static_cast<std::int64_t>(entries))), {5, 7});
    });
    CHECK(distance(got, reference::constexpr_lut_to_dense(indices, table, {5, 7})) == 0);
  }
}

TEST_CASE("weights of which only the elements are stored that are not zero") {
  const std::vector<std::uint8_t> mask{0b10110001, 0b00000110};
  const std::vector<double> data{1, -2, 3, -4, 5, -6};
  const auto blob_of = [&](const std::vector<double>& stored) {
    mil::BlobWriter blob;
    blob.append(mil::fp16, stored.size(), halves_of(stored));
    blob.append(mil::uint8, mask.size(), bytes_of(mask));
    return blob;
  };
  const auto weight = [&](mil::Body& b, std::int64_t stored) {
    const auto nonzero = b.weight("D", mil::tensor(mil::fp16, stored));
    return b.constexpr_sparse_to_dense(nonzero, b.weight("M", mil::tensor(mil::uint8, 2)), {3, 4});
  };
  const Tensor got = decoded({3, 4}, blob_of(data), [&](mil::Body& b) { return weight(b, 6); });
  CHECK(distance(got, reference::constexpr_sparse_to_dense(mask, data, {3, 4})) == 0);
  CHECK_THROWS_AS(decoded({3, 4}, blob_of({1, 2, 3}), [&](mil::Body& b) { return weight(b, 3); }), CompileError);
  CHECK_THROWS_AS(decoded({3, 4}, blob_of({1, 2, 3, 4, 5, 6, 7}), [&](mil::Body& b) { return weight(b, 7); }), CompileError);
}

TEST_CASE("lstm in every direction, with and without bias and peepholes") {
  constexpr std::int64_t steps = 5, batch = 3, inputs = 4, hidden = 6;
  const std::string directions[]{"forward", "reverse", "bidirectional"};
  for (const mil::Direction direction : {mil::Direction::forward, mil::Direction::reverse, mil::Direction::bidirectional})
    for (const bool sequence : {false, true})
      for (const bool more : {false, true}) {
        CAPTURE(directions[static_cast<int>(direction)]);
        const bool both = direction == mil::Direction::bidirectional;
        const std::int64_t width = both ? 2 * hidden : hidden;
        const auto random = [&, seed = std::uint64_t{0}](std::vector<std::int64_t> shape) mutable {
          return random_input(mil::fp32, std::move(shape), ++seed, -0.6, 0.6);
        };
        auto next = random;
        const Inputs given{next({steps, batch, inputs}), next({batch, width}), next({batch, width}), next({4 * hidden, inputs}),
                           next({4 * hidden, hidden}),   next({4 * hidden}),   next({3 * hidden})};
        Inputs all = given;
        for (const std::vector<std::int64_t>& shape :
             std::vector<std::vector<std::int64_t>>{{4 * hidden, inputs}, {4 * hidden, hidden}, {4 * hidden}, {3 * hidden}})
          all.push_back(next(shape));
        const auto got = run(all, [&](mil::Body& b, const Values& v) {
          mil::LstmOperands operands{.x = v[0], .initial_h = v[1], .initial_c = v[2], .weight_ih = v[3], .weight_hh = v[4]};
          if (more) {
            operands.bias = v[5];
            operands.peephole = v[6];
          }
          if (both) {
            operands.weight_ih_back = v[7];
            operands.weight_hh_back = v[8];
          }
          if (both && more) {
            operands.bias_back = v[9];
            operands.peephole_back = v[10];
          }
          operands.direction = direction;
          operands.output_sequence = sequence;
          const auto [out, h, c] = b.lstm(operands);
          return Values{out, h, c};
        });
        reference::LstmOptions options;
        options.direction = directions[static_cast<int>(direction)];
        options.output_sequence = sequence;
        if (more) {
          options.bias = &all[5].tensor;
          options.peephole = &all[6].tensor;
        }
        if (both) {
          options.weight_ih_back = &all[7].tensor;
          options.weight_hh_back = &all[8].tensor;
        }
        if (both && more) {
          options.bias_back = &all[9].tensor;
          options.peephole_back = &all[10].tensor;
        }
        const auto expected = reference::lstm(all[0].tensor, all[1].tensor, all[2].tensor, all[3].tensor, all[4].tensor, options);
        CHECK(distance(got[0], expected.out) <= tolerance(mil::fp32));
        CHECK(distance(got[1], expected.h) <= tolerance(mil::fp32));
        CHECK(distance(got[2], expected.c) <= tolerance(mil::fp32));
      }
}

TEST_CASE("gru in both directions, with and without bias") {
  constexpr std::int64_t steps = 5, batch = 3, inputs = 4, hidden = 6;
  for (const bool reverse : {false, true})
    for (const bool sequence : {false, true})
      for (const bool biased : {false, true}) {
        const Inputs all{random_input(mil::fp32, {steps, batch, inputs}, 1), random_input(mil::fp32, {batch, hidden}, 2),
                         random_input(mil::fp32, {3 * hidden, inputs}, 3, -0.6, 0.6),
                         random_input(mil::fp32, {3 * hidden, hidden}, 4, -0.6, 0.6), random_input(mil::fp32, {3 * hidden}, 5)};
        const auto got = run(all, [&](mil::Body& b, const Values& v) {
          mil::GruOperands operands{.x = v[0], .initial_h = v[1], .weight_ih = v[2], .weight_hh = v[3]};
          if (biased) operands.bias = v[4];
          operands.direction = reverse ? mil::Direction::reverse : mil::Direction::forward;
          operands.output_sequence = sequence;
          const auto [out, h] = b.gru(operands);
          return Values{out, h};
        });
        reference::GruOptions options;
        options.bias = biased ? &all[4].tensor : nullptr;
        options.direction = reverse ? "reverse" : "forward";
        options.output_sequence = sequence;
        const auto expected = reference::gru(all[0].tensor, all[1].tensor, all[2].tensor, all[3].tensor, options);
        CHECK(distance(got[0], expected.out) <= tolerance(mil::fp32));
        CHECK(distance(got[1], expected.h) <= tolerance(mil::fp32));
      }
}
