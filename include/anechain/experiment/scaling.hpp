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
#include <utility>
#include <vector>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/protocol.hpp>
#include <anechain/experiment/statistics/bootstrap.hpp>
#include <anechain/experiment/statistics/linear_model.hpp>
#include <anechain/experiment/statistics/median_polish.hpp>

/// What the length of a chain, the size of a kernel and the data of a copy cost: from a sweep's samples.
namespace anechain {

/// A number and its interval.
struct Bounded {
  double value = std::numeric_limits<double>::quiet_NaN();  ///< NaN where it cannot be told
  statistics::Interval interval{};                          ///< of the bootstrap, at the protocol's confidence for this number alone
};

/// A configuration's passes under one strategy as a straight line over the chain's length: T(n) = fixed + n slope.
struct LengthFit {
  std::string configuration;            ///< Cell::configuration
  std::string strategy;                 ///< MeasuredStrategy::name
  std::vector<std::size_t> cells;       ///< positions in Sweep::cells, by length
  Bounded slope_us;                     ///< each further kernel, with its copy where the strategy copies
  Bounded fixed_us;                     ///< what is left of a pass without kernels
  std::optional<Bounded> curvature_us;  ///< of a term n^2; none for two lengths

  double bend = 0;  ///< what the term n^2 makes of the longest pass, as a share of it

  /// Whether the curvature may be zero, or is too small to matter. Where it is neither, the line means little: passes are
  /// pipelined, a queue is full, the machine throttles.
  bool linear() const { return !curvature_us || curvature_us->interval.contains(0) || std::abs(bend) < 0.001; }
};

/// What a strategy's slope has more than the baseline's: the cost of a link, without the fixed cost in it.
struct SlopeDifference {
  std::string configuration;  ///< Cell::configuration
  std::string strategy;       ///< MeasuredStrategy::name
  Bounded us;                 ///< that each further kernel takes more; negative where it takes less
};

/// The terms of a pass's cost.
struct Term {
  std::string_view name;        ///< as reports and refusals print it
  std::string_view unit;        ///< of its cost
  std::string_view more_of_it;  ///< the cells that would tell it from others
};

/// All terms. A sweep is fitted with those that some cell has any of.
inline constexpr std::array<Term, 6> cost_terms{{
    {"fixed", "us a pass", "chains of another length"},
    {"dispatch", "us a dispatch", "chains of another length, and the fused form of one"},
    {"compute", "us a GFLOP", "kernels of another size, or the fused form of a chain"},
    {"copy", "us a copy", "copies of another size"},
    {"bandwidth", "us a MB", "copies of another size"},
    {"hop", "us a hop", "the same chains without a queue"},
}};

/// What one term costs.
struct FittedTerm {
  std::size_t term = 0;       ///< position in cost_terms
  Bounded cost;               ///< in Term::unit; not below zero
  bool held_at_zero = false;  ///< it would have come out negative
};

/// What the terms imply for one configuration at the longest length that was measured.
struct Implied {
  std::string configuration;  ///< Cell::configuration
  std::size_t length = 0;     ///< kernels, the most that the baseline was measured with
  double kernel_gflop = 0;    ///< 10^9 operations of one kernel
  Bounded dispatch_share;     ///< of a pass of the baseline
  Bounded fused_pass_us;      ///< predicted for the whole chain as one program: the ceiling
};

/// A pass's cost as fixed + dispatches + GFLOP + copies + megabytes + hops, over all cells.
struct Decomposition {
  std::vector<FittedTerm> terms;              ///< those that occur, in the order of cost_terms
  double condition = 0;                       ///< of the design; above 10^8 it is refused
  std::size_t worst_cell = 0;                 ///< the one fitted worst: position in Sweep::cells
  double worst_residual = 0;                  ///< of that cell, as a share of the fitted time
  std::optional<Bounded> tflops{};            ///< 10^12 operations a second of a large kernel, from the compute term
  std::optional<Bounded> gb_per_s{};          ///< 10^9 bytes copied a second, from the bandwidth term
  std::optional<Bounded> break_even_gflop{};  ///< a kernel whose compute takes as long as its dispatch
  std::vector<Implied> implied{};             ///< for each configuration whose baseline was fitted; needs fixed, dispatch and compute
};

/// What a sweep says. Levels are those at the median state of the machine.
struct Scaling {
  std::vector<double> pass_us;                 ///< of each cell; NaN for one that failed
  statistics::Interval state{1, 1};            ///< range of the machine's state over the rounds, as a factor of its median
  std::size_t rounds = 0;                      ///< complete ones, which alone are used
  std::vector<LengthFit> fits;                 ///< for each configuration and strategy that has two lengths or more
  std::vector<SlopeDifference> links;          ///< for those of them that have links, where the baseline was fitted too
  std::optional<Decomposition> decomposition;  ///< none where it was refused
  std::string refusal;                         ///< why there is no decomposition, and what to add
};

namespace detail {

/// Rounds that are complete, as logarithms of passes: a row a round, a column for each cell that did not fail.
struct LogTable {
  std::vector<std::size_t> cells;
  statistics::Table logs;
};

inline LogTable log_table(const Sweep& sweep) {
  LogTable table;
  std::vector<std::size_t> column(sweep.cells.size());
  for (std::size_t cell = 0; cell < sweep.cells.size(); ++cell)
    if (sweep.strategies[cell].ok()) {
      column[cell] = table.cells.size();
      table.cells.push_back(cell);
    }
  table.logs.columns = table.cells.size();
  const std::size_t columns = table.logs.columns;
  std::vector<std::size_t> begins{0};
  for (const Launch& launch : sweep.launches) begins.push_back(begins.back() + launch.rounds);
  std::vector<double> all(begins.back() * columns, std::numeric_limits<double>::quiet_NaN());
  for (const Sample& sample : sweep.samples) {
    if (!sweep.strategies[sample.strategy].ok()) continue;
    const double pass = sweep.pass_us(sample);
    if (sweep.counts(sample) && pass > 0) all[(begins[sample.launch] + sample.round) * columns + column[sample.strategy]] = std::log(pass);
  }
  for (std::size_t row = 0; row < begins.back(); ++row) {
    const std::span<const double> cells = std::span{all}.subspan(row * columns, columns);
    if (std::ranges::none_of(cells, [](double value) { return std::isnan(value); }))
      table.logs.cells.insert(table.logs.cells.end(), cells.begin(), cells.end());
  }
  return table;
}

/// All numbers that come from cell levels, in one row, so that a replicate is one call.
class ScalingModel {
 public:
  ScalingModel(const Sweep& sweep, std::span<const std::size_t> cells) : sweep_(sweep), cells_(cells.begin(), cells.end()) {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = sweep.cells[cells_[i]];
      const std::string& strategy = sweep.strategies[cells_[i]].name;
      auto line = std::ranges::find_if(
          lines_, [&](const Line& one) { return one.configuration == cell.configuration && one.strategy == strategy; });
      if (line == lines_.end()) line = lines_.insert(lines_.end(), {cell.configuration, strategy, {}});
      line->points.push_back(i);
    }
    std::erase_if(lines_, [](const Line& line) { return line.points.size() < 2; });
    for (std::size_t term = 0; term < cost_terms.size(); ++term)
      if (std::ranges::any_of(cells_, [&](std::size_t cell) { return amount(sweep.cells[cell], term) > 0; })) terms_.push_back(term);
    design_.columns = terms_.size();
    for (const std::size_t cell : cells_)
      for (const std::size_t term : terms_) design_.cells.push_back(amount(sweep.cells[cell], term));
  }

  struct Line {
    std::string configuration;
    std::string strategy;
    std::vector<std::size_t> points;  ///< among the cells of the model
  };

  const std::vector<Line>& lines() const { return lines_; }
  const std::vector<std::size_t>& terms() const { return terms_; }
  const statistics::Table& design() const { return design_; }

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

  static double amount(const Cell& cell, std::size_t term) {
    const double amounts[]{1,
                           static_cast<double>(cell.dispatches),
                           cell.gflop,
                           static_cast<double>(cell.copies),
                           cell.copied_mb,
                           static_cast<double>(cell.hops)};
    return amounts[term];
  }

  std::optional<std::vector<double>> polynomial(const Line& line, std::span<const double> levels, std::size_t degree) const {
    statistics::Table design{degree + 1, {}};
    std::vector<double> observed;
    for (const std::size_t point : line.points) {
      const auto length = static_cast<double>(sweep_.cells[cells_[point]].length);
      double power = 1;
      for (std::size_t i = 0; i <= degree; ++i, power *= length) design.cells.push_back(power);
      observed.push_back(levels[point]);
    }
    std::vector<std::size_t> none;
    return statistics::fit_relative(design, observed, true, none);
  }

  const Sweep& sweep_;
  std::vector<std::size_t> cells_;
  std::vector<Line> lines_;
  std::vector<std::size_t> terms_;
  statistics::Table design_;
};

inline std::vector<double> exponentials(std::vector<double> logarithms) {
  for (double& value : logarithms) value = std::exp(value);
  return logarithms;
}

/// A number of a row with the interval of the same number of the replicates.
template <class Number>
Bounded bounded(std::span<const double> row, std::span<const std::vector<double>> replicates, double confidence, Number number) {
  Bounded result;
  result.value = number(row);
  std::vector<double> values;
  for (const std::vector<double>& replicate : replicates)
    if (const double value = number(std::span<const double>{replicate}); !std::isnan(value)) values.push_back(value);
  result.interval = statistics::percentile_interval(values, confidence);
  return result;
}

}  // namespace detail

/// What a sweep says: median polish for the machine's state, weighted least squares over cells, and intervals by the
/// bootstrap of blocks of four rounds, polished anew in every replicate.
inline Scaling scale(const Sweep& sweep, const Protocol& protocol = {}, std::size_t replicates = 400) {
  constexpr std::size_t block = 4;
  constexpr std::size_t fewest_rounds = 8;
  Scaling scaling;
  const detail::LogTable table = detail::log_table(sweep);
  scaling.rounds = table.logs.rows();
  scaling.pass_us.assign(sweep.cells.size(), std::numeric_limits<double>::quiet_NaN());
  if (scaling.rounds < fewest_rounds || table.cells.empty()) {
    scaling.refusal =
        std::string{"too few complete rounds: "} + std::to_string(scaling.rounds) + ", " + std::to_string(fewest_rounds) + " are the least";
    return scaling;
  }
  const statistics::Polished polished = statistics::median_polish(table.logs);
  const std::vector<double> levels = detail::exponentials(polished.columns);
  for (std::size_t i = 0; i < levels.size(); ++i) scaling.pass_us[table.cells[i]] = levels[i];
  scaling.state = {std::exp(std::ranges::min(polished.rows)), std::exp(std::ranges::max(polished.rows))};

  const detail::ScalingModel model{sweep, table.cells};
  std::vector<double> weights(levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) weights[i] = 1 / (levels[i] * levels[i]);
  statistics::Conditioning conditioning;
  conditioning.number = std::numeric_limits<double>::infinity();
  if (!model.terms().empty()) conditioning = statistics::NormalEquations{model.design(), weights}.conditioning();
  const bool decompose = conditioning.number <= statistics::worst_condition && levels.size() > model.terms().size();
  if (!decompose) {
    const Term& first = cost_terms[model.terms()[conditioning.pair.first]];
    const Term& second = cost_terms[model.terms()[conditioning.pair.second]];
    scaling.refusal = std::string{"the design cannot tell "} + std::string{first.name} + " from " + std::string{second.name} + ": add " +
                      std::string{second.more_of_it};
  }

  std::vector<std::size_t> held;
  const std::vector<double> row = model.numbers(levels, decompose, held);
  Random random{protocol.seed};
  std::vector<std::vector<double>> others;
  others.reserve(replicates);
  std::vector<std::size_t> ignored;
  for (std::size_t i = 0; i < replicates; ++i)
    others.push_back(
        model.numbers(detail::exponentials(statistics::median_polish(statistics::resampled_rows(table.logs, block, random)).columns),
                      decompose, ignored));
  const auto bounded = [&](auto number) { return detail::bounded(row, others, protocol.confidence, number); };
  const auto entry = [](std::size_t at) { return [at](std::span<const double> numbers) { return numbers[at]; }; };

  for (std::size_t line = 0; line < model.lines().size(); ++line) {
    const detail::ScalingModel::Line& its = model.lines()[line];
    LengthFit fit{
        .configuration = its.configuration, .strategy = its.strategy, .cells = {}, .slope_us = {}, .fixed_us = {}, .curvature_us = {}};
    for (const std::size_t point : its.points) fit.cells.push_back(table.cells[point]);
    fit.fixed_us = bounded(entry(3 * line));
    fit.slope_us = bounded(entry(3 * line + 1));
    if (its.points.size() > 2) {
      const auto longest = static_cast<double>(sweep.cells[fit.cells.back()].length);
      fit.curvature_us = bounded(entry(3 * line + 2));
      fit.bend = fit.curvature_us->value * longest * longest / levels[its.points.back()];
    }
    scaling.fits.push_back(std::move(fit));
  }
  for (std::size_t mine = 0; mine < model.lines().size(); ++mine)
    for (std::size_t base = 0; base < model.lines().size(); ++base) {
      const detail::ScalingModel::Line& line = model.lines()[mine];
      if (mine == base || line.configuration != model.lines()[base].configuration || model.lines()[base].strategy != RunOnly::name)
        continue;
      if (sweep.strategies[table.cells[line.points.front()]].fuses) continue;  // it has no link
      scaling.links.push_back({line.configuration, line.strategy, bounded([mine, base](std::span<const double> numbers) {
                                 return numbers[3 * mine + 1] - numbers[3 * base + 1];
                               })});
    }
  if (!decompose) return scaling;

  const std::size_t first_term = 3 * model.lines().size();
  Decomposition& decomposition = scaling.decomposition.emplace();
  decomposition.condition = conditioning.number;
  std::array<std::optional<std::size_t>, cost_terms.size()> places;
  for (std::size_t i = 0; i < model.terms().size(); ++i) {
    places[model.terms()[i]] = first_term + i;
    decomposition.terms.push_back({model.terms()[i], bounded(entry(first_term + i)), std::ranges::find(held, i) != held.end()});
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    double fitted = 0;
    for (std::size_t term = 0; term < model.terms().size(); ++term) fitted += model.design().at(i, term) * row[first_term + term];
    const double residual = levels[i] / fitted - 1;
    if (std::abs(residual) < std::abs(decomposition.worst_residual)) continue;
    decomposition.worst_residual = residual;
    decomposition.worst_cell = table.cells[i];
  }
  const auto [fixed, dispatch, compute, copy, bandwidth, hop] = places;
  const auto reciprocal = [](std::size_t at) {
    return [at](std::span<const double> numbers) { return numbers[at] > 0 ? 1e3 / numbers[at] : std::numeric_limits<double>::quiet_NaN(); };
  };
  if (compute && row[*compute] > 0) decomposition.tflops = bounded(reciprocal(*compute));
  if (bandwidth && row[*bandwidth] > 0) decomposition.gb_per_s = bounded(reciprocal(*bandwidth));
  if (!fixed || !dispatch || !compute) return scaling;
  if (row[*compute] > 0)
    decomposition.break_even_gflop = bounded([d = *dispatch, c = *compute](std::span<const double> numbers) {
      return numbers[c] > 0 ? numbers[d] / numbers[c] : std::numeric_limits<double>::quiet_NaN();
    });
  for (const detail::ScalingModel::Line& line : model.lines()) {
    const Cell& longest = sweep.cells[table.cells[line.points.back()]];
    if (line.strategy != RunOnly::name) continue;
    const auto n = static_cast<double>(longest.length);
    const auto fused_pass = [f = *fixed, d = *dispatch, c = *compute, gflop = longest.gflop](std::span<const double> numbers) {
      return numbers[f] + numbers[d] + gflop * numbers[c];
    };
    decomposition.implied.push_back(
        {longest.configuration, longest.length, longest.gflop / n,
         bounded([f = *fixed, d = *dispatch, c = *compute, n, gflop = longest.gflop](std::span<const double> numbers) {
           return n * numbers[d] / (numbers[f] + n * numbers[d] + gflop * numbers[c]);
         }),
         bounded(fused_pass)});
  }
  return scaling;
}

}  // namespace anechain
