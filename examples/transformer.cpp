// SPDX-License-Identifier: MIT
// A chain of transformer layers: run once, and measured under three strategies.
#include <anechain/anechain.hpp>

#include <iostream>
#include <vector>

using namespace anechain;

// 64 channels, 4 heads, a feed-forward layer of 256, 32 positions; half precision. Attention sees the positions before it alone.
using Layer = TransformerBlock<64, 256, 4, 32>;
using Net = Repeat<Layer, 6>;

int main() {
  HostDevice device;
  auto chain = Net::compile(device, random_weights(7));
  auto pass = chain.bind(zero_copy);
  std::vector<float> x(64 * 32, 0.5f);
  pass.input(x);
  pass.run();
  const std::vector<float> y = pass.output();

  // What comes later does not change what came before: the last position, and it alone.
  for (std::size_t channel = 0; channel < 64; ++channel) x[channel * 32 + 31] = -0.5f;
  pass.input(x);
  pass.run();
  const std::vector<float> other = pass.output();
  std::size_t changed = 0;
  for (std::size_t position = 0; position < 32; ++position)
    for (std::size_t channel = 0; channel < 64; ++channel)
      if (y[channel * 32 + position] != other[channel * 32 + position]) {
        ++changed;
        break;
      }
  std::cout << Net::length << " layers of " << flops<Layer> / 1000 << " kFLOP, " << blob_layout<Layer>.size()
            << " tensors of weights each; a change at the last position changes " << changed << " position\n\n";

  const auto ceiling = ThroughputCeiling<Net, Sequential, RunOnly, ZeroCopy>{"6 layers"};
  report::print(std::cout, ceiling.run(device, {.protocol = Protocol::quick()}));
}
