// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <anechain/chain/chain.hpp>
#include <anechain/kernels/fuse.hpp>
#include <anechain/kernels/kernel.hpp>

namespace anechain {

/// Kernels in a row whose sizes are known only at run time, from a command line, say. It traces the same bodies with the
/// same builder as a Chain does at compile time and gives the same facts; what a Chain refuses to compile, it throws.
class TracedChain {
 public:
  /// A kernel's body. It is kept, and called again by `first` and `fused`: what it captured must live as long.
  using Body = std::function<mil::Value(mil::Builder&, mil::Value)>;

  TracedChain() = default;

  /// A chain that is a type, for what is decided at run time: how many of its kernels, say.
  template <class... Ks>
  explicit TracedChain(const Chain<Ks...>&) {
    (add(std::string{kernel_name<Ks>}, Ks::input, &Ks::body), ...);
  }

  /// Appends a kernel. Throws mil::TypeError where its body does not type-check, or its input is not the output of the
  /// kernel before it.
  void add(std::string name, const mil::TensorType& input, Body body) {
    if (!facts_.empty() && facts_.back().output != input)
      throw mil::TypeError("kernels do not fit: kernel " + std::to_string(facts_.size() - 1) + " gives " + to_string(facts_.back().output) +
                           ", but kernel " + std::to_string(facts_.size()) + " takes " + to_string(input));
    auto kernel = std::make_unique<TracedKernel>(std::move(name), trace(input, body));
    facts_.push_back(kernel->facts(input));
    kernels_.push_back(std::move(kernel));
    bodies_.push_back(std::move(body));
  }

  /// The facts of every kernel. They point into this object.
  std::span<const KernelFacts> kernels() const { return facts_; }

  /// The first kernels alone. Throws std::out_of_range where there are not so many.
  TracedChain first(std::size_t count) const {
    TracedChain chain;
    for (std::size_t k = 0; k < count; ++k) chain.add(kernels_.at(k)->name, facts_[k].input, bodies_[k]);
    return chain;
  }

  /// The same computation as one program. Throws std::invalid_argument where there is no kernel.
  TracedChain fused() const {
    if (facts_.empty()) throw std::invalid_argument("a chain needs at least one kernel");
    TracedChain chain;
    chain.add("Fuse", facts_.front().input, [bodies = bodies_](mil::Builder& b, mil::Value x) { return kernels::compose(b, x, bodies); });
    return chain;
  }

 private:
  struct TracedKernel {
    TracedKernel(std::string called, const mil::Graph& graph)
        : name(std::move(called)),
          summary(kernels::tracing::summarize(graph, mil::Dialect::ios16)),
          text(summary.text_size, '\0'),
          weight_names(summary.weight_characters, '\0'),
          weights(summary.weight_count) {
      mil::print_to(text.data(), graph, mil::Dialect::ios16);
      kernels::tracing::list_weights(graph, weight_names.data(), weights.data());
    }

    KernelFacts facts(const mil::TensorType& input) const {
      return {name, input, summary.output, text, weights, summary.flops, summary.bytes};
    }

    std::string name;
    kernels::tracing::Summary summary;
    std::string text;
    std::string weight_names;
    std::vector<WeightFacts> weights;
  };

  std::vector<std::unique_ptr<TracedKernel>> kernels_;
  std::vector<KernelFacts> facts_;
  std::vector<Body> bodies_;
};

}  // namespace anechain
