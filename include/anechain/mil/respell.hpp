// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <anechain/mil/parse.hpp>
#include <anechain/mil/print.hpp>

namespace anechain::mil {

/// A program's text in another dialect. What the first dialect has of its own, its attributes and the opset, becomes that of the other;
/// attributes and opsets that are neither's are kept. Throws ParseError if the text cannot be read, and TypeError if the other dialect
/// lacks an opset that an operation needs.
inline std::string respelled(std::string_view text, Dialect dialect) {
  Graph graph = parse(text);
  const DialectFacts& own = facts(graph.dialect);
  if (graph.attributes.kind == Attributes::Kind::given && graph.text(graph.attributes.text) == own.build_info)
    graph.attributes = {Attributes::Kind::standard};
  for (std::size_t i = 0; i < graph.functions.size(); ++i) {
    Function& function = graph.functions[i];
    const Name given = function.opset;
    function.opset = {};
    if (needed_opset(graph, function).opset > own.highest || graph.text(given) != declared_opset(graph, function, graph.dialect))
      function.opset = given;
  }
  return print(graph, dialect);
}

}  // namespace anechain::mil
