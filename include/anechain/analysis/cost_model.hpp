// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/analysis/cost_terms.hpp>
#include <anechain/measure/measured_contender.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_polish.hpp>

/// The cost model that contenders are fitted with.
namespace anechain {

/// How much of each term a pass of a contender has, in the order of cost_terms.
inline std::array<double, cost_terms.size()> cost_amounts(const MeasuredContender& contender) {
  const MeasuredFlow& flow = contender.flow;
  const auto programs = static_cast<double>(flow.programs.size());
  const double hops = contender.strategy.hops == executor::Hops::each_step  ? programs
                      : contender.strategy.hops == executor::Hops::each_run ? 1
                                                                            : 0;
  const double copies = contender.strategy.copies ? static_cast<double>(flow.links()) : 0;
  const double copied_mb = contender.strategy.copies ? static_cast<double>(flow.link_bytes()) / 1e6 : 0;
  return {1, programs, static_cast<double>(flow.flops()) / 1e9, copies, copied_mb, hops};
}

/// Whether a contender's time is that of one pass with its kernels, as the cost model has it.
inline bool is_fitted(const MeasuredContender& contender) {
  return contender.ok() && contender.strategy.work == Work::all && contender.strategy.lanes == 1;
}

/// One kernel, again and again: a contender as a point of a line over the chain's length.
struct ChainOfOne {
  const MeasuredKernel* kernel;  ///< all are this one
  std::size_t length;            ///< kernels in the chain, fused or not
  std::string_view contender;    ///< the strategy's name, or "fused"
};

/// None for a chain of different kernels.
std::optional<ChainOfOne> chain_of_one(const MeasuredContender& contender);

namespace detail {

/// Rounds that are complete, as logarithms of passes: a row for each round, a column for each contender that is fitted.
struct LogTable {
  std::vector<std::size_t> contenders;
  statistics::Table logs;
};

LogTable log_table(const Measurement& measurement);

/// All numbers that come from contenders' levels, in one row, so that a replicate is one call.
class ScalingModel {
 public:
  ScalingModel(const Measurement& measurement, std::span<const std::size_t> contenders);

  struct Line {
    MeasuredKernel kernel;
    std::string contender;  ///< the strategy, or "fused"
    bool is_fused;
    bool is_baseline;                  ///< of the group of its first point
    std::vector<std::size_t> points;   ///< among the contenders of the model
    std::vector<std::size_t> lengths;  ///< of each point
  };

  const std::vector<Line>& lines() const { return lines_; }
  std::size_t contender_of(std::size_t point) const { return contenders_[point]; }  ///< position in Measurement::contenders
  const std::vector<std::size_t>& terms() const { return terms_; }
  const statistics::Table& design() const { return design_; }

  // Where numbers() has what it gives.
  static constexpr std::size_t fixed_at(std::size_t line) { return 3 * line; }
  static constexpr std::size_t slope_at(std::size_t line) { return 3 * line + 1; }
  static constexpr std::size_t curvature_at(std::size_t line) { return 3 * line + 2; }
  std::size_t term_at(std::size_t term) const { return 3 * lines_.size() + term; }

  /// Fixed cost, slope and curvature of every line (curvature NaN with two points), then the terms' costs.
  std::vector<double> numbers(std::span<const double> levels, bool decompose, std::vector<std::size_t>& bound) const;

 private:
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  std::optional<std::vector<double>> polynomial(const Line& line, std::span<const double> levels, std::size_t degree) const;

  std::vector<std::size_t> contenders_;
  std::vector<Line> lines_;
  std::vector<std::size_t> terms_;
  statistics::Table design_;
};

}  // namespace detail

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/analysis/cost_model.ipp>
#endif
