// SPDX-License-Identifier: MIT
// Going on with a run that was interrupted.
#pragma once

#include <anechain/measure/measurement.hpp>
#include <anechain/measure/protocol.hpp>
#include <anechain/measure/report.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace program {

// Without the parts that nobody can go on with: of other protocols than the library's, and of a few rounds.
void drop_stumps(anechain::Report& report);

// What is left to do of an experiment in one process.
struct Rest {
  anechain::Protocol protocol;
  std::size_t parts = 0;  // that were measured before
};

// All of it if the report does not have the experiment of these contenders; none if that is complete. `process` counts from 1.
std::optional<Rest> rest_of(const anechain::Report& report, const std::vector<std::string>& contenders, const anechain::Protocol& protocol,
                            std::size_t process);

// Parts that a process has measured already.
std::size_t parts_of(const anechain::Report& report, std::size_t process);

// Adds what was measured since.
void add(anechain::Report& report, anechain::Report&& rest);

}  // namespace program
