// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <anechain/mil/graph.hpp>

namespace anechain {

/// An input or a result of a compiled program.
struct ProgramPort {
  std::string name;      ///< in the program's text
  mil::TensorType type;  ///< of its surface
};

/// Inputs or outputs of a function in the alphabetical order of their names, as requests take them.
inline std::vector<ProgramPort> program_ports(const mil::Graph& graph, mil::Entries<std::int32_t> values) {
  std::vector<ProgramPort> ports;
  for (const std::int32_t value : values) ports.push_back({std::string{graph.text(graph[value].name)}, graph[value].type});
  std::ranges::sort(ports, {}, &ProgramPort::name);
  return ports;
}

}  // namespace anechain
