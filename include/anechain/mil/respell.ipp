// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <anechain/mil/parse.hpp>
#include <anechain/mil/print.hpp>
#include <anechain/mil/respell.hpp>

namespace anechain::mil {

ANECHAIN_INLINE std::string respelled(std::string_view text, Dialect dialect) {
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
