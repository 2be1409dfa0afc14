// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <anechain/support/words.hpp>

namespace anechain::ane {

/// By which of the framework's calls a program is evaluated. What each costs has been measured by others, with results that
/// disagree; which works at all depends on the system (see docs/ane.md).
enum class Route : std::uint8_t {
  standard,   ///< `_ANEInMemoryModel evaluateWithQoS:…`: what nearly everyone uses
  real_time,  ///< `_ANEClient evaluateRealTimeWithModel:…`, which takes no QoS
  direct,     ///< `_ANEClient doEvaluateDirectWithModel:…`
  program,    ///< `_ANEProgramForEvaluation processRequest:…`
};

}  // namespace anechain::ane

namespace anechain {

template <>
inline constexpr auto words_of<ane::Route> = std::to_array<std::string_view>({"standard", "realtime", "direct", "program"});

}  // namespace anechain

namespace anechain::ane {

/// Programs that a process may compile: others were refused after 119 (irm on M3 Pro, 119 to 132 on M4) or 239 (M4 Pro).
inline constexpr std::size_t compile_budget = 119;

/// Programs that a process may hold loaded: 55 (irm), 120 (omlx) and 127 have been reported.
inline constexpr std::size_t loaded_budget = 120;

/// From so many on, a process is warned.
inline constexpr std::size_t loaded_with_certainty = 55;

/// How an ANE device does its work.
struct Options {
  Route route = Route::standard;  ///< of every evaluation

  /// 0 to 63. 21 is what the framework calls default, and nearly everyone uses; 33 is user-interactive, 9 background. No effect on
  /// latency has been seen (maderix on M5, dev-erik on M4 Max).
  std::uint32_t qos = 21;

  /// Whether each compiled program is one of its own, though its text and weights may be those of another: a number is put into
  /// its buildInfo, and the system forgets it when it is released. Otherwise identical programs are compiled once, and share a directory.
  bool distinct = false;

  /// Whether requests ask for the time that the hardware took. Other programs than Apple's have been told 0.
  bool statistics = false;

  /// Programs of the whole process, those of other devices too. What would go beyond throws CompileError.
  ///@{
  std::size_t compile_budget = ane::compile_budget;
  std::size_t loaded_budget = ane::loaded_budget;
  ///@}

  /// Before the one repetition of a load that failed (maderix, tmc).
  std::chrono::milliseconds load_retry_after{100};

  /// Told of what is not wrong for sure: contested constraints, budgets that come near. Nobody where it is empty. It is called from
  /// whichever thread compiles or releases, one at a time, and must not throw.
  std::function<void(const std::string&)> on_warning{};
};

}  // namespace anechain::ane
