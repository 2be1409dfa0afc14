// SPDX-License-Identifier: MIT
// A fused program of many kernels, a chain of 192, and a flow of four nodes a layer, within limits of the compilers.
#include <anechain/core.hpp>

using namespace anechain;

#ifdef FUSED_LAYERS

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

#endif

#ifdef LLAMA_LAYERS

namespace {

constexpr int dim = 768;
constexpr int hidden = 2048;
constexpr int heads = 12;
constexpr int sequence = 256;
constexpr auto X = mil::tensor(mil::fp16, 1, dim, 1, sequence);

struct AddResidual {
  static constexpr auto inputs = mil::ports({{"a", X}, {"b", X}});
  static constexpr mil::Value body(mil::Body& b, mil::Value x, mil::Value y) { return b.add(x, y); }
};

/// Layers of a Llama model, six kernels each.
template <std::size_t Layers>
struct Llama {
  static constexpr auto input = X;
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    for (std::size_t layer = 0; layer < Layers; ++layer) {
      f.enter("layer", layer);
      const flow::Value attended = f.run<CausalAttention<dim, heads, sequence>>(f.run<RmsNorm<dim, sequence>, "attention_norm">(x));
      const flow::Value h = f.run<AddResidual>(x, attended);
      const flow::Value fed = f.run<SwiGlu<dim, hidden, sequence>>(f.run<RmsNorm<dim, sequence>, "feed_forward_norm">(h));
      x = f.run<AddResidual>(h, fed);
      f.leave();
    }
    return x;
  }
};

}  // namespace

// As one program, and as two: what is kept of a flow's graph is read by several evaluations, so that each has the whole budget.
static_assert(Flow<Llama<LLAMA_LAYERS>>::Fused::kernels[0].weights.size() == LLAMA_LAYERS * 10);
static_assert(Flow<Llama<LLAMA_LAYERS>>::Cut<"layer1">::kernels.size() == 2);

#endif
