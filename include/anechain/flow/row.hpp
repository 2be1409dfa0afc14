// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <anechain/flow/flow.hpp>

namespace anechain::flow {

/// Kernels in a row as a flow, for kernels that are known at run time: each has one input and one result, and reads what the one before it
/// gave.
class RowOfKernels {
 public:
  /// The facts are copied; what they point at must outlive this. Throws std::invalid_argument if there is no kernel, one has several inputs
  /// or results, or kernels do not fit each other.
  explicit RowOfKernels(std::span<const KernelFacts> kernels) : kernels_(kernels.begin(), kernels.end()) {
    if (kernels_.empty()) throw std::invalid_argument("a chain needs at least one kernel");
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
    Builder f;
    Value x = f.input({"x", kernels_.front().inputs[0].type});
    for (const KernelFacts& kernel : kernels_) x = f.run(kernel, x);
    const Named results[]{{"y", x}};
    f.finish(results);
    tables_.resize(Tables<Vectors>::sizes_of(f));
    tables_.fill(f);
  }

  RowOfKernels(const RowOfKernels&) = delete;  // facts point at it
  RowOfKernels& operator=(const RowOfKernels&) = delete;

  /// As data; valid as long as this.
  Facts facts() const { return tables_.facts({}); }

 private:
  std::vector<KernelFacts> kernels_;
  Tables<Vectors> tables_;
};

}  // namespace anechain::flow
