// SPDX-License-Identifier: MIT
// From arguments to a report, in this process.
#pragma once

#include <anechain/measure/report.hpp>

#include <atomic>
#include <string>
#include <vector>

#include "arguments.hpp"

namespace program {

// Set by SIGINT and SIGTERM: the measurement ends, and what it had is written. A fourth one ends the program at once.
inline std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch it");

void end_on_signals();

// The report of one launch.
Report measure(const RunArguments& arguments, const std::vector<std::string>& command_line);

// The baseline once more, with surfaces and requests of its own.
struct Twin : Strategy<transfer::None, executor::Inline> {
  static constexpr std::string_view name = "run_only_twin";
};

// The baseline against itself, one measurement a size.
Report measure_twins(const RunArguments& arguments);

}  // namespace program
