// SPDX-License-Identifier: MIT
// The kernels of transformers, against references written from their definitions; gradients against differences of those.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "run_program.hpp"

using namespace run_program;

namespace {

/// A kernel compiled on the host with weights of a source, which can be asked for as tensors.
template <Kernel K>
class Tried {
 public:
  explicit Tried(std::uint64_t seed = 3) : weights_(std::span{&kernel_facts<K>, 1}, random_weights(seed)) {}

  Tensor weight(std::string_view name) {
    for (const WeightFacts& facts : blob_layout<K>) {
      if (facts.name != name) continue;
      Tensor tensor{{facts.type.shape.begin(), facts.type.shape.end()},
                    std::vector<double>(static_cast<std::size_t>(facts.type.elements()))};
      mil::decode(facts.type.dtype, weights_.tensor(0, name).data(), tensor.data.data(), tensor.data.size());
      return tensor;
    }
    FAIL("there is no weight ", name);
    return {};
  }

  /// A gain or bias as a plain vector; a matrix with its two extents.
  Tensor vector(std::string_view name) { return reshaped(weight(name), 1); }
  Tensor matrix(std::string_view name) { return reshaped(weight(name), 2); }

  Tensor run(const Tensor& x) {
    HostDevice host;
    CompiledFlow<HostDevice> compiled{host, Chain<K>::facts, weights_};
    auto pass = compiled.bind(run_only);
    pass.input(x.data);
    pass.run();
    return {{output<K>.shape.begin(), output<K>.shape.end()}, pass.template output<double>()};
  }

  /// By the names of inputs and results.
  std::map<std::string, Tensor> run(const std::map<std::string, Input>& inputs) {
    Inputs alphabetical;
    for (const auto& [name, input] : inputs) alphabetical.push_back(input);
    const std::vector<Tensor> given = Session{mil_text<K>, weights_.blob(0)}.evaluate(alphabetical);
    std::map<std::string, Tensor> results;
    for (const mil::Port& port : outputs<K>) results[std::string{port.name}];
    REQUIRE(given.size() == results.size());
    auto next = given.begin();
    for (auto& [name, result] : results) result = *next++;
    return results;
  }

  WeightBlobs& blobs() { return weights_; }

 private:
  static Tensor reshaped(Tensor tensor, std::size_t rank) {
    std::vector<std::int64_t> shape;
    for (const std::int64_t extent : tensor.shape)
      if (extent != 1 && shape.size() < rank) shape.push_back(extent);
    return {shape, tensor.data};
  }

  WeightBlobs weights_;
};

template <Kernel K>
Input input_of(std::uint64_t seed = 1) {
  return random_input(K::input.dtype, {K::input.shape.begin(), K::input.shape.end()}, seed, -1.5, 1.5);
}

/// In fp32 the formula is held to a few units in the last place of its sums. In fp16 each of up to forty operations rounds
/// its result by at most 2^-12 of its size, mostly in different directions: their squares add up.
constexpr double kernel_tolerance(mil::DType dtype) { return dtype == mil::fp16 ? 7 * 0x1p-11 : 0x1p-18; }

constexpr double epsilon_of(mil::DType dtype) { return mil::rounded(dtype, norm_epsilon); }

template <Kernel K, class Reference>
void check_kernel(Reference reference) {
  CAPTURE(kernel_name<K>);
  Tried<K> tried;
  const Input x = input_of<K>();
  CHECK(distance(tried.run(x.tensor), reference(tried, x.tensor)) <= kernel_tolerance(K::input.dtype));
}

template <mil::DType D>
void check_all() {
  check_kernel<Linear<24, 40, 16, D>>([](auto& k, const Tensor& x) {
    const Tensor bias = k.vector("b");
    return reference::conv1x1(x, k.matrix("W"), &bias);
  });
  check_kernel<Bias<24, 16, D>>([](auto& k, const Tensor& x) { return reference::add(x, k.weight("b")); });
  check_kernel<Residual<Conv1x1<24, 16, D>>>(
      [](auto& k, const Tensor& x) { return reference::add(x, reference::conv1x1(x, k.matrix("W"), nullptr)); });
  check_kernel<Relu<24, 16, D>>([](auto&, const Tensor& x) { return reference::relu(x); });
  check_kernel<Sigmoid<24, 16, D>>([](auto&, const Tensor& x) { return reference::map(x, reference::sigmoid); });
  check_kernel<Tanh<24, 16, D>>([](auto&, const Tensor& x) { return reference::map(x, [](double n) { return std::tanh(n); }); });
  check_kernel<Silu<24, 16, D>>([](auto&, const Tensor& x) { return reference::map(x, reference::silu); });
  check_kernel<Gelu<24, 16, D>>([](auto&, const Tensor& x) { return reference::map(x, reference::gelu_tanh); });
  check_kernel<Softmax<24, 16, D>>([](auto&, const Tensor& x) { return reference::softmax(x, 1); });
  check_kernel<Softmax<24, 16, D, -1>>([](auto&, const Tensor& x) { return reference::softmax(x, -1); });
  check_kernel<RmsNorm<24, 16, D>>([](auto& k, const Tensor& x) { return reference::rms_norm(x, k.vector("gain"), epsilon_of(D)); });
  check_kernel<LayerNorm<24, 16, D>>(
      [](auto& k, const Tensor& x) { return reference::layer_norm_channels(x, k.vector("gain"), k.vector("bias"), epsilon_of(D)); });
  check_kernel<SwiGlu<24, 40, 16, D>>(
      [](auto& k, const Tensor& x) { return reference::swiglu(x, k.matrix("w1"), k.matrix("w3"), k.matrix("w2")); });
  check_kernel<GeluFeedForward<24, 40, 16, D>>([](auto& k, const Tensor& x) {
    const Tensor first = k.vector("b1");
    const Tensor second = k.vector("b2");
    return reference::gelu_feed_forward(x, k.matrix("w1"), &first, k.matrix("w2"), &second, "TANH_APPROXIMATION");
  });
  check_kernel<CausalAttention<24, 4, 16, D>>([](auto& k, const Tensor& x) {
    return reference::causal_attention(x, k.matrix("wq"), k.matrix("wk"), k.matrix("wv"), k.matrix("wo"), 4);
  });
  check_kernel<TransformerBlock<24, 40, 4, 16, D>>([](auto& k, const Tensor& x) {
    return reference::transformer_block(x, k.vector("attention_norm"), k.matrix("wq"), k.matrix("wk"), k.matrix("wv"), k.matrix("wo"), 4,
                                        k.vector("feed_forward_norm"), k.matrix("w1"), k.matrix("w3"), k.matrix("w2"), epsilon_of(D));
  });
}

/// The gradient of sum(dy * f(x)), by central differences.
Tensor gradient(const Tensor& x, const Tensor& dy, const std::function<Tensor(const Tensor&)>& f) {
  constexpr double step = 1e-5;
  const auto loss = [&](const Tensor& at) {
    const Tensor y = f(at);
    double sum = 0;
    for (std::size_t i = 0; i < y.data.size(); ++i) sum += dy.data[i] * y.data[i];
    return sum;
  };
  Tensor result = x;
  for (std::size_t i = 0; i < x.data.size(); ++i) {
    Tensor more = x;
    Tensor less = x;
    more.data[i] += step;
    less.data[i] -= step;
    result.data[i] = (loss(more) - loss(less)) / (2 * step);
  }
  return result;
}

Tensor transposed(const Tensor& matrix) { return reference::transpose(matrix, {1, 0}); }

void set(WeightBlobs& blobs, const char* name, const Tensor& values) {
  blobs.set(0, name, std::vector<float>(values.data.begin(), values.data.end()));
}

}  // namespace

TEST_CASE("every kernel computes its definition, in single precision") { check_all<mil::fp32>(); }

TEST_CASE("every kernel computes its definition, in half precision") { check_all<mil::fp16>(); }

namespace {

template <mil::DType dtype>
void check_gradients() {
  const Input x = random_input(dtype, {1, 12, 1, 5}, 1, -1.5, 1.5);
  const Input dy = random_input(dtype, {1, 12, 1, 5}, 2, -1.5, 1.5);
  const auto is = [](Tensor got, const Tensor& expected) {
    got.shape = expected.shape;  // gradients of weights have the weights' elements, in rows
    return distance(got, expected) <= kernel_tolerance(dtype);
  };
  {
    Tried<RmsNormBackward<12, 5, dtype>> kernel;
    const Tensor gain = kernel.vector("gain");
    const auto forward = [](const Tensor& at, const Tensor& with) { return reference::rms_norm(at, with, epsilon_of(dtype)); };
    const auto got = kernel.run({{"x", x}, {"dy", dy}});
    CHECK(is(got.at("dx"), gradient(x.tensor, dy.tensor, [&](const Tensor& at) { return forward(at, gain); })));
    CHECK(is(got.at("dgain"), gradient(gain, dy.tensor, [&](const Tensor& at) { return forward(x.tensor, at); })));
  }
  {
    Tried<SwiGluBackward<12, 20, 5, dtype>> kernel;
    const Tensor w1 = kernel.matrix("w1");
    const Tensor w3 = kernel.matrix("w3");
    const Tensor w2 = transposed(kernel.matrix("w2_t"));
    set(kernel.blobs(), "w1_t", transposed(w1));
    set(kernel.blobs(), "w3_t", transposed(w3));
    const auto got = kernel.run({{"x", x}, {"dy", dy}});
    const Tensor& at_x = x.tensor;
    CHECK(is(got.at("dx"), gradient(at_x, dy.tensor, [&](const Tensor& at) { return reference::swiglu(at, w1, w3, w2); })));
    CHECK(is(got.at("dw1"), gradient(w1, dy.tensor, [&](const Tensor& at) { return reference::swiglu(at_x, at, w3, w2); })));
    CHECK(is(got.at("dw2"), gradient(w2, dy.tensor, [&](const Tensor& at) { return reference::swiglu(at_x, w1, w3, at); })));
    CHECK(is(got.at("dw3"), gradient(w3, dy.tensor, [&](const Tensor& at) { return reference::swiglu(at_x, w1, at, w2); })));
  }
}

}  // namespace

TEST_CASE("gradients are those of the definition") {
  check_gradients<mil::fp32>();
  check_gradients<mil::fp16>();
}

TEST_CASE("a position sees itself and those before it, not those behind it") {
  Tried<CausalAttention<16, 2, 8, mil::fp32>> kernel;
  const Input x = input_of<CausalAttention<16, 2, 8, mil::fp32>>();
  Input changed = x;
  for (std::size_t channel = 0; channel < 16; ++channel) changed.tensor.data[channel * 8 + 5] += 1;
  const Tensor before = kernel.run(x.tensor);
  const Tensor after = kernel.run(changed.tensor);
  for (std::size_t channel = 0; channel < 16; ++channel)
    for (std::size_t position = 0; position < 8; ++position)
      CHECK((before.data[channel * 8 + position] == after.data[channel * 8 + position]) == (position < 5));
}

TEST_CASE("with identity weights and gains of one, norms normalise and the mask is there all the same") {
  using Norm = RmsNorm<16, 4, mil::fp32>;
  const WeightBlobs weights{Chain<Norm>::kernels, identity};
  HostDevice host;
  CompiledFlow<HostDevice> compiled{host, Chain<Norm>::facts, weights};
  auto pass = compiled.bind(run_only);
  const Input x = input_of<Norm>();
  pass.input(x.tensor.data);
  pass.run();
  const Tensor ones{{16}, std::vector<double>(16, 1)};
  CHECK(distance({x.tensor.shape, pass.output<double>()}, reference::rms_norm(x.tensor, ones, epsilon_of(mil::fp32))) <=
        kernel_tolerance(mil::fp32));

  using Attention = CausalAttention<16, 2, 8>;
  WeightBlobs zeroed{Chain<Attention>::kernels, zeros};
  const auto mask = zeroed.tensor(0, "mask");
  std::vector<float> numbers(64);
  mil::decode(mil::fp16, mask.data(), numbers.data(), numbers.size());
  for (std::size_t query = 0; query < 8; ++query)
    for (std::size_t key = 0; key < 8; ++key) CHECK(numbers[query * 8 + key] == (key <= query ? 0 : mil::causal_mask_value));
}

namespace {

template <class Net>
void check_fused() {
  HostDevice host;
  const Weights<Net> weights{random_weights(7)};
  auto chain = Net::compile(host, weights);
  auto one = Net::Fused::compile(host, weights.fused());
  auto pass = chain.bind(sequential);
  auto whole = one.bind(run_only);
  const Input x = random_input(mil::fp16, {Net::input.shape.begin(), Net::input.shape.end()}, 1, -1, 1);
  pass.input(x.tensor.data);
  whole.input(x.tensor.data);
  pass.run();
  whole.run();
  const std::vector<float> separately = pass.output();
  CHECK(separately == whole.output());
  CHECK(std::ranges::all_of(separately, [](float number) { return std::isfinite(number); }));
  CHECK(std::ranges::any_of(separately, [](float number) { return std::abs(number) > 0.1F; }));
}

}  // namespace

TEST_CASE("a transformer of twelve layers, as wide as stories15M, gives the same as a chain and as one program") {
  check_fused<Repeat<TransformerBlock<288, 768, 6, 64>, 12>>();
}

TEST_CASE("a transformer of twelve layers, as wide as stories110M, gives the same as a chain and as one program") {
  check_fused<Repeat<TransformerBlock<768, 2048, 12, 64>, 12>>();
}
