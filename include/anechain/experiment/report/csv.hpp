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

/// One row for each contender. What it has no number for is empty.
inline void csv(std::ostream& to, const Report& report, const Analysis& analysis) {
  to << "name,label,chain,n,strategy,baseline,status,pass_us,q1_us,q3_us,kernel_us,kernels_per_s,gflop_per_s,relative,relative_lo,relative_"
        "hi,"
        "per_link_us,per_link_lo_us,per_link_hi_us,rounds,n_eff,mde,verdict,reason,measured_s\r\n";
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    for (std::size_t c = 0; c < measurement.contenders.size(); ++c) {
      const MeasuredContender& one = measurement.contenders[c];
      const std::optional<Estimates>& estimates = analysis.measurements[i].estimates;
      const ContenderEstimate none{};
      const bool measured = estimates && estimates->contenders[c];
      const ContenderEstimate& estimate = measured ? *estimates->contenders[c] : none;
      const bool computes = measured && one.strategy.work == Work::all;
      const bool links = tells_link_cost(measurement, c);
      const auto maybe = [](bool known, auto number) { return known ? std::optional{number()} : std::nullopt; };
      const auto of_contrast = [&](auto number) {
        return maybe(estimate.contrast.has_value(), [&] { return number(*estimate.contrast); });
      };
      const auto of_links = [&](auto number) {
        return maybe(estimate.contrast.has_value() && links, [&] { return number(*estimate.contrast); });
      };
      const auto interval = [](const std::optional<std::optional<statistics::Interval>>& of) {
        return of ? *of : std::optional<statistics::Interval>{};
      };
      detail::CsvLine{to}
          .text(one.name)
          .text(one.label)
          .text(one.flow.name)
          .whole(static_cast<long long>(one.flow.parts.size()))
          .text(one.strategy.name)
          .text(measurement.contenders[one.baseline].name)
          .text(name_of(one.status()))
          .maybe(maybe(measured, [&] { return estimate.pass_us.median; }))
          .maybe(maybe(measured, [&] { return estimate.pass_us.q1; }))
          .maybe(maybe(measured, [&] { return estimate.pass_us.q3; }))
          .maybe(maybe(computes, [&] { return estimate.kernel_us; }))
          .maybe(maybe(computes, [&] { return estimate.kernels_per_s; }))
          .maybe(maybe(computes, [&] { return estimate.gflops; }))
          .maybe(of_contrast([](const Contrast& of) { return of.relative(); }))
          .interval(interval(of_contrast([](const Contrast& of) { return of.relative_interval(); })))
          .maybe(of_links([](const Contrast& of) { return of.per_link_us(); }))
          .interval(interval(of_links([](const Contrast& of) { return of.per_link_interval_us(); })))
          .maybe(of_contrast([](const Contrast& of) { return of.log_ratio.count; }))
          .maybe(of_contrast([](const Contrast& of) { return of.log_ratio.effective_count(); }))
          .maybe(of_contrast([](const Contrast& of) { return of.log_ratio.minimum_detectable(); }))
          .text(estimate.judgement ? name_of(estimate.judgement->verdict) : std::string_view{})
          .text(estimate.judgement ? std::string_view{estimate.judgement->reason} : std::string_view{one.failure ? *one.failure : ""})
          .maybe(maybe(measured, [&] { return estimate.measured_s; }));
    }
  }
}

/// Every sample, one a row.
inline void csv_samples(std::ostream& to, const Report& report) {
  to << "measurement,name,n,control,launch,round,slot,warm_up,start_ns,duration_ns,pass_us\r\n";
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    for (const Sample& sample : measurement.samples) {
      const MeasuredContender& contender = measurement.contenders[sample.contender];
      detail::CsvLine{to}
          .whole(static_cast<long long>(i))
          .text(contender.name)
          .whole(static_cast<long long>(contender.flow.parts.size()))
          .whole(sample.control ? 1 : 0)
          .whole(static_cast<long long>(sample.launch))
          .whole(static_cast<long long>(sample.round))
          .whole(static_cast<long long>(sample.slot))
          .whole(measurement.counts(sample) ? 0 : 1)
          .whole(sample.start.count())
          .whole(sample.duration.count())
          .number(measurement.pass_us(sample));
    }
  }
}

}  // namespace anechain::report
