// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <anechain/mil/graph.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain {

/// An input or a result of a compiled program.
struct ProgramPort {
  std::string name;      ///< in the program's text
  mil::TensorType type;  ///< of its surface
};

/// Inputs or outputs of a function in the alphabetical order of their names, as requests take them.
std::vector<ProgramPort> program_ports(const mil::Graph& graph, mil::Entries<std::int32_t> values);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/devices/program_port.ipp>
#endif
