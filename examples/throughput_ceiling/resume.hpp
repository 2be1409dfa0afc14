// SPDX-License-Identifier: MIT
// Continues a run that was interrupted.
#pragma once

#include <anechain/measure/measurement.hpp>
#include <anechain/measure/protocol.hpp>
#include <anechain/measure/report.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace program {

// Removes interrupted launches that cannot be continued: those of the original protocol, and those of only a few rounds.
void drop_stumps(anechain::Report& report);

// What is left to do of an experiment in one process.
struct Rest {
  anechain::Protocol protocol;
  std::size_t parts = 0;  // launches of this process that the report has already
};

// The rounds and the time that are left of an experiment in a process (from 1): the whole protocol if the report does not have it, none if
// it is complete there.
std::optional<Rest> rest_of(const anechain::Report& report, const std::vector<std::string>& contenders, const anechain::Protocol& protocol,
                            std::size_t process);

// The most launches that the report has of a process in one experiment.
std::size_t parts_of(const anechain::Report& report, std::size_t process);

// Adds what was measured after the interruption.
void add(anechain::Report& report, anechain::Report&& rest);

}  // namespace program
