// SPDX-License-Identifier: MIT
// check, print, info: what can be said of a program's text.
#include <anechain/devices/ane/constraints.hpp>
#include <anechain/devices/host.hpp>
#include <anechain/mil/check.hpp>
#include <anechain/mil/cost.hpp>
#include <anechain/mil/print.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "commands.hpp"
#include "model.hpp"

namespace program {
namespace {

// Whether the program is valid; what is wrong is printed.
bool is_valid(const std::string& path) {
  Model model{path};
  mil::Graph graph;
  try {
    graph = mil::parse(model.text());
  } catch (const mil::ParseError& error) {
    std::cout << path << ':' << error.what() << '\n';
    return false;
  }
  std::vector<mil::Finding> findings = mil::check(graph);
  for (const std::string_view named : mil::weight_paths(graph))
    if (!model.weights(named))
      std::cerr << path << ": note: " << model.path_of(named).string() << " is not there; references to it were not checked\n";
  for (const mil::Finding& finding : mil::check_references(graph, model.weight_files())) findings.push_back(finding);
  for (const mil::Finding& finding : findings) std::cout << path << ':' << to_string(finding.at) << ": " << finding.message << '\n';
  return findings.empty();
}

std::string grouped(std::integral auto number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ' ');
  return digits;
}

std::string spelled(const mil::Graph& graph, std::int32_t value) {
  const mil::ValueFacts& facts = graph[value];
  const std::string type = facts.foreign.size != 0 ? std::string{graph.text(facts.foreign)} : to_string(facts.type);
  return std::string{graph.text(facts.name)} + ": " + (facts.state ? std::string{"state<"} + type + ">" : type);
}

bool costs_are_known(const mil::Graph& graph, const mil::Function& function) {
  for (const mil::Operation& operation : graph.operations_of(function))
    for (const mil::ValueFacts& result : graph.results_of(operation))
      if (result.type.shape.has_unknown() || facts(operation.kind).family == mil::Family::foreign) return false;
  return true;
}

// What a program holds in memory on the host: constants once, the rest for each request.
void describe_memory(Model& model, std::string_view function) {
  try {
    const host::Program program = HostDevice{}.compile(model.text(), model.weight_files(), function);
    std::int64_t surfaces = 0;
    for (const auto ports : {program.inputs(), program.outputs()})
      for (const host::Port& port : ports) surfaces += port.type.surface_bytes();
    std::cout << "  memory  " << grouped(program.plan().constant_bytes())
              << " bytes of constants on the host; a request: " << grouped(program.plan().scratch_bytes()) << " to work in, "
              << grouped(surfaces) << " of inputs and outputs\n";
  } catch (const CompileError& error) {
    std::cout << "  memory  not known, the host cannot compile it: " << error.what() << '\n';
  }
}

void describe(Model& model, const mil::Graph& graph, const mil::Function& function) {
  std::cout << "function " << graph.text(function.name) << '\n';
  for (const std::int32_t input : graph.inputs_of(function)) std::cout << "  input   " << spelled(graph, input) << '\n';
  for (const std::int32_t output : graph.outputs_of(function)) std::cout << "  output  " << spelled(graph, output) << '\n';
  std::map<std::string_view, int> counts;
  std::int64_t weight_bytes = 0;
  int weights = 0;
  for (const mil::Operation& operation : graph.operations_of(function)) {
    if (operation.kind != mil::OpKind::constant) ++counts[facts(operation.kind).name];
    if (operation.constant < 0) continue;
    if (graph.constants[static_cast<std::size_t>(operation.constant)].kind != mil::Constant::Kind::blob) continue;
    ++weights;
    weight_bytes += graph[operation.result].type.packed_bytes();
  }
  std::cout << "  operations";
  for (const auto& [name, count] : counts) std::cout << ' ' << count << 'x' << name;
  std::cout << '\n';
  if (costs_are_known(graph, function)) std::cout << "  FLOP    " << grouped(mil::flops(graph, function)) << '\n';
  std::cout << "  weights " << weights << " tensors, " << grouped(weight_bytes) << " bytes\n";
  describe_memory(model, graph.text(function.name));
  const std::vector<ane::Violation> broken = ane::violations(graph, function);
  std::cout << "  constraints of the ANE that it breaks: " << (broken.empty() ? "none that is known here" : "") << '\n';
  for (const ane::Violation& violation : broken) {
    const ane::Constraint& constraint = *violation.constraint;
    std::cout << "    " << constraint.id << " (" << name_of(constraint.certainty) << ") " << constraint.rule << "; " << constraint.observed;
    if (violation.at.line != 0) std::cout << "; first at " << to_string(violation.at);
    std::cout << '\n';
  }
}

}  // namespace

int check(const std::vector<std::string>& paths) {
  bool all_valid = true;
  for (const std::string& path : paths) {
    try {
      all_valid = is_valid(path) && all_valid;
    } catch (const std::exception& error) {
      std::cout << path << ": " << error.what() << '\n';
      all_valid = false;
    }
  }
  return all_valid ? 0 : invalid;
}

int print(const std::string& path, const std::string& dialect) {
  const Model model{path};
  const mil::Graph graph = mil::parse(model.text());
  std::cout << mil::print(graph, dialect == "ios16" ? mil::Dialect::ios16 : dialect == "ios18" ? mil::Dialect::ios18 : graph.dialect);
  return 0;
}

int info(const std::string& path) {
  Model model{path};
  const mil::Graph graph = mil::parse_checked(model.text());
  for (const mil::Function& function : graph.functions) describe(model, graph, function);
  return 0;
}

}  // namespace program
