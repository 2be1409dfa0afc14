// SPDX-License-Identifier: MIT
// A kernel of one's own: a gated feed-forward block with a residual connection, chained, run under two strategies and
// verified against a reference in double precision.
#include <anechain/anechain.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace anechain;

// x + down(relu(gate(x)) * up(x)), over [1, Channels, 1, Positions]. The compiler traces `body`: a wrong channel count in
// here is a compile error that names the operation and both numbers.
template <int Channels, int Hidden, int Positions>
struct GatedFeedForward {
  static constexpr auto input = mil::tensor(mil::fp16, 1, Channels, 1, Positions);

  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    const auto gate = b.conv(x, b.weight("gate", mil::tensor(mil::fp16, Hidden, Channels, 1, 1)));
    const auto up = b.conv(x, b.weight("up", mil::tensor(mil::fp16, Hidden, Channels, 1, 1)));
    const auto hidden = b.mul(b.relu(gate), up);
    return b.add(x, b.conv(hidden, b.weight("down", mil::tensor(mil::fp16, Channels, Hidden, 1, 1))));
  }
};

using Block = GatedFeedForward<96, 256, 40>;
using Net = Repeat<Block, 4>;

static_assert(output<Block> == input<Block>);
static_assert(flops<Block> == 3 * 2 * 96 * 256 * 40 + 2 * 256 * 40 + 96 * 40);
static_assert(blob_layout<Block>[2].name == "down");

namespace {

std::vector<float> numbers(const WeightFacts& weight, std::uint64_t seed, double size) {
  Random random{seed};
  std::vector<float> values(static_cast<std::size_t>(weight.type.elements()));
  for (float& value : values) value = static_cast<float>(static_cast<mil::half>(random.uniform(-size, size)));
  return values;
}

std::vector<double> product(const std::vector<float>& matrix, const std::vector<double>& x, std::size_t positions) {
  const std::size_t columns = x.size() / positions;
  std::vector<double> result(matrix.size() / columns * positions);
  for (std::size_t row = 0; row < matrix.size() / columns; ++row)
    for (std::size_t k = 0; k < columns; ++k)
      for (std::size_t p = 0; p < positions; ++p)
        result[row * positions + p] += static_cast<double>(matrix[row * columns + k]) * x[k * positions + p];
  return result;
}

}  // namespace

int main() {
  constexpr std::size_t positions = 40;
  Weights<Net> weights;
  std::vector<double> expected(static_cast<std::size_t>(Block::input.elements()));
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<double>(i % 17) / 8 - 1;
  const std::vector<float> x(expected.begin(), expected.end());

  for (std::size_t k = 0; k < Net::length; ++k) {
    const auto gate = numbers(blob_layout<Block>[0], 3 * k, 0.1);
    const auto up = numbers(blob_layout<Block>[1], 3 * k + 1, 0.1);
    const auto down = numbers(blob_layout<Block>[2], 3 * k + 2, 0.1);
    weights.set(k, "gate", gate);  // a misspelt name would not compile
    weights.set(k, "up", up);
    weights.set(k, "down", down);

    auto gated = product(gate, expected, positions);
    const auto raised = product(up, expected, positions);
    for (std::size_t i = 0; i < gated.size(); ++i) gated[i] = std::max(gated[i], 0.0) * raised[i];
    const auto lowered = product(down, gated, positions);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += lowered[i];
  }

  HostDevice device;
  auto chain = Net::compile(device, weights);
  auto worst = [&](auto&& pass) {
    pass.input(x);
    pass.run();
    const std::vector<float> y = pass.output();
    double error = 0;
    for (std::size_t i = 0; i < y.size(); ++i) error = std::max(error, std::abs(static_cast<double>(y[i]) - expected[i]));
    return error;
  };
  const double copied = worst(chain.bind(sequential));
  const double shared = worst(chain.bind(zero_copy));

  const double size = std::abs(*std::ranges::max_element(expected, {}, [](double value) { return std::abs(value); }));
  std::cout << "4 gated feed-forward blocks, results up to " << size << '\n'
            << "largest error against double precision: sequential " << copied << ", zero_copy " << shared << '\n';

  // Half precision keeps 11 bits; each block rounds six times, and the residual carries the roundings on.
  const double tolerance = size * 0x1p-11 * 6 * Net::length;
  return copied <= tolerance && shared <= tolerance ? EXIT_SUCCESS : EXIT_FAILURE;
}
