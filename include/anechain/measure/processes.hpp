// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include <anechain/measure/report.hpp>
#include <anechain/separate_compilation.hpp>

/// A run in several processes, each with its own memory and programs: what one process happens to be like is not taken for an effect.
namespace anechain {

/// Allows experiments to start this program again, with the same arguments, and so to measure in several processes. Call it at the
/// beginning of main, before the program writes anything:
///
///     int main(int argc, char** argv) {
///       anechain::process_main(argc, argv);
///
/// Returns 0 in the program that the user started (the parent), and the number of the process, from 1, in a process that an experiment
/// started (a child). A child runs main up to its experiment, sends what it measured to the parent, and exits there; its standard output is
/// /dev/null. If earlier experiments of the program ran in several processes too, the child does not measure them again: they return what
/// the parent got. Throws std::runtime_error if the environment variable ANECHAIN_PROCESS has a value that no experiment gave it.
int process_main(int argc, char** argv);

/// Options of measure_in_processes().
struct ProcessOptions {
  std::size_t processes = 1;  ///< at least 1
  /// When this becomes true, the running child gets SIGTERM, and no other child is started. May be null.
  const std::atomic<bool>* interrupted = nullptr;
};

/// Starts one child after the other and returns their merged report. In a child, `work` is called once, with the number of the process from
/// 1, and this function does not return. A child that dies, throws, or sends nothing is listed in Report::failed_processes; the others are
/// not affected. Throws std::invalid_argument if process_main() was not called; MergeError if two children measured different experiments;
/// std::runtime_error if no child sent a report.
Report measure_in_processes(const ProcessOptions& options, const std::function<Report(std::size_t)>& work);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/processes.ipp>
#endif
