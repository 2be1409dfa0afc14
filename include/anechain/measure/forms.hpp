// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <anechain/flow/traced.hpp>
#include <anechain/measure/contender.hpp>
#include <anechain/measure/definition.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/support/digest.hpp>

namespace anechain {

/// A flow as data: what it is called, its programs, and the kernels that they compute.
struct FlowFacts {
  std::string name;                       ///< what reports call it
  std::span<const KernelFacts> programs;  ///< one a program, in order
  flow::Facts flow{};                     ///< how the programs are wired
  std::span<const KernelFacts> parts;     ///< the same as `programs` unless some are fused
  flow::Facts whole{};                    ///< how the parts are wired
  std::shared_ptr<const void> owner{};    ///< what the spans point into, unless that is static storage
};

/// Of a chain or a flow that is a type.
template <ChainType F>
FlowFacts facts_of(const F&) {
  using Whole = typename detail::Whole<F>::type;
  return {std::string{F::name}, F::kernels, F::facts, Whole::kernels, Whole::facts, nullptr};
}

/// Of a flow that was traced at run time.
FlowFacts facts_of(const flow::Traced& flow);

namespace detail {

/// Flows as programs on one device. Flows that begin with the same programs, of the same weights, share them.
template <Device D>
class Forms {
 public:
  explicit Forms(D& device) : device_(device) {}

  /// Programs for a flow, of which its contenders use the first ones. Ask for long flows first. Throws as CompiledForm does.
  CompiledForm<D>& compiled(const FlowFacts& flow, const WeightBlobs& blobs) {
    std::vector<Key> keys;
    for (std::size_t k = 0; k < flow.programs.size(); ++k) keys.push_back({flow.programs[k].text, digest(blobs.blob(k))});
    for (const Entry& entry : entries_)
      if (std::ranges::mismatch(keys, entry.keys).in1 == keys.end()) return *entry.form;
    auto form = std::make_unique<CompiledForm<D>>(device_, flow.flow, flow.programs, blobs);
    return *entries_.emplace_back(std::move(keys), std::move(form)).form;
  }

 private:
  struct Key {
    std::string_view text;
    std::uint64_t weights;
    bool operator==(const Key&) const = default;
  };
  struct Entry {
    Entry(std::vector<Key> of, std::unique_ptr<CompiledForm<D>> compiled) : keys(std::move(of)), form(std::move(compiled)) {}
    std::vector<Key> keys;
    std::unique_ptr<CompiledForm<D>> form;
  };

  D& device_;
  std::vector<Entry> entries_;
};

}  // namespace detail

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/forms.ipp>
#endif
