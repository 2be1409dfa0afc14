// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
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
#include <anechain/measure/round_table.hpp>
#include <anechain/statistics/linear_model.hpp>

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
inline std::optional<ChainOfOne> chain_of_one(const MeasuredContender& contender) {
  const bool fused = contender.flow.is_fused();
  const std::vector<MeasuredKernel>& kernels = fused ? contender.flow.parts : contender.flow.programs;
  for (const MeasuredKernel& kernel : kernels)
    if (kernel.text != kernels.front().text || kernel.weights != kernels.front().weights) return std::nullopt;
  return ChainOfOne{&kernels.front(), kernels.size(), fused ? std::string_view{"fused"} : std::string_view{contender.strategy.name}};
}

namespace detail {

/// Rounds that are complete, as logarithms of passes: a row for each round, a column for each contender that is fitted.
struct LogTable {
  std::vector<std::size_t> contenders;
  statistics::Table logs;
};

inline LogTable log_table(const Measurement& measurement) {
  LogTable table;
  for (std::size_t c = 0; c < measurement.contenders.size(); ++c)
    if (is_fitted(measurement.contenders[c])) table.contenders.push_back(c);
  table.logs.columns = table.contenders.size();
  if (table.contenders.empty()) return table;
  const RoundTable rounds{measurement};
  for (const RoundTable::Cell& cell : rounds.cells(table.contenders.front())) {
    std::vector<double> logs;
    for (const std::size_t c : table.contenders) {
      const std::optional<double> log = rounds.mean_log(cell.row, c);
      if (!log) break;
      logs.push_back(*log);
    }
    if (logs.size() == table.contenders.size()) table.logs.cells.insert(table.logs.cells.end(), logs.begin(), logs.end());
  }
  return table;
}

/// All numbers that come from contenders' levels, in one row, so that a replicate is one call.
class ScalingModel {
 public:
  ScalingModel(const Measurement& measurement, std::span<const std::size_t> contenders)
      : contenders_(contenders.begin(), contenders.end()) {
    for (std::size_t i = 0; i < contenders_.size(); ++i) {
      const MeasuredContender& contender = measurement.contenders[contenders_[i]];
      const std::optional<ChainOfOne> chain = chain_of_one(contender);
      if (!chain) continue;
      auto line = std::ranges::find_if(lines_, [&](const Line& one) {
        return one.kernel.text == chain->kernel->text && one.kernel.weights == chain->kernel->weights && one.contender == chain->contender;
      });
      if (line == lines_.end())
        line = lines_.insert(
            lines_.end(),
            {*chain->kernel, std::string{chain->contender}, contender.flow.is_fused(), contender.baseline == contenders_[i], {}, {}});
      line->points.push_back(i);
      line->lengths.push_back(chain->length);
    }
    std::erase_if(lines_, [](const Line& line) {
      return std::ranges::all_of(line.lengths, [&](std::size_t length) { return length == line.lengths.front(); });
    });
    std::vector<std::array<double, cost_terms.size()>> amounts;
    for (const std::size_t c : contenders_) amounts.push_back(cost_amounts(measurement.contenders[c]));
    for (std::size_t term = 0; term < cost_terms.size(); ++term)
      if (std::ranges::any_of(amounts, [term](const auto& of) { return of[term] > 0; })) terms_.push_back(term);
    design_.columns = terms_.size();
    for (const auto& of : amounts)
      for (const std::size_t term : terms_) design_.cells.push_back(of[term]);
  }

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
  std::vector<double> numbers(std::span<const double> levels, bool decompose, std::vector<std::size_t>& bound) const {
    std::vector<double> row;
    for (const Line& line : lines_) {
      const auto straight = polynomial(line, levels, 1);
      const auto curved = line.points.size() > 2 ? polynomial(line, levels, 2) : std::nullopt;
      row.push_back(straight ? (*straight)[0] : nan);
      row.push_back(straight ? (*straight)[1] : nan);
      row.push_back(curved ? (*curved)[2] : nan);
    }
    if (decompose) {
      const auto costs = statistics::fit_relative(design_, levels, false, bound);
      for (std::size_t term = 0; term < terms_.size(); ++term) row.push_back(costs ? (*costs)[term] : nan);
    }
    return row;
  }

 private:
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  std::optional<std::vector<double>> polynomial(const Line& line, std::span<const double> levels, std::size_t degree) const {
    statistics::Table design{degree + 1, {}};
    std::vector<double> observed;
    for (std::size_t point = 0; point < line.points.size(); ++point) {
      const auto length = static_cast<double>(line.lengths[point]);
      double power = 1;
      for (std::size_t i = 0; i <= degree; ++i, power *= length) design.cells.push_back(power);
      observed.push_back(levels[line.points[point]]);
    }
    std::vector<std::size_t> none;
    return statistics::fit_relative(design, observed, true, none);
  }

  std::vector<std::size_t> contenders_;
  std::vector<Line> lines_;
  std::vector<std::size_t> terms_;
  statistics::Table design_;
};

}  // namespace detail

}  // namespace anechain
