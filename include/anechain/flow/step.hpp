// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <anechain/mil/ports.hpp>
#include <anechain/mil/types.hpp>

/// What the CPU does between kernels.
namespace anechain::flow {

/// A surface's tensor while it is locked, as a step of the CPU reads or writes it: row by row, since rows are padded.
class Tensor {
 public:
  /// Of memory that outlives it, in the layout of surfaces.
  constexpr Tensor(const mil::TensorType& type, std::byte* bytes) : type_(&type), bytes_(bytes) {}

  /// What it holds.
  const mil::TensorType& type() const { return *type_; }
  /// Rows in all; a row is the innermost axis.
  std::int64_t rows() const { return type_->rows(); }

  /// The elements of a row. `Number` must be as wide as the element type: mil::half for fp16, float for fp32. Not checked.
  template <class Number>
  std::span<Number> row(std::int64_t row) const {
    return {reinterpret_cast<Number*>(bytes_ + row * type_->row_bytes()), static_cast<std::size_t>(type_->row_elements())};
  }

 private:
  const mil::TensorType* type_;
  std::byte* bytes_;
};

/// Reads the tensors of a step's inputs and writes those of its outputs, each in the order of declaration.
using StepFunction = void (*)(std::span<const Tensor> inputs, std::span<const Tensor> outputs);

/// All that a flow needs to know of a step of the CPU.
struct StepFacts {
  std::string_view name;               ///< what reports call it
  std::span<const mil::Port> inputs;   ///< in the order in which `run` takes them
  std::span<const mil::Port> outputs;  ///< the same
  StepFunction run;                    ///< reads the inputs, writes every element of the outputs
};

/// A step of the CPU is a type that says what it reads and writes, and does it:
///
///     struct AddResidual {
///       static constexpr auto inputs = mil::ports({{"x", T}, {"y", T}});
///       static constexpr auto outputs = mil::ports({{"sum", T}});
///       static void run(std::span<const flow::Tensor> inputs, std::span<const flow::Tensor> outputs);
///     };
///
/// It is part of a pass, runs on the thread that the executor chooses, and must not keep what it is given.
template <class S>
concept Step = requires(std::span<const Tensor> tensors) {
  { S::inputs.list[0] } -> std::convertible_to<const mil::Port&>;
  { S::outputs.list[0] } -> std::convertible_to<const mil::Port&>;
  { S::run(tensors, tensors) } -> std::same_as<void>;
};

}  // namespace anechain::flow
