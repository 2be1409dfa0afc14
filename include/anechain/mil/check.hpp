// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/mil/infer.hpp>
#include <anechain/mil/parse.hpp>

namespace anechain::mil {

/// Something wrong with a program, and where it stands in its text.
struct Finding {
  Position at;
  std::string message;
};

/// The bytes of a weight file that a program names. Throws what it throws where there is none.
using WeightFiles = std::function<std::span<const std::byte>(std::string_view path)>;

namespace detail {

class Checker {
 public:
  explicit Checker(const Graph& graph) : graph_(graph) {}

  std::vector<Finding> operations() {
    for (const Operation& operation : graph_.operations) {
      if (operation.kind == OpKind::constant || facts(operation.kind).family == Family::foreign) continue;
      try {
        check(operation);
      } catch (const TypeError& error) {
        report(operation, error.what());
      }
    }
    for (const Function& function : graph_.functions)
      for (const std::int32_t output : function.outputs)
        if (graph_[output].state)
          findings_.push_back(
              {{}, "the state '" + std::string{graph_.text(graph_[output].name)} + "' cannot be a result: read_state reads it"});
    return std::move(findings_);
  }

  std::vector<Finding> references(const WeightFiles& files) {
    std::map<std::string_view, BlobReader> readers;
    for (const Operation& operation : graph_.operations) {
      if (operation.constant < 0) continue;
      const Constant& constant = graph_.constants[static_cast<std::size_t>(operation.constant)];
      if (constant.kind != Constant::Kind::blob) continue;
      const std::string_view path = graph_.text(constant.text);
      try {
        auto reader = readers.find(path);
        if (reader == readers.end()) reader = readers.emplace(path, BlobReader{files(path)}).first;
        reader->second.at(constant.blob_offset, graph_[operation.result].type);
      } catch (const std::exception& error) {
        report(operation, "weights '" + std::string{path} + "': " + error.what());
      }
    }
    return std::move(findings_);
  }

 private:
  void check(const Operation& operation) {
    if (!require_tensors(operation) || !can_be_told(operation)) return;
    const Operands operands{graph_, operation};
    const std::int64_t count = result_count(operands);
    if (count != operation.result_count)
      return report(operation, std::string{facts(operation.kind).name} + " gives " + std::to_string(count) + " results, but " +
                                   std::to_string(operation.result_count) + " are declared");
    if (operation.kind == OpKind::write_state) return check_write(operation, operands);
    for (std::uint32_t i = 0; i < operation.result_count; ++i) {
      const TensorType inferred = infer(operands, i);
      require_reasonable(inferred, facts(operation.kind).name.data());
      const TensorType& declared = graph_.results_of(operation)[i].type;
      if (!fits(inferred, declared))
        report(operation, std::string{facts(operation.kind).name} + " gives " + to_string(inferred) + ", but its result is declared " +
                              to_string(declared));
    }
  }

  void check_write(const Operation& operation, const Operands& operands) {
    if (operands.type(Param::data) != operands.type(Param::input))
      report(operation,
             "write_state puts " + to_string(operands.type(Param::data)) + " into a state of " + to_string(operands.type(Param::input)));
  }

  /// States are for read_state and write_state, lists and the like for no operation that is understood.
  bool require_tensors(const Operation& operation) {
    const bool uses_state = operation.kind == OpKind::read_state || operation.kind == OpKind::write_state;
    bool well = true;
    const auto refuse = [&](const std::string& message) {
      report(operation, std::string{facts(operation.kind).name} + ": " + message);
      well = false;
    };
    for (const Argument& argument : graph_.arguments_of(operation)) {
      const ValueFacts& value = graph_[argument.value];
      const std::string operand = "operand '" + std::string{facts(argument.param).text} + "'";
      if (value.foreign.size != 0) refuse(operand + " is a " + std::string{graph_.text(value.foreign)} + ", not a tensor");
      const bool wants_state = uses_state && argument.param == Param::input;
      if (value.state != wants_state) refuse(operand + (wants_state ? " must be a state" : " is a state, not a tensor"));
    }
    for (const ValueFacts& result : graph_.results_of(operation))
      if (result.foreign.size != 0 || result.state) refuse("its result must be a tensor");
    return well;
  }

  /// Whether the result's shape can be told from the text alone.
  bool can_be_told(const Operation& operation) const {
    for (const Argument& argument : graph_.arguments_of(operation)) {
      if (graph_[argument.value].type.shape.has_unknown()) return false;
      for (const ParamUse& use : facts(operation.kind))
        if (use.param == argument.param && use.steers() && graph_.constant_of(argument.value) == nullptr) return false;
    }
    return true;
  }

  static bool fits(const TensorType& inferred, const TensorType& declared) {
    if (inferred.dtype != declared.dtype || inferred.shape.rank != declared.shape.rank) return false;
    for (int axis = 0; axis < inferred.shape.rank; ++axis)
      if (declared.shape[axis] != unknown_extent && inferred.shape[axis] != declared.shape[axis]) return false;
    return true;
  }

  void report(const Operation& operation, const std::string& message) { findings_.push_back({operation.at, message}); }

  const Graph& graph_;
  std::vector<Finding> findings_;
};

}  // namespace detail

/// What is wrong with the operations of a program: operands, types, and result shapes against what inference gives. Where a
/// shape depends on what is known only when the program runs, the declared one is believed.
inline std::vector<Finding> check(const Graph& graph) { return detail::Checker{graph}.operations(); }

/// What is wrong with its references into weight files: no record there, another type, another size, outside the file.
inline std::vector<Finding> check_references(const Graph& graph, const WeightFiles& files) {
  return detail::Checker{graph}.references(files);
}

/// Reads a program and checks its operations. Throws ParseError at the first thing that is wrong.
inline Graph parse_checked(std::string_view text) {
  Graph graph = parse(text);
  const std::vector<Finding> findings = check(graph);
  if (!findings.empty()) fail_at(findings.front().at, findings.front().message);
  return graph;
}

}  // namespace anechain::mil
