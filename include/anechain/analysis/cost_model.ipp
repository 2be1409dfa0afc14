// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/analysis/cost_model.hpp>
#include <anechain/analysis/cost_terms.hpp>
#include <anechain/measure/round_table.hpp>
#include <anechain/statistics/linear_model.hpp>

namespace anechain {

ANECHAIN_INLINE std::optional<ChainOfOne> chain_of_one(const MeasuredContender& contender) {
  const bool fused = contender.flow.is_fused();
  const std::vector<MeasuredKernel>& kernels = fused ? contender.flow.parts : contender.flow.programs;
  for (const MeasuredKernel& kernel : kernels)
    if (kernel.text != kernels.front().text || kernel.weights != kernels.front().weights) return std::nullopt;
  return ChainOfOne{&kernels.front(), kernels.size(), fused ? std::string_view{"fused"} : std::string_view{contender.strategy.name}};
}

}  // namespace anechain

namespace anechain::detail {

ANECHAIN_INLINE LogTable log_table(const Measurement& measurement) {
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

ANECHAIN_INLINE ScalingModel::ScalingModel(const Measurement& measurement, std::span<const std::size_t> contenders)
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

ANECHAIN_INLINE std::vector<double> ScalingModel::numbers(std::span<const double> levels, bool decompose,
                                                          std::vector<std::size_t>& bound) const {
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

ANECHAIN_INLINE std::optional<std::vector<double>> ScalingModel::polynomial(const Line& line, std::span<const double> levels,
                                                                            std::size_t degree) const {
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

}  // namespace anechain::detail
