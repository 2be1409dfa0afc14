// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <anechain/flow/constraints.hpp>
#include <anechain/flow/pass.hpp>
#include <anechain/flow/weights.hpp>
#include <anechain/mil/respell.hpp>

namespace anechain {

/// The kernels of a flow as programs on a device, one a kernel. Knows the flow as data.
template <Device D>
class CompiledFlow {
 public:
  /// `facts` and what they point at must outlive it, and so must the device. With a dialect, the device gets the programs in that one.
  /// Throws CompileError, with the kernel's position and name and the device's own error nested in it; std::invalid_argument if the weights
  /// are not those of the flow's kernels; and mil::TypeError if the dialect lacks an opset that a kernel needs.
  CompiledFlow(D& device, const flow::Facts& facts, const WeightBlobs& weights, std::optional<mil::Dialect> dialect = std::nullopt)
      : device_(&device), facts_(facts) {
    for (const flow::NodeFacts& node : facts.nodes)
      if (node.kernel != nullptr) kernels_.push_back(*node.kernel);
    if (weights.count() != kernels_.size())
      throw std::invalid_argument("weights of " + std::to_string(weights.count()) + " kernels for a flow of " +
                                  std::to_string(kernels_.size()));
    programs_.reserve(kernels_.size());
    for (std::size_t k = 0; k < kernels_.size(); ++k) {
      try {
        const std::string respelled = dialect ? mil::respelled(kernels_[k].text, *dialect) : std::string{};
        programs_.push_back(device.compile(dialect ? std::string_view{respelled} : kernels_[k].text, weights.blob(k)));
      } catch (const CompileError& error) {
        std::throw_with_nested(CompileError("kernel " + std::to_string(k) + " (" + std::string{kernels_[k].name} + "): " + error.what()));
      }
    }
  }

  /// Surfaces and requests for one strategy. Any number of passes may be bound to the same programs, which must outlive them.
  template <StrategyWithName S>
  Pass<D, S> bind(const S&) & {
    return Pass<D, S>{*device_, facts_, programs_};
  }
  /// The same for another flow whose kernels are the first ones of this one, with the same weights: a shorter chain, for example. Throws
  /// std::invalid_argument if they are not.
  template <StrategyWithName S>
  Pass<D, S> bind(const S&, const flow::Facts& facts) & {
    std::size_t count = 0;
    for (const flow::NodeFacts& node : facts.nodes)
      if (node.kernel != nullptr && (count == kernels_.size() || kernels_[count++].text != node.kernel->text))
        throw std::invalid_argument("a pass of a flow of other kernels");
    return Pass<D, S>{*device_, facts, std::span{programs_}.first(count)};
  }
  template <StrategyWithName S>
  void bind(const S&) && = delete;  // the programs would be gone before the pass runs

  /// A copy of the facts that it was made from. What they point at is still the flow's, which must outlive this.
  std::span<const KernelFacts> kernels() const { return kernels_; }

 private:
  D* device_;
  flow::Facts facts_;
  std::vector<KernelFacts> kernels_;
  std::vector<typename D::Program> programs_;
};

/// A flow's programs on a device. Get one from `Chain::compile(device, weights)` or `Flow::compile(device, weights)`. The device must
/// outlive it.
template <class F, class D>
class Compiled : public CompiledFlow<D> {
 public:
  using CompiledFlow<D>::CompiledFlow;

  /// A pass of this flow under a strategy: `auto pass = chain.bind(sequential);`
  template <StrategyWithName S>
  Pass<D, S> bind(const S& strategy) & {
    return CompiledFlow<D>::bind(strategy);
  }
  template <StrategyWithName S>
  void bind(const S&) && = delete;  // keep the compiled chain: `auto chain = Net::compile(device, weights);`
};

// Explained where it is declared.
///@cond
template <class... Ks>
template <class D, class W>
Compiled<Chain<Ks...>, D> Chain<Ks...>::compile(D& device, const W& weights, std::optional<mil::Dialect> dialect) {
  static_assert(can_be_run_by<D, Ks...>());
  if constexpr (WeightSource<W>) {
    return {device, facts, WeightBlobs{kernels, weights}, dialect};
  } else {
    static_assert(std::is_same_v<W, Weights<Chain>>, "anechain: compile takes a Weights of this chain, or a weight source like `identity`");
    return {device, facts, weights.blobs(), dialect};
  }
}

template <class N>
template <class D, class W>
Compiled<Flow<N>, D> Flow<N>::compile(D& device, const W& weights, std::optional<mil::Dialect> dialect) {
  static_assert(flow_can_be_run_by<D, N>());
  if constexpr (WeightSource<W>) {
    return {device, facts, WeightBlobs{kernels, weights}, dialect};
  } else {
    static_assert(std::is_same_v<W, Weights<Flow>>, "anechain: compile takes a Weights of this flow, or a weight source like `identity`");
    return {device, facts, weights.blobs(), dialect};
  }
}
///@endcond

}  // namespace anechain
