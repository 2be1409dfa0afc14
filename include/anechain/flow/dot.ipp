// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <anechain/flow/dot.hpp>
#include <anechain/flow/facts.hpp>

namespace anechain::flow::detail {

inline std::string quoted_for_dot(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

inline std::string extents(const mil::TensorType& type) {
  std::string text;
  for (const std::int64_t extent : type.shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

}  // namespace anechain::flow::detail

namespace anechain::flow {

ANECHAIN_INLINE std::string dot(const Facts& facts) {
  const auto index = [](auto number) { return static_cast<std::size_t>(number); };
  const auto giver = [&](const ValueFacts& value) {
    switch (value.kind) {
      case ValueFacts::Kind::input: return "input" + std::to_string(value.index);
      case ValueFacts::Kind::parameter: return "parameter" + std::to_string(value.index);
      case ValueFacts::Kind::carried: return "carried" + std::to_string(value.index);
      case ValueFacts::Kind::result: break;
    }
    return "node" + std::to_string(value.node);
  };
  std::string text = "digraph " + detail::quoted_for_dot(facts.name) + " {\n  rankdir=TB;\n";
  const auto declare = [&](const std::string& id, std::string_view label, const char* shape) {
    text += "  " + id + " [label=" + detail::quoted_for_dot(label) + ", shape=" + shape + "];\n";
  };
  for (std::size_t i = 0; i < facts.inputs.size(); ++i) declare("input" + std::to_string(i), facts.inputs[i].name, "plaintext");
  for (std::size_t i = 0; i < facts.parameters.size(); ++i) declare("parameter" + std::to_string(i), facts.parameters[i].name, "plaintext");
  for (std::size_t i = 0; i < facts.carried.size(); ++i) declare("carried" + std::to_string(i), facts.carried[i].port.name, "plaintext");
  for (std::size_t i = 0; i < facts.outputs.size(); ++i) declare("output" + std::to_string(i), facts.outputs[i].name, "plaintext");
  for (std::size_t n = 0; n < facts.nodes.size(); ++n)
    declare("node" + std::to_string(n), facts.nodes[n].name, facts.nodes[n].kernel != nullptr ? "box" : "oval");

  const auto link = [&](const Source& source, const std::string& to, std::string_view input, const char* style) {
    const ValueFacts& value = facts.values[index(source.value)];
    std::string label = detail::extents(type_of(source, value.port->type));
    if (value.kind == ValueFacts::Kind::result && facts.nodes[index(value.node)].outputs().size() > 1)
      label = std::string{value.port->name} + " " + label;
    if (!source.is_whole()) label += " of " + std::to_string(value.port->type.shape[1]) + " from " + std::to_string(source.first_channel);
    if (!input.empty()) label += " as " + std::string{input};
    text += "  " + giver(value) + " -> " + to + " [label=" + detail::quoted_for_dot(label) + style + "];\n";
  };
  for (std::size_t n = 0; n < facts.nodes.size(); ++n) {
    const auto sources = facts.sources_of(facts.nodes[n]);
    const auto inputs = facts.nodes[n].inputs();
    for (std::size_t i = 0; i < sources.size(); ++i)
      link(sources[i], "node" + std::to_string(n), inputs.size() > 1 ? inputs[i].name : std::string_view{}, "");
  }
  for (std::size_t i = 0; i < facts.results.size(); ++i) link(facts.results[i], "output" + std::to_string(i), {}, "");
  for (std::size_t i = 0; i < facts.carried.size(); ++i)
    link(facts.carried[i].next, "carried" + std::to_string(i), {}, ", style=dashed, constraint=false");
  return text + "}\n";
}

}  // namespace anechain::flow
