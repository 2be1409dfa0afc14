// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/devices/device.hpp>
#include <anechain/devices/host/cell.hpp>
#include <anechain/devices/host/helper.hpp>
#include <anechain/devices/host/memory.hpp>
#include <anechain/devices/host/scratch.hpp>
#include <anechain/mil/weight_files.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain::host {

/// An input or output of a program: its name, its type, and the place of its cells in the scratch memory.
struct Port {
  std::string name;
  mil::TensorType type;
  std::size_t scratch;
};

/// A function of a program made ready to run: constants widened, places and tasks decided. Immutable once made, so that any
/// number of requests can run it at the same time, each with scratch memory of its own.
class Plan {
 public:
  /// Parses, checks and plans. Where the program has several functions, `function` says which is meant; empty means the only
  /// one, or the one called main. `helper` may be null. Throws CompileError with the position and the reason.
  Plan(std::string_view text, const mil::WeightFiles& files, std::string_view function, std::shared_ptr<Helper> helper);

  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  /// In alphabetical order of their names, as the ANE takes them. States are no inputs: each request has its own.
  std::span<const Port> inputs() const { return inputs_; }
  std::span<const Port> outputs() const { return outputs_; }

  /// Bytes that the plan holds: constants, most of them packed for the products that read them.
  std::uint64_t constant_bytes() const {
    std::uint64_t bytes = packed_bytes_;
    for (const std::vector<Cell>& cells : constants_) bytes += cells.size() * sizeof(Cell);
    return bytes;
  }

  /// Bytes that each request holds to work in.
  std::uint64_t scratch_bytes() const { return scratch_.size() * sizeof(Cell); }

  /// Runs every task. The inputs' cells must be in place. Throws EvaluateError where a task fails.
  void run(Cell* memory) const {
    for (const Task& task : tasks_) task(memory);
  }

 private:
  class Builder;  ///< what is needed only while a plan is made

  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  std::vector<Task> tasks_;
  std::list<std::vector<Cell>> constants_;
  std::vector<Memory> packed_;  ///< constant operands of products
  std::uint64_t packed_bytes_ = 0;
  ScratchLayout scratch_;
  std::shared_ptr<Helper> helper_;
};

}  // namespace anechain::host

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/devices/host/plan.ipp>
#endif
