// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/paired.hpp>
#include <anechain/experiment/report.hpp>

/// A report as comma-separated values, RFC 4180: for spreadsheets and data frames.
namespace anechain::report {

namespace detail {

/// One line of values.
class CsvLine {
 public:
  explicit CsvLine(std::ostream& to) : to_(to) {}
  CsvLine(const CsvLine&) = delete;
  CsvLine& operator=(const CsvLine&) = delete;
  ~CsvLine() { to_ << "\r\n"; }

  CsvLine& text(std::string_view value) {
    separate();
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
      to_ << value;
      return *this;
    }
    to_ << '"';
    for (const char c : value) to_ << (c == '"' ? "\"\"" : std::string(1, c));
    to_ << '"';
    return *this;
  }

  /// Nothing where it is not finite. A point before the decimals, whatever the locale.
  CsvLine& number(double value) {
    separate();
    if (!std::isfinite(value)) return *this;
    char digits[64];
    std::snprintf(digits, sizeof digits, "%.9g", value);
    std::string written{digits};
    std::ranges::replace(written, ',', '.');
    to_ << written;
    return *this;
  }
  template <class Number>
  CsvLine& maybe(const std::optional<Number>& value) {
    return value ? number(static_cast<double>(*value)) : nothing();
  }
  CsvLine& interval(const std::optional<statistics::Interval>& of) { return of ? number(of->low).number(of->high) : nothing().nothing(); }
  CsvLine& whole(long long value) {
    separate();
    to_ << std::to_string(value);
    return *this;
  }
  CsvLine& nothing() {
    separate();
    return *this;
  }

 private:
  void separate() {
    if (!first_) to_ << ',';
    first_ = false;
  }

  std::ostream& to_;
  bool first_ = true;
};

}  // namespace detail

/// One row for each configuration and strategy.
inline void csv(std::ostream& to, const Report& report, const Analysis& analysis) {
  to << "config,n,strategy,status,pass_us,q1_us,q3_us,kernel_us,kernels_per_s,gflop_per_s,relative,relative_lo,relative_hi,per_link_us,"
        "per_link_lo_us,per_link_hi_us,rounds,n_eff,mde,verdict,reason\r\n";
  for (const auto& [measurement, configuration] : Paired{report.measurements, analysis.configurations})
    for (std::size_t s = 0; s < measurement.strategies.size(); ++s) {
      const MeasuredStrategy& strategy = measurement.strategies[s];
      detail::CsvLine line{to};
      line.text(measurement.name).whole(static_cast<long long>(measurement.length)).text(strategy.name).text(name_of(strategy.status()));
      if (!configuration.estimates || !configuration.estimates->strategies[s]) {
        for (int i = 0; i < 16; ++i) line.nothing();
        line.text(strategy.failure.value_or(""));
        continue;
      }
      const StrategyEstimate& estimate = *configuration.estimates->strategies[s];
      line.number(estimate.pass_us.median).number(estimate.pass_us.q1).number(estimate.pass_us.q3);
      if (strategy.work == Work::all)
        line.number(estimate.kernel_us).number(estimate.kernels_per_s).number(estimate.gflops);
      else
        line.nothing().nothing().nothing();
      if (!estimate.contrast) {
        for (int i = 0; i < 11; ++i) line.nothing();
        continue;
      }
      const Contrast& contrast = *estimate.contrast;
      line.number(contrast.relative()).interval(contrast.relative_interval());
      if (strategy.has_links())
        line.number(contrast.per_link_us()).interval(contrast.per_link_interval_us());
      else
        line.nothing().nothing().nothing();
      line.whole(static_cast<long long>(contrast.log_ratio.count))
          .number(contrast.log_ratio.effective_count())
          .number(contrast.log_ratio.minimum_detectable());
      line.text(name_of(estimate.judgement->verdict)).text(estimate.judgement->reason);
    }
}

/// Every sample, one a row.
inline void csv_samples(std::ostream& to, const Report& report) {
  to << "config,n,strategy,control,launch,round,slot,warm_up,start_ns,duration_ns,pass_us\r\n";
  const auto rows = [&](const Observations& observed, const auto& name_of, const auto& length_of) {
    for (const Sample& sample : observed.samples)
      detail::CsvLine{to}
          .text(name_of(sample))
          .whole(static_cast<long long>(length_of(sample)))
          .text(observed.strategies[sample.strategy].name)
          .whole(sample.control ? 1 : 0)
          .whole(static_cast<long long>(sample.launch))
          .whole(static_cast<long long>(sample.round))
          .whole(static_cast<long long>(sample.slot))
          .whole(observed.counts(sample) ? 0 : 1)
          .whole(sample.start.count())
          .whole(sample.duration.count())
          .number(observed.pass_us(sample));
  };
  for (const Measurement& measurement : report.measurements)
    rows(measurement, [&](const Sample&) { return std::string_view{measurement.name}; }, [&](const Sample&) { return measurement.length; });
  if (report.sweep)
    rows(
        *report.sweep, [&](const Sample& sample) { return std::string_view{report.sweep->cells[sample.strategy].configuration}; },
        [&](const Sample& sample) { return report.sweep->cells[sample.strategy].length; });
}

}  // namespace anechain::report
