// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <anechain/analysis/estimate.hpp>
#include <anechain/measure/round_table.hpp>
#include <anechain/report/plot.hpp>
#include <anechain/report/sections/names.hpp>
#include <anechain/statistics/summary.hpp>

/// Plots of a group's samples. They hold as many points as a reader can tell apart.
namespace anechain::report::detail {

/// Contenders that are drawn together.
struct DrawnGroup {
  const Measurement* measurement;       ///< whose they are
  std::string title;                    ///< of the plots
  std::vector<std::size_t> contenders;  ///< the first is what the others are near, or far from

  /// A contender's name within the group.
  std::string name(std::size_t contender) const { return short_name(*measurement, contender); }
};

/// Of each contender the passes in microseconds that the clock shows, the controls' left out, in ascending order.
inline std::vector<std::vector<double>> sorted_passes(const Measurement& measurement) {
  std::vector<std::vector<double>> all = measurement.passes();
  for (std::vector<double>& passes : all) {
    std::erase_if(passes, [](double us) { return us <= 0; });
    std::ranges::sort(passes);
  }
  return all;
}

/// A contender's passes, sorted, and whether their median can share an axis with the first's without hiding per cents.
struct DrawnPasses {
  std::size_t contender;
  std::span<const double> us;
  bool is_near = true;

  double median() const { return statistics::quantile_of_sorted(us, 0.5); }
};

/// The group's contenders that have passes, in the measurement's order. `passes` is what sorted_passes() gave for the measurement; the
/// result refers to it.
inline std::vector<DrawnPasses> drawn_passes(const DrawnGroup& group, const std::vector<std::vector<double>>& passes) {
  std::vector<DrawnPasses> all;
  std::vector<std::size_t> in_order = group.contenders;
  std::ranges::sort(in_order);
  for (const std::size_t c : in_order)
    if (!passes[c].empty()) all.push_back({c, passes[c]});
  if (all.empty()) return all;
  constexpr double factor = 1.6;
  const auto first = std::ranges::find(all, group.contenders.front(), &DrawnPasses::contender);
  const double middle = (first == all.end() ? all.front() : *first).median();
  for (DrawnPasses& one : all) one.is_near = one.median() < factor * middle && middle < factor * one.median();
  return all;
}

/// Launches one after the other: each process's clock begins anew.
class Timeline {
 public:
  explicit Timeline(const Measurement& measurement) : shifts_(measurement.launches.size()) {
    struct Range {
      double low = std::numeric_limits<double>::infinity();
      double high = -std::numeric_limits<double>::infinity();
      double steady = std::numeric_limits<double>::infinity();
    };
    std::vector<Range> ranges(measurement.launches.size());
    for (const Sample& sample : measurement.samples) {
      Range& range = ranges[sample.launch];
      range.low = std::min(range.low, seconds(sample.start));
      range.high = std::max(range.high, seconds(sample.start + sample.duration));
      if (measurement.counts(sample)) range.steady = std::min(range.steady, seconds(sample.start));
    }
    double begin = 0;
    for (std::size_t launch = 0; launch < ranges.size(); ++launch) {
      const Range& range = ranges[launch];
      if (range.low > range.high) continue;
      shifts_[launch] = begin - range.low;
      const double end = begin + range.high - range.low;
      const std::size_t warm_up = measurement.launches[launch].warm_up;
      const double steady = std::isfinite(range.steady) ? range.steady + shifts_[launch] : end;
      stretches_.push_back({begin, warm_up > 0 ? steady : begin, end, launch, warm_up});
      begin = end;
    }
  }

  double at(const Sample& sample) const { return seconds(sample.start) + shifts_[sample.launch]; }
  const std::vector<PassesPlot::Stretch>& stretches() const { return stretches_; }

 private:
  static double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

  std::vector<double> shifts_;
  std::vector<PassesPlot::Stretch> stretches_;
};

/// Every pass where it happened. Of many passes some hundreds are taken evenly, and the hundred farthest from their medians.
inline PassesPlot passes_plot(const DrawnGroup& group, const std::vector<DrawnPasses>& contenders, const Timeline& timeline) {
  constexpr std::size_t most_usual = 2400;
  constexpr std::size_t most_outliers = 100;
  const Measurement& measurement = *group.measurement;
  PassesPlot plot{.title = group.title};
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> line_of(measurement.contenders.size(), none);
  for (const DrawnPasses& one : contenders) {
    line_of[one.contender] = plot.lines.size();
    plot.lines.push_back({.series = group.name(one.contender), .is_near = one.is_near});
  }
  plot.stretches = timeline.stretches();

  struct Distant {
    float distance;
    std::uint32_t sample;
  };
  std::vector<Distant> distances;
  distances.reserve(measurement.samples.size());
  for (std::size_t i = 0; i < measurement.samples.size(); ++i) {
    const Sample& sample = measurement.samples[i];
    const std::size_t line = line_of[sample.contender];
    const double pass = measurement.pass_us(sample);
    if (line == none || pass <= 0) continue;
    distances.push_back({static_cast<float>(std::abs(std::log(pass / contenders[line].median()))), static_cast<std::uint32_t>(i)});
  }
  plot.passes = distances.size();
  const std::size_t outliers = std::min(most_outliers, distances.size());
  const auto cut = distances.begin() + static_cast<std::ptrdiff_t>(outliers);
  std::ranges::nth_element(distances, cut, [](const Distant& a, const Distant& b) {
    return a.distance != b.distance ? a.distance > b.distance : a.sample < b.sample;
  });
  std::ranges::sort(distances.begin(), cut, {}, &Distant::sample);
  std::ranges::sort(cut, distances.end(), {}, &Distant::sample);

  const auto enter = [&](std::uint32_t at, bool is_outlier) {
    const Sample& sample = measurement.samples[at];
    plot.lines[line_of[sample.contender]].points.push_back(
        {timeline.at(sample), measurement.pass_us(sample), sample.round, sample.control, is_outlier});
  };
  const std::size_t stride = (distances.size() - outliers) / most_usual + 1;
  std::vector<std::size_t> turns(plot.lines.size());  // by contender: the samples of a round repeat its order
  for (auto one = cut; one != distances.end(); ++one)
    if (turns[line_of[measurement.samples[one->sample].contender]]++ % stride == 0) enter(one->sample, false);
  for (auto one = distances.begin(); one != cut; ++one) enter(one->sample, true);
  return plot;
}

/// At most two plots: contenders whose medians are near the first one's, and the others, since on one axis small differences could not be
/// seen. Up to half a per cent of the passes at either end may lie beyond the axis.
inline std::vector<Plot> distribution_plots(const DrawnGroup& group, const std::vector<DrawnPasses>& contenders) {
  constexpr std::size_t most_steps = 300;
  std::vector<Plot> plots;
  const bool some_near = std::ranges::any_of(contenders, &DrawnPasses::is_near);
  for (const bool near : {true, false}) {
    DistributionPlot plot{.title = group.title + (near || !some_near ? "" : ": far from the others"),
                          .range = {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}};
    for (const DrawnPasses& one : contenders) {
      if (one.is_near != near) continue;
      const std::size_t beyond = one.us.size() / 200;
      plot.range.low = std::min(plot.range.low, one.us[beyond]);
      plot.range.high = std::max(plot.range.high, one.us[one.us.size() - 1 - beyond]);
      DistributionPlot::Curve& curve = plot.curves.emplace_back();
      curve.series = group.name(one.contender);
      curve.median_us = one.median();
      const std::size_t count = std::min(most_steps, one.us.size());
      for (std::size_t step = 0; step < count; ++step) {
        const std::size_t at = (step + 1) * one.us.size() / count - 1;
        curve.steps.emplace_back(one.us[at], static_cast<double>(at + 1) / static_cast<double>(one.us.size()));
      }
    }
    if (!plot.curves.empty()) plots.emplace_back(std::move(plot));
  }
  return plots;
}

/// Whether rounds depend on those before them: the signs of log-ratios about their median, against those some rounds earlier.
inline CorrelationsPlot correlations_plot(const DrawnGroup& group, const Estimates& estimates, const RoundTable& table) {
  constexpr std::size_t most_lags = 20;
  CorrelationsPlot plot{.title = group.title};
  std::vector<std::size_t> in_order = group.contenders;
  std::ranges::sort(in_order);
  for (const std::size_t c : in_order) {
    if (!estimates.contenders[c] || !estimates.contenders[c]->contrast) continue;
    const std::vector<double> signs = statistics::signs_about_median(table.log_ratios(c, group.measurement->contenders[c].baseline));
    if (signs.size() < 2) continue;
    const statistics::detail::Correlogram correlogram{signs};
    CorrelationsPlot::Correlogram& found = plot.correlograms.emplace_back();
    found.series = group.name(c);
    for (std::size_t lag = 1; lag <= std::min(most_lags, signs.size() - 1); ++lag) found.by_lag.push_back(correlogram[lag]);
    found.rounds = signs.size();
    found.band = std::min(1.0, 1.96 / std::sqrt(static_cast<double>(signs.size())));
    found.effective_rounds = estimates.contenders[c]->contrast->log_ratio.effective_count();
  }
  return plot;
}

}  // namespace anechain::report::detail
