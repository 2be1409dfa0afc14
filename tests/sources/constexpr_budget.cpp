// SPDX-License-Identifier: MIT
// A fused program of many kernels, a chain of 192, and a flow of four nodes a layer, within limits of the compilers.
#include <anechain/core.hpp>

using namespace anechain;

static_assert(Repeat<Conv1x1<64, 32>, FUSED_LAYERS>::Fused::kernels[0].weights.size() == FUSED_LAYERS);
static_assert(Repeat<Conv1x1<64, 32>, 192>::kernels.size() == 192);

namespace {

constexpr auto T = mil::tensor(mil::fp16, 1, 8, 1, 32);

struct Sum {
  static constexpr auto inputs = mil::ports({{"x", T}, {"y", T}});
  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value y) { return mil::results({{"sum", b.add(x, y)}}); }
};

/// Four types of kernels, with fan-out.
template <std::size_t Layers>
struct Layered {
  static constexpr auto input = T;
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    for (std::size_t layer = 0; layer < Layers; ++layer) {
      f.enter("layer", layer);
      const flow::Value left = f.run<Conv1x1<8, 32>>(x);
      const flow::Value right = f.run<Relu<8, 32>>(x);
      x = f.run<RmsNorm<8, 32>>(f.run<Sum>(left, right));
      f.leave();
    }
    return x;
  }
};

}  // namespace

static_assert(Flow<Layered<FUSED_LAYERS>>::facts.nodes.size() == 4 * FUSED_LAYERS);
