// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/devices/device.hpp>
#include <anechain/devices/host/operations.hpp>
#include <anechain/devices/host/scratch.hpp>
#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/fp16.hpp>
#include <anechain/mil/parse.hpp>

namespace anechain::host {

/// An input or output of a program: its name, its type, and the place of its cells in the scratch memory.
struct Port {
  std::string name;
  mil::TensorType type;
  std::size_t scratch;
};

/// A program made ready to run: constants widened, places and tasks decided. Immutable once made, so that any number of
/// requests can run it at the same time, each with scratch memory of its own.
class Plan {
 public:
  /// Parses, checks and plans. Throws CompileError with the position and the reason.
  Plan(std::string_view text, std::span<const std::byte> blob) {
    try {
      build(mil::parse(text), blob);
    } catch (const mil::ParseError& error) {
      throw CompileError(std::string{"MIL text, "} + error.what());
    } catch (const mil::BlobError& error) {
      throw CompileError(error.what());
    } catch (const mil::TypeError& error) {
      throw CompileError(error.what());
    }
  }

  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  std::span<const Port> inputs() const { return inputs_; }
  std::span<const Port> outputs() const { return outputs_; }

  /// Cells of memory that a run works in.
  std::size_t scratch_cells() const { return scratch_.size(); }

  /// Runs every task. The inputs' cells must be in place.
  void run(Cell* memory) const {
    for (const Task& task : tasks_) task(memory);
  }

 private:
  void build(const mil::Graph& graph, std::span<const std::byte> blob) {
    std::vector<Place> places(graph.values.size());
    const std::vector<std::size_t> last_uses = last_uses_of(graph);
    for (const std::int32_t input : graph.inputs) {
      require_computable(graph, input);
      places[static_cast<std::size_t>(input)].scratch = reserve(graph[input].type.elements());
      inputs_.push_back({std::string{graph.text(graph[input].name)}, graph[input].type, places[static_cast<std::size_t>(input)].scratch});
    }
    for (std::size_t i = 0; i < graph.operations.size(); ++i) {
      const mil::Operation& operation = graph.operations[i];
      Place& place = places[static_cast<std::size_t>(operation.result)];
      if (operation.kind == mil::OpKind::constant) {
        place.constant = constant(graph, operation, blob);
        continue;
      }
      place.scratch = plan(graph, operation, places);
      for (const mil::Argument& argument : graph.arguments_of(operation)) {
        const auto value = static_cast<std::size_t>(argument.value);
        if (last_uses[value] == i && graph.constant_of(argument.value) == nullptr) scratch_.give_back(places[value].scratch);
      }
    }
    for (const std::int32_t output : graph.outputs) {
      const std::string name{graph.text(graph[output].name)};
      if (graph.constant_of(output) != nullptr) throw CompileError("the result '" + name + "' is a constant: nothing would be computed");
      outputs_.push_back({name, graph[output].type, places[static_cast<std::size_t>(output)].scratch});
    }
    if (outputs_.empty()) throw CompileError("the program has no result");
    std::ranges::sort(inputs_, {}, &Port::name);
    std::ranges::sort(outputs_, {}, &Port::name);
  }

  /// For each value the last operation that reads it. Results of the program are read at its end.
  static std::vector<std::size_t> last_uses_of(const mil::Graph& graph) {
    std::vector<std::size_t> last_uses(graph.values.size());
    for (std::size_t i = 0; i < graph.operations.size(); ++i)
      for (const mil::Argument& argument : graph.arguments_of(graph.operations[i])) last_uses[static_cast<std::size_t>(argument.value)] = i;
    for (const std::int32_t output : graph.outputs) last_uses[static_cast<std::size_t>(output)] = graph.operations.size();
    return last_uses;
  }

  /// Plans one operation and returns the place of its result. Results in half precision are rounded to it: once, here.
  std::size_t plan(const mil::Graph& graph, const mil::Operation& operation, const std::vector<Place>& places) {
    require_computable(graph, operation.result);
    const mil::TensorType& type = graph[operation.result].type;
    const mil::Operands operands{graph, operation.kind, graph.arguments_of(operation)};
    const std::size_t to = reserve(type.elements());
    const auto place = [&](mil::Param param) {
      require_computable(graph, operands.id(param));
      return places[static_cast<std::size_t>(operands.id(param))];
    };
    std::size_t working = to;
    const auto working_memory = [&](std::int64_t cells) { return working = reserve(cells); };
    tasks_.push_back(task_for(operation.kind, {operands, type, to, place, working_memory}));
    if (working != to) scratch_.give_back(working);
    const bool only_moves =
        operation.kind == mil::OpKind::reshape || operation.kind == mil::OpKind::transpose || operation.kind == mil::OpKind::relu;
    if (type.dtype == mil::fp16 && !only_moves)
      tasks_.push_back(
          [to, count = static_cast<std::size_t>(type.elements())](Cell* memory) { mil::round_to_half(&memory[to].number, count); });
    return to;
  }

  const Cell* constant(const mil::Graph& graph, const mil::Operation& operation, std::span<const std::byte> blob) {
    const mil::Constant& constant = graph.constants[static_cast<std::size_t>(operation.constant)];
    if (constant.kind == mil::Constant::Kind::text) return nullptr;
    const mil::TensorType& type = graph[operation.result].type;
    std::vector<Cell>& cells = constants_.emplace_back(
        static_cast<std::size_t>(constant.kind == mil::Constant::Kind::numbers ? static_cast<std::int64_t>(constant.count)
                                                                               : checked_blob(graph, constant, type, blob).elements()));
    if (constant.kind == mil::Constant::Kind::blob) {
      const mil::BlobEntry entry = mil::BlobReader{blob}.at(constant.blob_offset, type);
      if (type.dtype == mil::fp16) {
        std::vector<mil::half> aligned(cells.size());  // the file may place its payload at any byte
        std::memcpy(aligned.data(), entry.payload.data(), entry.payload.size());
        mil::widen(aligned.data(), &cells[0].number, cells.size());
      } else {
        std::memcpy(cells.data(), entry.payload.data(), entry.payload.size());
      }
    } else {
      const auto numbers = graph.numbers_of(constant);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (facts(type.dtype).floating)
          cells[i].number = static_cast<float>(mil::from_bits(numbers[i]));
        else
          cells[i].integer = static_cast<std::int32_t>(numbers[i]);
      }
    }
    return cells.data();
  }

  static const mil::TensorType& checked_blob(const mil::Graph& graph, const mil::Constant& constant, const mil::TensorType& type,
                                             std::span<const std::byte> blob) {
    const bool readable = type.dtype == mil::fp16 || type.dtype == mil::fp32 || type.dtype == mil::int32;
    if (!readable) throw CompileError("weights of " + to_string(type) + " are not supported on the host yet");
    if (blob.empty())
      throw CompileError("the program reads weights from '" + std::string{graph.text(constant.text)} + "' at byte " +
                         std::to_string(constant.blob_offset) + ", but no weight blob was given");
    mil::BlobReader{blob}.at(constant.blob_offset, type);
    return type;
  }

  static void require_computable(const mil::Graph& graph, std::int32_t value) {
    const mil::TensorType& type = graph[value].type;
    if (type.dtype != mil::fp16 && type.dtype != mil::fp32 && type.dtype != mil::int32)
      throw CompileError("'" + std::string{graph.text(graph[value].name)} + "' is a " + to_string(type) +
                         ": the host computes with fp16, fp32 and int32");
  }

  std::size_t reserve(std::int64_t cells) {
    if (cells > std::int64_t{1} << 44)
      throw CompileError("an operation needs " + std::to_string(cells) + " cells of working memory, more than any machine has");
    return scratch_.take(static_cast<std::size_t>(cells));
  }

  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  std::vector<Task> tasks_;
  std::vector<std::vector<Cell>> constants_;
  ScratchLayout scratch_;
};

}  // namespace anechain::host
