// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <anechain/analysis/cost_model.hpp>
#include <anechain/analysis/scaling.hpp>
#include <anechain/measure/protocol.hpp>
#include <anechain/statistics/bootstrap.hpp>
#include <anechain/statistics/linear_model.hpp>
#include <anechain/statistics/median_polish.hpp>

namespace anechain::detail {

inline std::vector<double> exponentials(std::vector<double> logarithms) {
  for (double& value : logarithms) value = std::exp(value);
  return logarithms;
}

/// What is computed from the contenders' levels, and the same from those of every replicate.
struct BootstrappedNumbers {
  std::vector<double> row;                        ///< ScalingModel::numbers
  std::vector<std::vector<double>> replicates{};  ///< likewise
  std::vector<std::size_t> held{};                ///< terms that would have come out negative
  double confidence = 0.95;

  template <class Number>
  Bounded bounded(Number number) const {
    Bounded result;
    result.value = number(std::span<const double>{row});
    std::vector<double> values;
    for (const std::vector<double>& replicate : replicates)
      if (const double value = number(std::span<const double>{replicate}); !std::isnan(value)) values.push_back(value);
    result.interval = statistics::percentile_interval(values, confidence);
    return result;
  }

  Bounded bounded_at(std::size_t place) const {
    return bounded([place](std::span<const double> numbers) { return numbers[place]; });
  }
};

/// Rounds are drawn in blocks of four, and polished anew in every replicate.
inline BootstrappedNumbers bootstrapped(const ScalingModel& model, const statistics::Table& logs, std::span<const double> levels,
                                        bool decompose, const Protocol& protocol, std::size_t replicates) {
  BootstrappedNumbers numbers{.row = {}, .confidence = protocol.confidence};
  numbers.row = model.numbers(levels, decompose, numbers.held);
  Random random{protocol.seed};
  std::vector<std::size_t> ignored;
  numbers.replicates.reserve(replicates);
  for (std::size_t i = 0; i < replicates; ++i) {
    const statistics::Polished polished = statistics::median_polish(statistics::resampled_rows(logs, Scaling::block, random));
    numbers.replicates.push_back(model.numbers(exponentials(polished.columns), decompose, ignored));
  }
  return numbers;
}

/// How well the design tells the terms apart, with cells weighted as the fit weights them.
inline statistics::Conditioning conditioning(const ScalingModel& model, std::span<const double> levels) {
  std::vector<double> weights;
  for (const double level : levels) weights.push_back(1 / (level * level));
  return statistics::NormalEquations{model.design(), weights}.conditioning();
}

inline Refusal refusal(const ScalingModel& model, const statistics::Conditioning& conditioning, std::size_t rounds) {
  return {rounds, std::pair{cost_terms[model.terms()[conditioning.pair.first]], cost_terms[model.terms()[conditioning.pair.second]]}};
}

inline std::vector<LengthFit> length_fits(const ScalingModel& model, std::span<const double> levels, const BootstrappedNumbers& numbers) {
  std::vector<LengthFit> fits;
  for (std::size_t i = 0; i < model.lines().size(); ++i) {
    const ScalingModel::Line& line = model.lines()[i];
    LengthFit fit{.kernel = line.kernel.name,
                  .contender = line.contender,
                  .contenders = {},
                  .lengths = line.lengths,
                  .slope_us = numbers.bounded_at(ScalingModel::slope_at(i)),
                  .fixed_us = numbers.bounded_at(ScalingModel::fixed_at(i)),
                  .curvature_us = {}};
    for (const std::size_t point : line.points) fit.contenders.push_back(model.contender_of(point));
    if (line.points.size() > 2) {
      const auto longest = static_cast<double>(line.lengths.back());
      fit.curvature_us = numbers.bounded_at(ScalingModel::curvature_at(i));
      fit.bend = fit.curvature_us->value * longest * longest / levels[line.points.back()];
    }
    fits.push_back(std::move(fit));
  }
  return fits;
}

/// The slopes of strategies that have links against the baseline's.
inline std::vector<SlopeDifference> link_costs(const ScalingModel& model, const BootstrappedNumbers& numbers) {
  std::vector<SlopeDifference> links;
  for (std::size_t i = 0; i < model.lines().size(); ++i)
    for (std::size_t base = 0; base < model.lines().size(); ++base) {
      const ScalingModel::Line& line = model.lines()[i];
      const ScalingModel::Line& baseline = model.lines()[base];
      if (i == base || line.kernel.text != baseline.kernel.text || line.kernel.weights != baseline.kernel.weights) continue;
      if (!baseline.is_baseline || line.is_fused) continue;
      links.push_back({line.kernel.name, line.contender, baseline.contender, numbers.bounded([i, base](std::span<const double> of) {
                         return of[ScalingModel::slope_at(i)] - of[ScalingModel::slope_at(base)];
                       })});
    }
  return links;
}

/// What the terms imply for every kernel whose baseline was fitted.
inline std::vector<Implied> implied(const Measurement& measurement, const ScalingModel& model, const BootstrappedNumbers& numbers,
                                    std::size_t fixed, std::size_t dispatch, std::size_t compute) {
  std::vector<Implied> all;
  for (const ScalingModel::Line& line : model.lines()) {
    if (!line.is_baseline || line.is_fused) continue;
    const std::size_t longest = model.contender_of(line.points.back());
    const auto n = static_cast<double>(line.lengths.back());
    const double total_gflop = static_cast<double>(measurement.contenders[longest].flow.flops()) / 1e9;
    const auto pass = [=, gflop = total_gflop](std::span<const double> of, double dispatches) {
      return of[fixed] + dispatches * of[dispatch] + gflop * of[compute];
    };
    all.push_back({.kernel = line.kernel.name,
                   .contender = longest,
                   .length = line.lengths.back(),
                   .gflop = total_gflop,
                   .dispatch_share = numbers.bounded([=](std::span<const double> of) { return n * of[dispatch] / pass(of, n); }),
                   .fused_pass_us = numbers.bounded([=](std::span<const double> of) { return pass(of, 1); })});
  }
  return all;
}

inline Decomposition decomposition(const Measurement& measurement, const ScalingModel& model, std::span<const double> levels,
                                   const BootstrappedNumbers& numbers) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Decomposition result;
  std::array<std::optional<std::size_t>, cost_terms.size()> places;
  for (std::size_t i = 0; i < model.terms().size(); ++i) {
    places[model.terms()[i]] = model.term_at(i);
    result.terms.push_back(
        {cost_terms[model.terms()[i]], numbers.bounded_at(model.term_at(i)), std::ranges::find(numbers.held, i) != numbers.held.end()});
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    double fitted = 0;
    for (std::size_t term = 0; term < model.terms().size(); ++term) fitted += model.design().at(i, term) * numbers.row[model.term_at(term)];
    const double residual = levels[i] / fitted - 1;
    if (std::abs(residual) < std::abs(result.worst_residual)) continue;
    result.worst_residual = residual;
    result.worst_contender = model.contender_of(i);
  }
  const auto [fixed, dispatch, compute, copy, bandwidth, hop] = places;
  const auto rate = [&](std::size_t at) {
    return numbers.bounded([at](std::span<const double> of) { return of[at] > 0 ? 1e3 / of[at] : nan; });
  };
  if (compute && numbers.row[*compute] > 0) result.tflops = rate(*compute);
  if (bandwidth && numbers.row[*bandwidth] > 0) result.gb_per_s = rate(*bandwidth);
  if (!fixed || !dispatch || !compute) return result;
  if (numbers.row[*compute] > 0)
    result.break_even_gflop =
        numbers.bounded([d = *dispatch, c = *compute](std::span<const double> of) { return of[c] > 0 ? of[d] / of[c] : nan; });
  result.implied = implied(measurement, model, numbers, *fixed, *dispatch, *compute);
  return result;
}

}  // namespace anechain::detail

namespace anechain {

ANECHAIN_INLINE Scaling scale(const Measurement& measurement, const Protocol& protocol, std::size_t replicates) {
  Scaling scaling;
  scaling.confidence = protocol.confidence;
  scaling.replicates = replicates;
  const detail::LogTable table = detail::log_table(measurement);
  scaling.rounds = table.contenders.empty() ? 0 : table.logs.rows();
  scaling.pass_us.assign(measurement.contenders.size(), std::numeric_limits<double>::quiet_NaN());
  if (scaling.rounds < Refusal::least_rounds) {
    scaling.refusal = Refusal{.rounds = scaling.rounds};
    return scaling;
  }
  const statistics::Polished polished = statistics::median_polish(table.logs);
  const std::vector<double> levels = detail::exponentials(polished.columns);
  for (std::size_t i = 0; i < levels.size(); ++i) scaling.pass_us[table.contenders[i]] = levels[i];
  scaling.state = {std::exp(std::ranges::min(polished.rows)), std::exp(std::ranges::max(polished.rows))};

  const detail::ScalingModel model{measurement, table.contenders};
  const statistics::Conditioning conditioning = detail::conditioning(model, levels);
  const bool decompose = conditioning.number <= statistics::worst_condition && levels.size() > model.terms().size();
  const detail::BootstrappedNumbers numbers = detail::bootstrapped(model, table.logs, levels, decompose, protocol, replicates);
  scaling.fits = detail::length_fits(model, levels, numbers);
  scaling.links = detail::link_costs(model, numbers);
  if (decompose) {
    scaling.decomposition = detail::decomposition(measurement, model, levels, numbers);
    scaling.decomposition->condition = conditioning.number;
  } else {
    scaling.refusal = detail::refusal(model, conditioning, scaling.rounds);
  }
  return scaling;
}

ANECHAIN_INLINE Scaling scale(const Measurement& measurement) { return scale(measurement, measurement.protocol); }

ANECHAIN_INLINE bool has_several_lengths(const Measurement& measurement) {
  std::vector<std::size_t> fitted;
  for (std::size_t c = 0; c < measurement.contenders.size(); ++c)
    if (is_fitted(measurement.contenders[c])) fitted.push_back(c);
  return !detail::ScalingModel{measurement, fitted}.lines().empty();
}

}  // namespace anechain
