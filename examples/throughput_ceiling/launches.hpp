// SPDX-License-Identifier: MIT
// Several processes in place of one.
#pragma once

#include <anechain/measure/report.hpp>

#include <string>
#include <vector>

#include "arguments.hpp"

namespace program {

// Throws with the path where it cannot be read, and with the place where it is no report.
Report read_report(const std::string& path);

// One report of as many launches as the protocol asks for. `command_line` is this process's own.
Report measure_in_launches(const RunArguments& arguments, const std::vector<std::string>& command_line);

}  // namespace program
