// SPDX-License-Identifier: MIT
// From arguments to a report.
#pragma once

#include <anechain/measure/report.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"

namespace program {

// The report of all processes that the arguments ask for. `command_line` is this program's.
Report measure(const RunArguments& arguments, const std::vector<std::string>& command_line);

// The baseline once more, with surfaces and requests of its own.
struct Twin : Strategy<transfer::None, executor::Inline> {
  static constexpr std::string_view name = "run_only_twin";
};

// The baseline against itself, one measurement a size.
Report measure_twins(const RunArguments& arguments);

}  // namespace program
