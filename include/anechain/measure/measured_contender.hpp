// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/flow/pass_memory.hpp>
#include <anechain/flow/work.hpp>
#include <anechain/kernels/bytes.hpp>
#include <anechain/mil/types.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/support/words.hpp>

/// What competed, as a report knows it.
namespace anechain {

/// A kernel as a report knows it: what it is, without its text and its weights.
struct MeasuredKernel {
  std::string name;           ///< what reports call it; compilers spell the names of types differently, so this identifies nothing
  std::uint64_t text = 0;     ///< digest() of its program's text
  std::uint64_t weights = 0;  ///< digest of the layout of its weights: names, types, offsets in the blob
  std::vector<mil::TensorType> inputs{};   ///< what it reads, in the order of declaration
  std::vector<mil::TensorType> outputs{};  ///< what it gives, in the order of declaration
  std::int64_t flops = 0;                  ///< of one evaluation
  Bytes bytes{};                           ///< of one evaluation

  bool operator==(const MeasuredKernel&) const = default;
};

/// Links of a flow that is not a row: how many moves a pass makes if each reader has a surface of its own, and their bytes.
struct MeasuredLinks {
  std::size_t count = 0;   ///< from a program or a step of the CPU to a program
  std::int64_t bytes = 0;  ///< of all together, packed

  bool operator==(const MeasuredLinks&) const = default;
};

/// The flow that a contender runs.
struct MeasuredFlow {
  std::string name;                        ///< what reports call it
  std::vector<MeasuredKernel> programs{};  ///< that a pass evaluates, in order
  std::vector<MeasuredKernel> parts{};     ///< the kernels that these compute; other than the programs if some are fused
  std::optional<MeasuredLinks> wiring{};   ///< of a flow that is not a row of programs

  /// Places where data goes from one program to the next.
  std::size_t links() const { return wiring ? wiring->count : programs.empty() ? 0 : programs.size() - 1; }

  /// Floating-point operations of one pass.
  std::int64_t flops() const {
    return std::transform_reduce(programs.begin(), programs.end(), std::int64_t{0}, std::plus{}, std::mem_fn(&MeasuredKernel::flops));
  }

  /// Bytes that all programs of one pass read and write, packed.
  Bytes bytes() const;

  /// Bytes that all links of one pass together move, packed.
  std::int64_t link_bytes() const;

  /// Whether all of it is one program, made of several kernels.
  bool is_fused() const { return programs.size() == 1 && parts.size() > 1; }

  bool operator==(const MeasuredFlow&) const = default;
};

/// A strategy's properties.
struct MeasuredStrategy {
  std::string name;                            ///< the strategy type's
  std::string executor;                        ///< who submits: the executor's description, which may differ between machines
  std::size_t lanes = 1;                       ///< passes that one run does at once
  Work work = Work::all;                       ///< whether kernels run, or transfers alone
  bool copies = false;                         ///< whether a pass moves data over every link
  executor::Hops hops = executor::Hops::none;  ///< how often work is handed to another thread

  bool operator==(const MeasuredStrategy&) const = default;
};

/// A flow under a strategy: what competes in an experiment.
struct MeasuredContender {
  std::string name;                      ///< unique in its measurement: its label, else FLOW/STRATEGY
  std::string label;                     ///< as it was given; may be empty
  MeasuredFlow flow{};                   ///< what it runs
  MeasuredStrategy strategy{};           ///< how
  std::optional<PassMemory> memory{};    ///< none of one that was not set up, and in files of older versions
  std::size_t baseline = 0;              ///< of its group: position in Measurement::contenders; its own if it is a baseline
  std::optional<std::string> failure{};  ///< why it has no timing

  /// Whether nothing of it failed: only then it has samples.
  bool ok() const { return !failure; }

  /// Whether its time tells what its links cost: one program has none, and passes in flight hide them.
  bool has_links() const { return flow.links() > 0 && strategy.lanes == 1; }
};

/// The first thing in which two contenders differ.
enum class Difference {
  none,      ///< they are the same
  label,     ///< as it was given
  strategy,  ///< what it does
  programs,  ///< their number
  text,      ///< of a program
  types,     ///< of a program's inputs or outputs, or the links between them
  weights,   ///< the layout of a program's weights
  parts,     ///< the kernels that are fused
};
template <>
inline constexpr auto words_of<Difference> =
    std::to_array<std::string_view>({"none", "label", "strategy", "programs", "text", "types", "weights", "parts"});

/// What makes two contenders two: their label, what their strategies do, and the facts of their programs (texts, types, so link sizes, and
/// weight layouts). Names of flows and kernels, and descriptions of executors, are no part of it.
Difference difference(const MeasuredContender& a, const MeasuredContender& b);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/measured_contender.ipp>
#endif
