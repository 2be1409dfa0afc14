// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/html/series.hpp>
#include <anechain/experiment/report/rows.hpp>
#include <anechain/experiment/scaling.hpp>

/// Passes against the chain's length, and how far they are from straight lines.
namespace anechain::report::page {

/// One measured level and what its line says.
struct Level {
  double length = 0;
  double us = 0;
  double fitted_us = 0;

  double residual() const { return us / fitted_us - 1; }
};

inline std::vector<Level> levels_of(const LengthFit& fit, const Scaling& scaling) {
  std::vector<Level> levels;
  for (std::size_t i = 0; i < fit.contenders.size(); ++i) {
    const double length = real(fit.lengths[i]);
    const Level level{length, scaling.pass_us[fit.contenders[i]], fit.fixed_us.value + length * fit.slope_us.value};
    if (std::isfinite(level.us) && std::isfinite(level.residual())) levels.push_back(level);
  }
  return levels;
}

/// A chart of one kernel: levels and lines above, residuals below.
class LengthChart {
 public:
  LengthChart(const Scaling& scaling, std::string_view kernel, const Series& series) : kernel_(kernel), series_(series) {
    Extent lengths;
    Extent times;
    Extent residuals;
    for (Extent* extent : {&lengths, &times}) extent->include(0);
    for (const double least : {-0.001, 0.001}) residuals.include(least);
    for (const LengthFit& fit : scaling.fits) {
      if (fit.kernel != kernel) continue;
      lines_.push_back({&fit, levels_of(fit, scaling)});
      for (const Level& level : lines_.back().levels) {
        lengths.include(level.length);
        times.include(level.us);
        for (const double sign : {-1.0, 1.0}) residuals.include(sign * level.residual());
      }
    }
    x_ = spanning(padded(lengths, 0.04), 52, narrow_width - 18);
    y_ = spanning(padded(times, 0.04), 210, 26);
    residual_ = spanning(padded(residuals, 0.1), 330, 262);
  }

  std::string draw() const {
    Scale per_cent = residual_;
    per_cent.low *= 100;
    per_cent.high *= 100;
    std::string marks = horizontal_axis(x_, y_.to, y_.from, "", 7) + vertical_axis(y_, x_.from, x_.to, "pass [us]", 5) +
                        horizontal_axis(x_, residual_.to, residual_.from, "kernels in the chain", 7) +
                        vertical_axis(per_cent, x_.from, x_.to, "measured less fitted [%]", 5) +
                        line(x_.from, residual_(0), x_.to, residual_(0), "zero");
    std::vector<std::string> names;
    for (const Line& one : lines_) {
      marks += draw(one);
      names.push_back(one.fit->contender);
    }
    return series_.legend(names) +
           drawing(narrow_width, 370, "narrow", std::string{"passes by chain length, "} + std::string{kernel_}, marks);
  }

 private:
  struct Line {
    const LengthFit* fit;
    std::vector<Level> levels;
  };

  std::string draw(const Line& one) const {
    if (one.levels.empty()) return {};
    const LengthFit& fit = *one.fit;
    const double end = one.levels.back().length;
    std::string marks = line(x_(0), y_(fit.fixed_us.value), x_(end), y_(fit.fixed_us.value + end * fit.slope_us.value),
                             fit.linear() ? "curve" : "curve dashed",
                             fit.contender + ": " + digits(fit.fixed_us.value) + " us + " + digits(fit.slope_us.value) + " us a kernel" +
                                 (fit.linear() ? "" : ", NOT linear"));
    for (const Level& level : one.levels) {
      const std::string said = fit.contender + ", " + std::to_string(std::llround(level.length)) + " kernels: " + digits(level.us) +
                               " us, " + percent(level.residual(), true) + " from the line";
      marks += path(series_.mark(fit.contender, x_(level.length), y_(level.us), 4), "mark outlined", said);
      marks += path(series_.mark(fit.contender, x_(level.length), residual_(level.residual()), 3.5), "mark outlined", said);
    }
    return group(series_.css(fit.contender), marks);
  }

  std::string_view kernel_;
  const Series& series_;
  std::vector<Line> lines_;
  Scale x_;
  Scale y_;
  Scale residual_;
};

inline std::string length_charts(const Scaling& scaling, const Series& series) {
  std::vector<std::string> kernels;
  for (const LengthFit& fit : scaling.fits)
    if (std::ranges::find(kernels, fit.kernel) == kernels.end()) kernels.push_back(fit.kernel);
  std::string figures;
  for (const std::string& kernel : kernels) figures += figure(kernel, LengthChart{scaling, kernel, series}.draw());
  return figures;
}

}  // namespace anechain::report::page
