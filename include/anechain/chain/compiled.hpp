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

#include <anechain/chain/constraints.hpp>
#include <anechain/chain/pass.hpp>
#include <anechain/chain/weights.hpp>
#include <anechain/mil/respell.hpp>

namespace anechain {

/// Kernels in a row as programs on a device, one a kernel. Knows them as data; what a chain that is a type compiles to is
/// Compiled<Chain, Device>.
template <Device D>
class CompiledKernels {
 public:
  /// With a dialect, the device gets the programs in that one. Throws CompileError, with the kernel's position and name and the device's
  /// own error nested in it; std::invalid_argument if there is no kernel, kernels do not fit each other, or the weights are not theirs; and
  /// mil::TypeError if the dialect lacks an opset that a kernel needs.
  CompiledKernels(D& device, std::span<const KernelFacts> kernels, const WeightBlobs& weights,
                  std::optional<mil::Dialect> dialect = std::nullopt)
      : device_(&device), kernels_(kernels.begin(), kernels.end()) {
    if (kernels_.empty()) throw std::invalid_argument("a chain needs at least one kernel");
    if (weights.count() != kernels_.size())
      throw std::invalid_argument("weights of " + std::to_string(weights.count()) + " kernels for a chain of " +
                                  std::to_string(kernels_.size()));
    for (std::size_t k = 0; k < kernels_.size(); ++k)
      if (kernels_[k].inputs.size() != 1 || kernels_[k].outputs.size() != 1)
        throw std::invalid_argument("kernel " + std::to_string(k) + " has " + std::to_string(kernels_[k].inputs.size()) + " inputs and " +
                                    std::to_string(kernels_[k].outputs.size()) + " results: a chain passes one tensor");
    for (std::size_t k = 0; k + 1 < kernels_.size(); ++k) {
      const mil::TensorType& given = kernels_[k].outputs[0].type;
      const mil::TensorType& taken = kernels_[k + 1].inputs[0].type;
      if (given != taken)
        throw std::invalid_argument("kernels do not fit: kernel " + std::to_string(k) + " gives " + to_string(given) + ", but kernel " +
                                    std::to_string(k + 1) + " takes " + to_string(taken));
    }
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

  /// Surfaces and requests for one strategy. Any number of passes may be bound to the same programs, which must outlive
  /// them.
  template <StrategyWithName S>
  Pass<D, S> bind(const S& strategy) & {
    return bind(strategy, kernels_.size());
  }

  /// The same for the first `length` kernels. Throws std::out_of_range where there are not so many.
  template <StrategyWithName S>
  Pass<D, S> bind(const S&, std::size_t length) & {
    if (length < 1 || length > kernels_.size())
      throw std::out_of_range("a pass of " + std::to_string(length) + " kernels, of a chain of " + std::to_string(kernels_.size()));
    return Pass<D, S>{*device_, std::span{kernels_}.first(length), std::span{programs_}.first(length)};
  }

  template <StrategyWithName S>
  void bind(const S&) && = delete;  // the programs would be gone before the pass runs

  /// A copy of the facts that it was made from. What they point at is still the chain's, which must outlive this.
  std::span<const KernelFacts> kernels() const { return kernels_; }

 private:
  D* device_;
  std::vector<KernelFacts> kernels_;
  std::vector<typename D::Program> programs_;
};

/// A chain's programs on a device. Get one from `Chain::compile(device, weights)`. The device must outlive it.
template <class Chain, class D>
class Compiled : public CompiledKernels<D> {
 public:
  using CompiledKernels<D>::CompiledKernels;

  /// A pass of this chain under a strategy: `auto pass = chain.bind(sequential);`
  template <StrategyWithName S>
  Pass<D, S> bind(const S& strategy) & {
    return CompiledKernels<D>::bind(strategy);
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
    return {device, kernels, WeightBlobs{kernels, weights}, dialect};
  } else {
    static_assert(std::is_same_v<W, Weights<Chain>>, "anechain: compile takes a Weights of this chain, or a weight source like `identity`");
    return {device, kernels, weights.blobs(), dialect};
  }
}
///@endcond

}  // namespace anechain
