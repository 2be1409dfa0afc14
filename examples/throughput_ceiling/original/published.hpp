// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <anechain/measure/measured_contender.hpp>

namespace program {

using namespace anechain;

/// A row of the throughput-ceiling table that was published for an M4 Max: twelve 1x1 convolutions, fp16, milliseconds.
struct PublishedRow {
  std::string_view configuration;  ///< channels and positions: "768x256"
  std::uint64_t text;              ///< digest() of the program's text: of mil_text<Conv1x1<768, 256>>
  double sequential_ms;            ///< a kernel with its copy
  double run_only_ms;              ///< a kernel
  double copy_ms;                  ///< a copy, measured alone
  double gcd_ms;                   ///< a kernel, through a serial queue

  /// What its formula gives for a copy, in microseconds: 12 (sequential - run only) / 11.
  constexpr double overhead_us() const { return 1e3 * (sequential_ms - run_only_ms) * 12 / 11; }
};

/// The chip that the table was measured on.
inline constexpr std::string_view published_chip = "M4 Max";
/// Kernels in each of its chains.
inline constexpr std::size_t published_length = 12;
/// Where the table stands: document, section, program and commit, and what it lacks.
inline constexpr std::string_view published_source =
    "maderix/ANE, docs/ANE_CHAINING_RESEARCH.md, Throughput Ceiling (test_throughput_ceiling.m, Experiment I), commit 99ba013; no interval "
    "was "
    "published";
/// All of the table, by size.
inline constexpr std::array<PublishedRow, 3> published_table{{
    {"64x32", 0x360379B36D404E1Du, 0.272, 0.158, 0.001, 0.200},
    {"256x64", 0x31C64D48D61AE1AFu, 0.191, 0.181, 0.002, 0.176},
    {"768x256", 0x6C98567998D84C0Au, 0.177, 0.226, 0.006, 0.186},
}};

/// The row of a flow, if it is the chain that the row is of: as many kernels, each with the very program, however it is called.
inline const PublishedRow* published_row_of(const MeasuredFlow& flow) {
  if (flow.programs.size() != published_length) return nullptr;
  for (const PublishedRow& row : published_table)
    if (std::ranges::all_of(flow.programs, [&](const MeasuredKernel& kernel) { return kernel.text == row.text; })) return &row;
  return nullptr;
}

/// What the document concludes from its table.
inline constexpr std::array<std::string_view, 5> published_findings{{
    "memcpy between kernels is negligible",
    "the overhead is dispatch",
    "sequential with memcpy is faster than without, at 768x256",
    "a serial queue gains a little at small sizes",
    "without the round trips a pass could take half the time",
}};

}  // namespace program
