// SPDX-License-Identifier: MIT
// Kernels wired in another shape than a row: two transformer layers whose residual links are added by the CPU between the kernels, and a
// moving average that each pass leaves for the next one. Run under two strategies, which must agree bit for bit.
#include <anechain/anechain.hpp>

#include <iostream>
#include <vector>

using namespace anechain;

constexpr int width = 64;
constexpr int positions = 32;
constexpr auto T = mil::tensor(mil::fp16, 1, width, 1, positions);

// What the engine does, without the residual link around it.
struct Attention {
  static constexpr auto input = T;
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return causal_attention(b, rms_norm(b, x, "gain"), 4); }
};

struct FeedForward {
  static constexpr auto input = T;
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return swiglu(b, rms_norm(b, x, "gain"), 2 * width); }
};

// Two inputs, two results: the average so far, and how far x is from it.
struct Averaged {
  static constexpr auto inputs = mil::ports({{"x", T}, {"average", T}});
  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value average) {
    const auto distance = b.sub(x, average);
    return mil::results({{"updated", b.add(average, b.mul(distance, b.scalar(mil::fp16, 0.25)))}, {"distance", distance}});
  }
};

// What the CPU does between kernels. Surfaces have padded rows, so a step goes through them row by row.
struct AddResidual {
  static constexpr auto inputs = mil::ports({{"x", T}, {"y", T}});
  static constexpr auto outputs = mil::ports({{"sum", T}});
  static void run(std::span<const flow::Tensor> in, std::span<const flow::Tensor> out) {
    for (std::int64_t row = 0; row < in[0].rows(); ++row) {
      const auto x = in[0].row<mil::half>(row);
      const auto y = in[1].row<mil::half>(row);
      const auto sum = out[0].row<mil::half>(row);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = static_cast<mil::half>(static_cast<float>(x[i]) + static_cast<float>(y[i]));
    }
  }
};

struct Layers {
  static constexpr auto inputs = flow::ports({{"x", T}});
  static constexpr auto flow(flow::Builder& f, flow::Value x) {
    for (std::size_t layer = 0; layer < 2; ++layer) {
      f.enter("layer", layer);
      const flow::Value attended = f.on_cpu<AddResidual>(x, f.run<Attention>(x));  // x has two readers
      x = f.on_cpu<AddResidual>(attended, f.run<FeedForward>(attended));
      f.leave();
    }
    const flow::Value average = f.carried("average", T);  // what the pass before left; zeros at first
    const auto averaged = f.run<Averaged>({{"average", average}, {"x", x}});
    f.next(average, averaged["updated"]);
    return flow::results({{"y", x}, {"distance", averaged["distance"]}});
  }
};

int main() {
  using Net = Flow<Layers>;
  std::cout << Net::facts.nodes.size() << " nodes, " << Net::kernels.size() << " of them kernels:";
  for (const flow::NodeFacts& node : Net::facts.nodes) std::cout << ' ' << node.name;
  std::cout << '\n';

  HostDevice device;
  auto net = Net::compile(device, random_weights(42));
  auto copied = net.bind(sequential);
  auto shared = net.bind(zero_copy);
  const std::vector<float> x(static_cast<std::size_t>(T.elements()), 0.5f);
  copied.input(x);
  shared.input(x);
  float distance = 0;
  for (int pass = 0; pass < 8; ++pass) {
    copied.run();
    shared.run();
    distance = copied.output("distance").front();
  }
  const bool agree = copied.output("y") == shared.output("y") && copied.output("distance") == shared.output("distance");
  std::cout << "y[0] = " << copied.output("y").front() << ", " << distance << " from the average of eight passes; with shared surfaces "
            << (agree ? "the same, bit for bit" : "something else") << '\n';
  return agree ? 0 : 1;
}
