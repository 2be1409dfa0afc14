// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/convert.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/mil/infer.hpp>
#include <anechain/mil/needed_opset.hpp>
#include <anechain/mil/parse.hpp>
#include <anechain/mil/weight_files.hpp>

namespace anechain::mil {

/// Something wrong with a program, and where it stands in its text.
struct Finding {
  Position at;          ///< of the operation
  std::string message;  ///< without the place
};

/// The weight files that a program names, each once.
inline std::set<std::string_view> weight_paths(const Graph& graph) {
  std::set<std::string_view> paths;
  for (const Constant& constant : graph.constants)
    if (constant.kind == Constant::Kind::blob) paths.insert(graph.text(constant.text));
  return paths;
}

namespace detail {

class Checker {
 public:
  explicit Checker(const Graph& graph) : graph_(graph) {}

  std::vector<Finding> operations() {
    for (const Function& function : graph_.functions) opset(function);
    for (const Operation& operation : graph_.operations) {
      if (operation.kind == OpKind::constant || facts(operation.kind).family == Family::foreign) continue;
      try {
        check(operation);
      } catch (const TypeError& error) {
        report(operation, error.what());
      }
    }
    return std::move(findings_);
  }

  std::vector<Finding> references(const WeightFiles& files) {
    std::map<std::string_view, std::optional<std::span<const std::byte>>> contents;
    for (const std::string_view path : weight_paths(graph_)) contents.emplace(path, files(path));
    for (const Operation& operation : graph_.operations) {
      if (operation.constant < 0) continue;
      const Constant& constant = graph_.constants[static_cast<std::size_t>(operation.constant)];
      if (constant.kind != Constant::Kind::blob) continue;
      const std::string_view path = graph_.text(constant.text);
      const auto& content = contents.at(path);
      if (!content) continue;
      try {
        BlobReader{*content}.at(constant.blob_offset, graph_[operation.result].type);
      } catch (const BlobError& error) {
        report(operation, "'" + std::string{path} + "': " + error.what());
      }
    }
    return std::move(findings_);
  }

 private:
  /// Nothing in a function may be newer than the opset that it declares. Of opsets with other names nothing is known.
  void opset(const Function& function) {
    const std::optional<Opset> declared =
        function.opset.size == 0 ? std::optional{facts(graph_.dialect).highest} : opset_of(graph_.text(function.opset));
    if (!declared) return;
    const auto refuse = [&](Position at, const std::string& what, Opset needed) {
      findings_.push_back({at, what + " came with " + std::string{name_of(needed)} + ", but the function '" +
                                   std::string{graph_.text(function.name)} + "' declares " + std::string{name_of(*declared)}});
    };
    if (const Opset needed = needed_opset_of_ports(graph_, function); needed > *declared)
      refuse(function.at, needed == Opset::ios18 ? "a state" : "an input or a result in half precision", needed);
    for (const Operation& operation : graph_.operations_of(function))
      if (const Opset needed = needed_opset(graph_, operation);
          needed > *declared && (operation.opset.size == 0 || needed > opset_of(graph_.text(operation.opset)).value_or(needed)))
        refuse(operation.at,
               std::string{needed > facts(operation.kind).since ? "this form of " : ""} + std::string{facts(operation.kind).name}, needed);
  }

  void check(const Operation& operation) {
    if (!require_tensors(operation)) return;
    const Operands operands{graph_, operation};
    const bool told = can_be_told(operation);
    const std::int64_t count = !told && operation.kind == OpKind::split ? operation.result_count : result_count(operands);
    if (count != operation.result_count)
      return report(operation, std::string{facts(operation.kind).name} + " gives " + std::to_string(count) + " results, but " +
                                   std::to_string(operation.result_count) + " are declared");
    if (operation.kind == OpKind::write_state) return check_write(operation, operands);
    for (std::uint32_t i = 0; i < operation.result_count; ++i) {
      const TensorType inferred = told ? infer(operands, i) : dtype_and_rank(operands, graph_.results_of(operation), i);
      if (told) require_reasonable(inferred, facts(operation.kind).name.data());
      const TensorType& declared = graph_.results_of(operation)[i].type;
      if (!fits(inferred, declared))
        report(operation, std::string{facts(operation.kind).name} + " gives " + to_string(inferred) + ", but its result is declared " +
                              to_string(declared));
    }
  }

  /// What can be told of a result whose extents depend on what is known only when the program runs: all of them unknown, and where
  /// not even the rank is known, as declared.
  static TensorType dtype_and_rank(const Operands& operands, Entries<ValueFacts> results, std::uint32_t index) {
    const TensorType declared = results[index].type;
    const auto unknown = [](DType dtype, int rank) {
      TensorType type{dtype, {{}, rank}};
      for (int axis = 0; axis < rank; ++axis) type.shape[axis] = unknown_extent;
      return type;
    };
    const TensorType x = operands.has(Param::x) ? operands.type(Param::x) : TensorType{};
    switch (operands.kind()) {
      case OpKind::reshape: {
        const TensorType shape = operands.type(Param::shape);
        return unknown(x.dtype, shape.shape.rank == 1 && shape.shape[0] != unknown_extent && shape.shape[0] <= max_rank
                                    ? static_cast<int>(shape.shape[0])
                                    : declared.shape.rank);
      }
      case OpKind::pad:
      case OpKind::slice_by_size:
      case OpKind::softmax:
      case OpKind::tile: return unknown(x.dtype, x.shape.rank);
      case OpKind::range_1d: return unknown(operands.type(Param::start).dtype, 1);
      case OpKind::shape: return {int32, {{x.shape.rank}, 1}};
      default: break;
    }
    switch (facts(operands.kind()).family) {
      case Family::unary:
      case Family::unary_any: return unknown(x.dtype, x.shape.rank);
      case Family::binary: return unknown(x.dtype, std::max(x.shape.rank, operands.type(Param::y).shape.rank));
      case Family::comparison:
      case Family::logical: return unknown(boolean, std::max(x.shape.rank, operands.type(Param::y).shape.rank));
      case Family::movement: return unknown(operands.has(Param::x) ? x.dtype : declared.dtype, declared.shape.rank);
      default: return unknown(declared.dtype, declared.shape.rank);
    }
  }

  void check_write(const Operation& operation, const Operands& operands) {
    if (!fits(operands.type(Param::data), operands.type(Param::input)))
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
      const Constant* const constant = graph_.constant_of(argument.value);
      const bool immediate = constant != nullptr && constant->kind == Constant::Kind::immediate;
      for (const ParamUse& use : facts(operation.kind))
        if (use.param == argument.param && use.steers() && !immediate) return false;
    }
    return true;
  }

  static bool fits(const TensorType& inferred, const TensorType& declared) {
    if (inferred.dtype != declared.dtype || inferred.shape.rank != declared.shape.rank) return false;
    for (int axis = 0; axis < inferred.shape.rank; ++axis)
      if (declared.shape[axis] != unknown_extent && inferred.shape[axis] != unknown_extent && inferred.shape[axis] != declared.shape[axis])
        return false;
    return true;
  }

  void report(const Operation& operation, const std::string& message) { findings_.push_back({operation.at, message}); }

  const Graph& graph_;
  std::vector<Finding> findings_;
};

}  // namespace detail

/// What is wrong with the operations of a program: what is newer than the declared opset, operands, types, and result shapes against what
/// inference gives. If a shape depends on what is known only when the program runs, the declared one is believed.
inline std::vector<Finding> check(const Graph& graph) { return detail::Checker{graph}.operations(); }

/// What is wrong with its references into weight files: no record there, another type, another size, outside the file. Files
/// that are not there are not checked.
inline std::vector<Finding> check_references(const Graph& graph, const WeightFiles& files) {
  return detail::Checker{graph}.references(files);
}

/// Throws ParseError for the first thing that is wrong with the operations of a program.
inline void require_valid(const Graph& graph) {
  const std::vector<Finding> findings = check(graph);
  if (!findings.empty()) fail_at(findings.front().at, findings.front().message);
}

/// Reads a program and checks its operations. Throws ParseError at the first thing that is wrong.
inline Graph parse_checked(std::string_view text) {
  Graph graph = parse(text);
  require_valid(graph);
  return graph;
}

/// Puts short integer tensors of the weight files, which steer shapes, into the program itself: from iOS18 on coremltools
/// writes those of ten elements or more to the file. Throws BlobError where they are not there.
inline void embed_short_integers(Graph& graph, const WeightFiles& files) {
  constexpr std::int64_t longest = 1024;
  for (const Operation& operation : graph.operations) {
    if (operation.constant < 0) continue;
    Constant& constant = graph.constants[static_cast<std::size_t>(operation.constant)];
    const TensorType type = graph[operation.result].type;
    if (constant.kind != Constant::Kind::blob || type.dtype != int32 || type.elements() > longest) continue;
    const auto file = files(graph.text(constant.text));
    if (!file) continue;
    const BlobEntry entry = BlobReader{*file}.at(constant.blob_offset, type);
    std::vector<std::int64_t> numbers(entry.elements);
    decode(type.dtype, entry.payload.data(), numbers.data(), numbers.size());
    constant = {.first = static_cast<std::uint32_t>(graph.numbers.size()), .count = static_cast<std::uint32_t>(numbers.size())};
    for (const std::int64_t number : numbers) graph.numbers.push_back(number);
  }
}

}  // namespace anechain::mil
