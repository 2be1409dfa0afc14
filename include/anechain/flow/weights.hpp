// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/flow/chain.hpp>
#include <anechain/flow/npy_tensor.hpp>
#include <anechain/flow/weight_path.hpp>
#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/convert.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/support/npy_array.hpp>
#include <anechain/support/safetensors.hpp>

namespace anechain {

/// Fills the tensors of a chain's weights, one after the other: `source(kernel, weight, values)`, with the kernel's
/// position in the chain and as many values, zero at first, as the tensor has elements. The values are rounded to its dtype.
template <class S>
concept WeightSource =
    requires(const S& source, std::size_t kernel, const WeightFacts& weight, std::span<float> values) { source(kernel, weight, values); };

/// Convolutions of one group, and matrices of rank 2, give back their input, as in the original experiment: a matrix is taken
/// as [out, in, kernel...], with ones on the diagonal of the first two axes, at the centre of a wider kernel. Where there
/// are more channels out than in, the rest is zero. Gains are one, biases zero.
struct Identity {
  /// Sets all values of one weight, of any kernel.
  void operator()(std::size_t, const WeightFacts& weight, std::span<float> values) const;
};
inline constexpr Identity identity{};  ///< `Net::compile(device, identity)`

/// All zero.
struct Zeros {
  void operator()(std::size_t, const WeightFacts&, std::span<float>) const {}
};
inline constexpr Zeros zeros{};  ///< what a Weights has at first

/// Random weights that depend on the seed, the kernel's position and the tensor's name alone. Uniform, with a spread of
/// 1/sqrt(inputs of one output), so that numbers keep their size along a chain; a matrix is taken as [out, in, kernel...].
/// Gains are spread around one.
class RandomWeights {
 public:
  /// See random_weights.
  explicit constexpr RandomWeights(std::uint64_t seed) : seed_(seed) {}

  /// Sets all values of one weight; the same name in another kernel gets other values.
  void operator()(std::size_t kernel, const WeightFacts& weight, std::span<float> values) const;

 private:
  std::uint64_t seed_;
};

/// A weight source of random numbers; the same seed gives the same weights on every machine.
constexpr RandomWeights random_weights(std::uint64_t seed) { return RandomWeights{seed}; }

/// The weight blobs of kernels in a row: what devices compile, one blob a kernel. Knows kernels as data; for a chain
/// that is a type, use Weights<Chain>, which checks names when it is compiled.
class WeightBlobs {
 public:
  /// Lays the blobs out and has the source fill them, but for causal masks, which are filled here. The facts are copied; what they
  /// point at must outlive this.
  template <WeightSource S>
  WeightBlobs(std::span<const KernelFacts> kernels, const S& source) : kernels_(kernels.begin(), kernels.end()) {
    for (const KernelFacts& kernel : kernels_) blobs_.push_back(empty_blob(kernel));
    std::vector<float> values;
    for (std::size_t k = 0; k < kernels_.size(); ++k) {
      for (const WeightFacts& weight : kernels_[k].weights) {
        values.assign(static_cast<std::size_t>(weight.type.elements()), 0.0f);
        if (weight.role == mil::Role::causal_mask)
          fill_causal_mask(weight.type.shape, values);
        else
          source(k, weight, std::span<float>{values});
        mil::encode(weight.type.dtype, values.data(), payload(k, weight).data(), values.size());
      }
    }
  }

  /// Kernels in all.
  std::size_t count() const { return kernels_.size(); }

  /// The blob of a kernel; empty where it has no weights.
  std::span<const std::byte> blob(std::size_t kernel) const { return blobs_.at(kernel); }

  /// The bytes of one tensor. Throws std::out_of_range where the kernel has none of this name.
  std::span<std::byte> tensor(std::size_t kernel, std::string_view name) { return payload(kernel, find(kernel, name)); }

  /// Gives a tensor its numbers, row-major. Throws std::out_of_range where the kernel has none of this name, and
  /// std::invalid_argument where the count is not that of its elements.
  void set(std::size_t kernel, std::string_view name, std::span<const float> values);

  /// Gives a tensor the numbers of an array: `set(0, "W", npy::load("w.npy"))`, with <anechain/support/npy.hpp>. Which shapes and dtypes
  /// fit, and how they are converted: see npy::elements_as. Throws std::out_of_range where the kernel has none of this name, and
  /// std::invalid_argument where the array does not fit, or an element is not held by the tensor's dtype; the tensor is then as before.
  void set(std::size_t kernel, std::string_view name, const npy::Array& array);

  /// The same tensors, in the same order, for other kernels: those of the fused chain.
  /// Throws std::invalid_argument where the tensors are not of the same types.
  WeightBlobs refitted(std::span<const KernelFacts> kernels) const;

  /// Writes all tensors to one weight file, kernel after kernel. Throws std::system_error.
  void save(const std::filesystem::path& path) const;

  /// Reads all tensors from a file like `save` writes; the fused program's weight file is one.
  /// Throws std::system_error, or BlobError where a tensor is missing, spoilt, or of another type.
  void load(const std::filesystem::path& path);

 private:
  struct Tensor {
    mil::TensorType type;
    std::span<const std::byte> payload;
  };

  static void fill_causal_mask(const mil::Shape& shape, std::span<float> values);

  static std::vector<std::byte> empty_blob(const KernelFacts& kernel);

  std::vector<Tensor> tensors() const;

  const WeightFacts& find(std::size_t kernel, std::string_view name) const {
    if (kernel >= kernels_.size())
      throw std::out_of_range("kernel " + std::to_string(kernel) + ": this chain has " + std::to_string(kernels_.size()) +
                              ", counted from 0");
    const KernelFacts& facts = kernels_[kernel];
    std::string known;
    for (const WeightFacts& weight : facts.weights) {
      if (weight.name == name) return weight;
      known += (known.empty() ? "" : ", ") + std::string{weight.name};
    }
    throw std::out_of_range("kernel " + std::to_string(kernel) + " (" + std::string{facts.name} + ") has no weight '" + std::string{name} +
                            "'; it has " + (known.empty() ? "none" : known));
  }

  std::span<std::byte> payload(std::size_t kernel, const WeightFacts& weight) {
    return std::span{blobs_.at(kernel)}.subspan(weight.placement.payload(), weight.placement.size);
  }

  std::vector<KernelFacts> kernels_;
  std::vector<std::vector<std::byte>> blobs_;
};

/// Called, and so named by the compiler, where a weight is asked for that no kernel of the chain has.
void no_kernel_of_this_chain_has_a_weight_of_this_name(const char* name);

/// The name of a weight of a chain. A name that no kernel of the chain has does not compile.
template <class Chain>
class WeightName {
 public:
  /// From a literal. Whether the very kernel that is asked has it, is found at run time.
  template <std::size_t N>
  consteval WeightName(const char (&name)[N]) : text_(name) {
    for (const KernelFacts& kernel : Chain::kernels)
      for (const WeightFacts& weight : kernel.weights)
        if (weight.name == text_) return;
    no_kernel_of_this_chain_has_a_weight_of_this_name(name);
  }

  /// In static storage.
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// The weights of a chain or a flow: one blob a kernel, laid out as its program says.
///
///     Weights<Net> weights{identity};                 // or zeros, random_weights(42), any WeightSource
///     weights.set(0, "W", numbers);                   // from memory; a misspelt name does not compile
///     weights.set(1, "W", npy::load("w.npy"));        // an array that NumPy saved
///     weights.set("layer3/Attention/wq", numbers);    // of a flow, by the node's path
///     weights.load("weights.bin");                    // all of them, from a file of their own
///     weights.load(safetensors::File{"model.safetensors"});   // or from tensors that are named by the paths
template <class Chain>
class Weights {
 public:
  /// Filled by a source: see WeightBlobs. Zeros by default.
  ///@{
  explicit Weights() : Weights(zeros) {}

  template <WeightSource S>
  explicit Weights(const S& source) : blobs_(Chain::kernels, source) {}
  ///@}

  /// By a path, "layer3/Attention/wq": see flow::find_weight, and WeightBlobs.
  ///@{
  void set(std::string_view path, std::span<const float> values) {
    const flow::WeightPlace place = flow::find_weight(Chain::facts, path);
    blobs_.set(place.kernel, place.name, values);
  }
  void set(std::string_view path, const npy::Array& array) {
    const flow::WeightPlace place = flow::find_weight(Chain::facts, path);
    blobs_.set(place.kernel, place.name, array);
  }
  ///@}

  /// Sets every weight but causal masks from a file's tensors: that of the weight "layer3/Attention/wq" is called so there, or
  /// "layer3.Attention.wq", or whatever `name_of` makes of this path. Tensors that no weight asks for are left alone. Throws
  /// std::out_of_range with the names of all that the file lacks, std::invalid_argument if a tensor does not fit (see npy::elements_as),
  /// and as File::operator[] does.
  ///@{
  void load(const safetensors::File& file) {
    load(file, [&](std::string path) {
      if (!file.has(path)) std::ranges::replace(path, '/', '.');
      return path;
    });
  }
  template <std::invocable<std::string> NameOf>
  void load(const safetensors::File& file, const NameOf& name_of) {
    std::vector<std::pair<std::string, flow::WeightPlace>> wanted;
    std::string missing;
    flow::for_each_weight(Chain::facts, [&](const std::string& path, const flow::WeightPlace& place, const WeightFacts& weight) {
      if (weight.role == mil::Role::causal_mask) return;
      wanted.emplace_back(name_of(path), place);
      if (!file.has(wanted.back().first)) missing += (missing.empty() ? "" : ", ") + wanted.back().first;
    });
    if (!missing.empty()) throw std::out_of_range("the file has no tensor " + missing);
    for (const auto& [name, place] : wanted) blobs_.set(place.kernel, place.name, file[name]);
  }
  ///@}

  /// See WeightBlobs.
  ///@{
  void set(std::size_t kernel, WeightName<Chain> name, std::span<const float> values) { blobs_.set(kernel, name.text(), values); }
  void set(std::size_t kernel, WeightName<Chain> name, const npy::Array& array) { blobs_.set(kernel, name.text(), array); }
  std::span<std::byte> tensor(std::size_t kernel, WeightName<Chain> name) { return blobs_.tensor(kernel, name.text()); }
  void save(const std::filesystem::path& path) const { blobs_.save(path); }
  void load(const std::filesystem::path& path) { blobs_.load(path); }
  ///@}

  /// The same weights for the flow with its kernels fused, or cut in another way: `weights.of<Net::Cut<"layer6">>()`.
  ///@{
  Weights<typename Chain::Fused> fused() const { return of<typename Chain::Fused>(); }
  template <class F>
  Weights<F> of() const {
    static_assert(std::is_same_v<typename detail::Whole<F>::type, typename detail::Whole<Chain>::type>,
                  "anechain: weights of another flow: Weights::of takes the flow itself, fused or cut");
    return Weights<F>{blobs_.refitted(F::kernels)};
  }
  ///@}

  /// The same as data, for a CompiledFlow. They live as long as this.
  const WeightBlobs& blobs() const { return blobs_; }

 private:
  template <class>
  friend class Weights;

  explicit Weights(WeightBlobs blobs) : blobs_(std::move(blobs)) {}

  WeightBlobs blobs_;
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/flow/weights.ipp>
#endif
