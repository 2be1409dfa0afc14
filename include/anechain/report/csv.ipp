// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/report/cell.hpp>
#include <anechain/report/csv.hpp>

namespace anechain::report::detail {

/// One line of values.
class CsvLine {
 public:
  explicit CsvLine(std::ostream& to) : to_(to) {}
  CsvLine(const CsvLine&) = delete;
  CsvLine& operator=(const CsvLine&) = delete;
  ~CsvLine() { to_ << "\r\n"; }

  /// Plain; a spreadsheet would take what begins with one of =+-@ for a formula, and so it gets an apostrophe.
  CsvLine& text(std::string_view value) {
    separate();
    std::string plain = plain_text(value);
    if (!plain.empty() && std::string_view{"=+-@"}.find(plain.front()) != std::string_view::npos) plain.insert(plain.begin(), '\'');
    if (plain.find_first_of(",\"") == std::string::npos) {
      to_ << plain;
      return *this;
    }
    to_ << '"';
    for (const char c : plain) to_ << (c == '"' ? "\"\"" : std::string(1, c));
    to_ << '"';
    return *this;
  }

  /// All digits; nothing where it is not finite. A point before the decimals, whatever the locale.
  CsvLine& number(double value) {
    separate();
    if (!std::isfinite(value)) return *this;
    char digits[64];
    std::snprintf(digits, sizeof digits, "%.17g", value);
    std::string written{digits};
    std::ranges::replace(written, ',', '.');
    to_ << written;
    return *this;
  }
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

/// The four columns of a value: as text, as a number, and both ends of an interval.
inline void value_columns(CsvLine& line, const Cell& cell) {
  if (const auto* number = std::get_if<double>(&cell))
    line.nothing().number(*number).nothing().nothing();
  else if (const auto* interval = std::get_if<statistics::Interval>(&cell))
    line.nothing().nothing().number(interval->low).number(interval->high);
  else
    line.text(text_of(cell, Unit::none)).nothing().nothing().nothing();
}

inline void csv_remark(std::ostream& to, std::string_view section, const Remark& remark) {
  CsvLine{to}.text(section).text("remark").text(remark.code).text("").text("none").text(text_of(remark)).nothing().nothing().nothing();
  for (const Field& field : remark.fields) {
    CsvLine line{to};
    line.text(section).text("remark").text(remark.code).text(field.name).text(name_of(field.unit));
    value_columns(line, field.value);
  }
}

}  // namespace anechain::report::detail

namespace anechain::report {

ANECHAIN_INLINE void csv(std::ostream& to, const Document& document) {
  to << "section,table,row,column,unit,text,number,low,high\r\n";
  for (const Remark& remark : document.summary) detail::csv_remark(to, "summary", remark);
  for (const Section& section : document.sections) {
    for (const Table& table : section.tables)
      for (const Row& row : table.rows)
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
          if (is_empty(row.cells[i])) continue;
          detail::CsvLine line{to};
          line.text(section.id).text(table.id).text(text_of(row.cells.front(), table.columns.front().unit));
          line.text(table.columns[i].id).text(name_of(table.columns[i].unit));
          detail::value_columns(line, row.cells[i]);
        }
    for (const Remark& remark : section.remarks) detail::csv_remark(to, section.id, remark);
  }
}

ANECHAIN_INLINE void csv_samples(std::ostream& to, const Report& report) {
  to << "measurement,contender,kernels,control,launch,round,slot,warm_up,start_ns,duration_ns,pass_us\r\n";
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    for (const Sample& sample : measurement.samples) {
      const MeasuredContender& contender = measurement.contenders[sample.contender];
      detail::CsvLine{to}
          .whole(static_cast<long long>(i))
          .text(contender.name)
          .whole(static_cast<long long>(contender.flow.parts.size()))
          .whole(sample.control ? 1 : 0)
          .whole(sample.launch)
          .whole(sample.round)
          .whole(sample.slot)
          .whole(measurement.counts(sample) ? 0 : 1)
          .whole(sample.start.count())
          .whole(sample.duration.count())
          .number(measurement.pass_us(sample));
    }
  }
}

}  // namespace anechain::report
