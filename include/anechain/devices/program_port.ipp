// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <anechain/devices/program_port.hpp>
#include <anechain/mil/graph.hpp>

namespace anechain {

ANECHAIN_INLINE std::vector<ProgramPort> program_ports(const mil::Graph& graph, mil::Entries<std::int32_t> values) {
  std::vector<ProgramPort> ports;
  for (const std::int32_t value : values) ports.push_back({std::string{graph.text(graph[value].name)}, graph[value].type});
  std::ranges::sort(ports, {}, &ProgramPort::name);
  return ports;
}

}  // namespace anechain
