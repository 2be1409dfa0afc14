// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/devices/host/constants.hpp>
#include <anechain/devices/host/operations.hpp>
#include <anechain/devices/host/plan.hpp>
#include <anechain/mil/check.hpp>

namespace anechain::host {

namespace detail {

/// The function of this name; if it is empty, the only one, or the one called main.
inline const mil::Function& chosen(const mil::Graph& graph, std::string_view wanted) {
  std::string known;
  for (const mil::Function& function : graph.functions) {
    const std::string_view name = graph.text(function.name);
    if (name == wanted || (wanted.empty() && (name == "main" || graph.functions.size() == 1))) return function;
    known += (known.empty() ? "" : ", ") + std::string{name};
  }
  if (known.empty()) throw CompileError("the program has no function");
  throw CompileError(wanted.empty() ? "the program has several functions and none is called main; name one of " + known
                                    : "the program has no function '" + std::string{wanted} + "'; it has " + known);
}

}  // namespace detail

/// What is needed only while a plan is made.
class Plan::Builder {
 public:
  Builder(Plan& plan, const mil::Graph& graph, const mil::WeightFiles& files)
      : plan_(plan),
        graph_(graph),
        constants_(graph, files),
        scratch_places_(graph.values.size()),
        last_uses_(graph.values.size()),
        kept_(graph.values.size()) {}

  void plan(const mil::Function& function) {
    for (const std::int32_t input : graph_.inputs_of(function)) {
      const std::string name{graph_.text(graph_[input].name)};
      require_computable(input, "the input '" + name + "'");
      const std::size_t place = scratch_places_[index(input)] = reserve(graph_[input].type.elements());
      if (!graph_[input].state) plan_.inputs_.push_back({name, graph_[input].type, place});
    }
    find_last_uses(function);
    for (const mil::Operation& operation : graph_.operations_of(function)) {
      if (operation.kind == mil::OpKind::constant) continue;
      try {
        this->plan(operation);
      } catch (const std::invalid_argument& error) {
        throw CompileError(operation.at, error.what());
      } catch (const CompileError& error) {
        throw CompileError(operation.at, error.what());
      }
    }
    for (const std::int32_t output : graph_.outputs_of(function)) {
      const std::string name{graph_.text(graph_[output].name)};
      if (is_constant(output)) copy_constant(output);
      plan_.outputs_.push_back({name, graph_[output].type, scratch_places_[index(output)]});
    }
    if (plan_.outputs_.empty()) throw CompileError("the program has no result");
    std::ranges::sort(plan_.inputs_, {}, &Port::name);
    std::ranges::sort(plan_.outputs_, {}, &Port::name);
    plan_.constants_ = std::move(constants_).memory();
  }

 private:
  static std::size_t index(std::int32_t value) { return static_cast<std::size_t>(value); }

  bool is_constant(std::int32_t value) const {
    const std::int32_t operation = graph_[value].operation;
    return operation >= 0 && is_constant(graph_.operations[index(operation)]);
  }
  static bool is_constant(const mil::Operation& operation) {
    return operation.kind == mil::OpKind::constant || facts(operation.kind).family == mil::Family::decoding;
  }

  /// For each value the last operation that reads it. Results of the program and states are read at its end.
  void find_last_uses(const mil::Function& function) {
    for (const mil::Operation& operation : graph_.operations_of(function))
      for (const mil::Argument& argument : graph_.arguments_of(operation)) last_uses_[index(argument.value)] = &operation;
    for (const std::int32_t output : graph_.outputs_of(function)) keep(output);
    for (const std::int32_t input : graph_.inputs_of(function))
      if (graph_[input].state) keep(input);
  }

  void keep(std::int32_t value) {
    last_uses_[index(value)] = nullptr;
    kept_[index(value)] = true;
  }

  /// Plans one operation. Results in half precision are rounded to it: once, here.
  void plan(const mil::Operation& operation) {
    const mil::OperationFacts& known = facts(operation.kind);
    if (known.family == mil::Family::foreign) throw CompileError(std::string{known.name} + ": the host cannot run it");
    const mil::Operands operands{graph_, operation};
    for (const mil::ParamUse& use : known)
      if (use.steers() && operands.has(use.param) && !operands.is_immediate(use.param))
        throw CompileError(std::string{known.name} + ": operand '" + std::string{facts(use.param).text} +
                           "' must be a constant: the host runs programs of fixed shapes");
    const bool decodes = is_constant(operation);
    std::vector<Result> results;
    for (std::uint32_t i = 0; i < operation.result_count; ++i) {
      const std::int32_t value = operation.result + static_cast<std::int32_t>(i);
      require_computable(value, std::string{known.name});
      const mil::TensorType& type = graph_[value].type;
      results.push_back({type, decodes ? 0 : reserve(type.elements())});
      if (!decodes) scratch_places_[index(value)] = results.back().to;
    }
    std::vector<std::size_t> working;
    const Task task =
        task_for({.operands = operands,
                  .results = results,
                  .place_of = [&](std::int32_t value) { return decodes ? Place{constants_.numbers(value)} : place_of(value); },
                  .constant = [&](std::int32_t value) { return is_known(value) ? constants_.numbers(value) : nullptr; },
                  .keep = [&](std::int64_t floats) { return keep_packed(floats); },
                  .reserve = [&](std::int64_t cells) { return working.emplace_back(reserve(cells)); },
                  .helper = plan_.helper_.get()});
    if (decodes) return decode(operation, task);
    plan_.tasks_.push_back(task);
    for (const std::size_t place : working) plan_.scratch_.give_back(place);
    for (const Result& result : results)
      if (result.type.dtype == mil::fp16 && !rounds_itself(operation.kind)) plan_.tasks_.push_back(rounding(result));
    give_back(operation);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const std::size_t value = index(operation.result) + i;
      if (last_uses_[value] == nullptr && !kept_[value]) plan_.scratch_.give_back(results[i].to);
    }
  }

  /// A result that is a constant: each run puts it in place.
  void copy_constant(std::int32_t output) {
    require_computable(output, "the result '" + std::string{graph_.text(graph_[output].name)} + "'");
    const std::int64_t elements = graph_[output].type.elements();
    const std::size_t to = scratch_places_[index(output)] = reserve(elements);
    plan_.tasks_.push_back(
        [from = constants_.place(output), to, elements](Cell* memory) { std::copy_n(from.in(memory), elements, memory + to); });
  }

  static Task rounding(const Result& result) {
    return [to = result.to, count = static_cast<std::size_t>(result.type.elements())](Cell* memory) {
      mil::round_to_half(&memory[to].number, count);
    };
  }

  /// A constant that is stored smaller than it is used is made now.
  void decode(const mil::Operation& operation, const Task& task) {
    const mil::TensorType& type = graph_[operation.result].type;
    Cell* const cells = constants_.made(operation.result, type.elements());
    task(cells);
    if (type.dtype == mil::fp16) mil::round_to_half(&cells->number, static_cast<std::size_t>(type.elements()));
    give_back(operation);
  }

  /// Memory of what this operation was the last to read.
  void give_back(const mil::Operation& operation) {
    for (const mil::Argument& argument : graph_.arguments_of(operation)) {
      if (last_uses_[index(argument.value)] != &operation) continue;
      if (is_known(argument.value))
        constants_.forget(argument.value);
      else
        plan_.scratch_.give_back(scratch_places_[index(argument.value)]);
    }
  }

  bool is_known(std::int32_t value) const { return graph_.constant_of(value) != nullptr || is_constant(value); }

  Place place_of(std::int32_t value) {
    require_computable(value, "an operand");
    if (is_known(value)) return constants_.place(value);
    return {nullptr, scratch_places_[index(value)]};
  }

  float* keep_packed(std::int64_t floats) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(floats) * sizeof(float);
    plan_.packed_bytes_ += bytes;
    return reinterpret_cast<float*>(plan_.packed_.emplace_back(zeroed(bytes, "a program's weights")).get());
  }

  void require_computable(std::int32_t value, const std::string& what) const {
    const mil::TensorType& type = graph_[value].type;
    if (graph_[value].foreign.size != 0)
      throw CompileError(what + ": the host cannot compute with a " + std::string{graph_.text(graph_[value].foreign)});
    if (type.shape.has_unknown()) throw CompileError(what + ": the host runs programs of fixed shapes; this is a " + to_string(type));
    if (!has_cells(type.dtype)) throw CompileError(what + ": the host cannot compute with a " + to_string(type));
  }

  std::size_t reserve(std::int64_t cells) {
    if (cells > std::int64_t{1} << 44)
      throw CompileError("an operation needs " + std::to_string(cells) + " cells of working memory, more than any machine has");
    const std::size_t place = plan_.scratch_.take(static_cast<std::size_t>(cells));
    if (plan_.scratch_.size() > std::size_t{1} << 46) throw CompileError("its values together need more memory than any machine has");
    return place;
  }

  Plan& plan_;
  const mil::Graph& graph_;
  Constants constants_;
  std::vector<std::size_t> scratch_places_;
  std::vector<const mil::Operation*> last_uses_;
  std::vector<bool> kept_;  ///< results of the program, and states
};

ANECHAIN_INLINE Plan::Plan(std::string_view text, const mil::WeightFiles& files, std::string_view function, std::shared_ptr<Helper> helper)
    : helper_(std::move(helper)) {
  try {
    mil::Graph graph = mil::parse(text);
    mil::embed_short_integers(graph, files);
    mil::require_valid(graph);
    Builder{*this, graph, files}.plan(detail::chosen(graph, function));
  } catch (const mil::ParseError& error) {
    throw CompileError(error);
  } catch (const mil::BlobError& error) {
    throw CompileError(error.what());
  }
}

}  // namespace anechain::host
