// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <anechain/statistics/median_interval.hpp>

/// What is drawn, as data. Series are named by what Document::series has.
namespace anechain::report {

/// An effect with its interval.
struct Effect {
  std::string mark;                                ///< unique in the document: what a row of a table links to
  std::string name;                                ///< of what is compared
  std::string series;                              ///< whose colour and shape it has
  double value = 0;                                ///< share of the baseline's pass
  std::optional<statistics::Interval> interval{};  ///< the same
  std::string verdict;                             ///< a word
};

/// Effects against one baseline, one below the other. The axis holds those of a few times the smallest effect of interest; others are
/// arrows at its edge.
struct EffectsPlot {
  std::string title;              ///< of the figure
  std::string baseline;           ///< what they are differences from
  double epsilon = 0;             ///< the smallest effect of interest, as a share
  std::vector<Effect> effects{};  ///< in the order in which they are drawn
};

/// Passes where they happened.
struct PassesPlot {
  /// One process.
  struct Stretch {
    double begin_s = 0;       ///< from the beginning of the first
    double steady_s = 0;      ///< where the warm-up ends
    double end_s = 0;         ///< where it ends
    std::size_t launch = 0;   ///< its number, from 0
    std::size_t warm_up = 0;  ///< rounds that do not count
  };
  /// One pass.
  struct Point {
    double at_s = 0;          ///< when it began
    double us = 0;            ///< what it took
    std::uint32_t round = 0;  ///< of its launch
    bool is_control = false;  ///< of the A/A control
    bool is_outlier = false;  ///< one of those that are farthest from their median: drawn by itself
  };
  /// One contender's.
  struct Line {
    std::string series;           ///< its name
    bool is_near = true;          ///< whether it can share an axis with the first without hiding per cents
    std::vector<Point> points{};  ///< in the order of time
  };
  std::string title;                 ///< of the figure
  std::vector<Stretch> stretches{};  ///< processes one after the other: each one's clock begins anew
  std::vector<Line> lines{};         ///< contenders
  std::size_t passes = 0;            ///< of which points are a selection, if there are fewer of them
};

/// Shares of passes that took no longer than a time.
struct DistributionPlot {
  /// One contender's.
  struct Curve {
    std::string series;                              ///< its name
    double median_us = 0;                            ///< half of the passes took no longer
    std::vector<std::pair<double, double>> steps{};  ///< microseconds and the share up to them, ascending
  };
  std::string title;             ///< of the figure
  statistics::Interval range{};  ///< of the axis, in microseconds
  std::vector<Curve> curves{};   ///< contenders
};

/// Autocorrelations of comparisons' rounds.
struct CorrelationsPlot {
  /// One comparison's.
  struct Correlogram {
    std::string series;            ///< the contender's name
    std::vector<double> by_lag{};  ///< from lag 1 on
    double band = 1;               ///< independent rounds stay within it at 19 of 20 lags
    std::size_t rounds = 0;        ///< that were compared
    double effective_rounds = 0;   ///< independent ones that would say as much
  };
  std::string title;                        ///< of the figure
  std::vector<Correlogram> correlograms{};  ///< comparisons
};

/// Passes against the number of kernels, and lines through them.
struct LengthsPlot {
  /// One measured point.
  struct Level {
    double length = 0;  ///< kernels
    double us = 0;      ///< a pass of so many
  };
  /// One contender's.
  struct Line {
    std::string series;           ///< its name
    double fixed_us = 0;          ///< height at zero
    double slope_us = 0;          ///< a kernel
    bool is_linear = true;        ///< dashed if it is not
    std::vector<Level> levels{};  ///< measured
  };
  std::string title;          ///< of the figure: the kernel
  std::vector<Line> lines{};  ///< contenders
};

/// What passes are made of: a bar for each, of parts that are named by their place.
struct CompositionPlot {
  /// One pass.
  struct Bar {
    std::string name;                ///< of the contender
    std::vector<double> parts_us{};  ///< one for each of `parts`
    double measured_us = 0;          ///< what was measured
  };
  std::string title;                 ///< of the figure: the kernel
  std::string axis;                  ///< what a bar is
  std::vector<std::string> parts{};  ///< their names
  std::vector<Bar> bars{};           ///< one below the other
  double limit_us = 0;               ///< the least that the device could take; 0 if it is not known
};

/// A number for each pair of two variables.
struct HeatMap {
  std::string title;                             ///< of the figure
  std::string value;                             ///< what the numbers are, with their unit
  std::string across;                            ///< what columns differ in
  std::string down;                              ///< what rows differ in
  std::vector<std::string> columns{};            ///< labels
  std::vector<std::string> rows{};               ///< labels
  std::vector<std::optional<double>> numbers{};  ///< row by row; none where nothing was measured
  bool is_share = false;                         ///< whether the numbers are shares, which people read as per cents
};

/// Any of them.
using Plot = std::variant<EffectsPlot, PassesPlot, DistributionPlot, CorrelationsPlot, LengthsPlot, CompositionPlot, HeatMap>;

}  // namespace anechain::report
