// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/flow/chain.hpp>
#include <anechain/kernels/fuse.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/kernels/names.hpp>

namespace anechain {

/// Kernels in a row whose sizes are known only at run time, for example from a command line. It traces the same bodies with the
/// same builder as a Chain does at compile time and gives the same facts; what does not compile as a Chain, it throws. A copy shares the
/// kernels.
class TracedChain {
 public:
  /// A kernel's body. It is kept, and called again by `fused`: what it captured must live as long.
  using Body = std::function<mil::Value(mil::Body&, mil::Value)>;

  /// Without kernels. `name` is what reports call the chain; if it is empty, that is made of the kernels' names.
  explicit TracedChain(std::string name = {}) : name_(std::move(name)) {}

  /// A chain that is a type, for what is decided at run time: how many of its kernels, for example.
  template <class... Ks>
  explicit TracedChain(const Chain<Ks...>&, std::string name = {}) : TracedChain(std::move(name)) {
    (add(std::string{kernel_name<Ks>}, kernels::input<Ks>, &kernels::passed_through<Ks>), ...);
    const std::span<const KernelFacts> parts = detail::Parts<Chain<Ks...>>::type::kernels;
    parts_.assign(parts.begin(), parts.end());
    parts_in_ = {detail::Parts<Chain<Ks>>::type::length...};
  }

  /// Appends a kernel. Throws mil::TypeError if its body does not type-check, or its input is not the output of the
  /// kernel before it.
  void add(std::string name, const mil::TensorType& input, Body body) {
    if (!facts_.empty() && facts_.back().outputs[0].type != input)
      throw mil::TypeError("kernels do not fit: kernel " + std::to_string(facts_.size() - 1) + " gives " +
                           to_string(facts_.back().outputs[0].type) + ", but kernel " + std::to_string(facts_.size()) + " takes " +
                           to_string(input));
    kernels_.push_back(std::make_shared<TracedKernel>(std::move(name), input, std::move(body)));
    facts_.push_back(kernels_.back()->facts());
    parts_.push_back(facts_.back());
    parts_in_.push_back(1);
  }

  /// What reports call it.
  std::string name() const {
    if (!name_.empty()) return name_;
    return std::string{kernels::sequence_name(Names{facts_}).view()};
  }

  /// The facts of every kernel. They live as long as any copy of this chain.
  std::span<const KernelFacts> kernels() const { return facts_; }

  /// The kernels that it computes, however they are fused: of a chain that fused() made, those of the chain that was fused.
  std::span<const KernelFacts> parts() const { return parts_; }

  /// The first kernels alone. Throws std::out_of_range if there are not so many.
  TracedChain first(std::size_t count) const {
    TracedChain chain{name_.empty() ? name_ : name_ + " x" + std::to_string(count)};
    std::size_t parts = 0;
    for (std::size_t k = 0; k < count; ++k) {
      chain.kernels_.push_back(kernels_.at(k));
      parts += parts_in_[k];
    }
    chain.parts_of_ = parts_of_;
    chain.facts_.assign(facts_.begin(), facts_.begin() + static_cast<std::ptrdiff_t>(count));
    chain.parts_in_.assign(parts_in_.begin(), parts_in_.begin() + static_cast<std::ptrdiff_t>(count));
    chain.parts_.assign(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(parts));
    return chain;
  }

  /// The same computation as one program. Throws std::invalid_argument if there is no kernel.
  TracedChain fused() const {
    if (facts_.empty()) throw std::invalid_argument("a chain needs at least one kernel");
    std::vector<Body> bodies;
    for (const auto& kernel : kernels_) bodies.push_back(kernel->body);
    TracedChain chain{name_.empty() ? name_ : "fused(" + name_ + ")"};
    chain.add(std::string{kernels::fused_name(Names{facts_}).view()}, facts_.front().inputs[0].type,
              [bodies = std::move(bodies)](mil::Body& b, mil::Value x) { return kernels::compose(b, x, bodies); });
    chain.parts_ = parts_;
    chain.parts_in_ = {parts_.size()};
    chain.parts_of_ = kernels_;
    chain.parts_of_.insert(chain.parts_of_.end(), parts_of_.begin(), parts_of_.end());
    return chain;
  }

 private:
  struct TracedKernel {
    TracedKernel(std::string called, const mil::TensorType& from, Body of) : TracedKernel(std::move(called), from, of, trace(from, of)) {}

    TracedKernel(std::string called, const mil::TensorType& from, Body of, const mil::Graph& graph)
        : name(std::move(called)),
          input{"x", from},
          output{"y", graph[graph.outputs_of(graph.functions[0])[0]].type},
          body(std::move(of)),
          summary(kernels::tracing::summarize(graph, mil::Dialect::ios16)),
          text(summary.text_size, '\0'),
          weight_names(summary.weight_characters, '\0'),
          weights(summary.weight_count) {
      mil::print_to(text.data(), graph, mil::Dialect::ios16);
      kernels::tracing::list_weights(graph, weight_names.data(), weights.data());
    }
    TracedKernel(const TracedKernel&) = delete;  // facts point at it
    TracedKernel& operator=(const TracedKernel&) = delete;

    KernelFacts facts() const { return {name, {&input, 1}, {&output, 1}, text, weights, summary.flops, summary.bytes}; }

    std::string name;
    mil::Port input;
    mil::Port output;
    Body body;
    kernels::tracing::Summary summary;
    std::string text;
    std::string weight_names;
    std::vector<WeightFacts> weights;
  };

  /// The names of kernels, as sequence_name() takes them.
  struct Names {
    explicit Names(const std::vector<KernelFacts>& facts) {
      for (const KernelFacts& kernel : facts) all.push_back(kernel.name);
    }
    operator mil::Entries<std::string_view>() const { return {all.data(), all.size()}; }
    std::vector<std::string_view> all;
  };

  std::string name_;
  std::vector<std::shared_ptr<const TracedKernel>> kernels_;
  std::vector<std::shared_ptr<const TracedKernel>> parts_of_;  ///< what parts_ points at, besides kernels_
  std::vector<KernelFacts> facts_;
  std::vector<KernelFacts> parts_;
  std::vector<std::size_t> parts_in_;  ///< of each kernel
};

}  // namespace anechain
