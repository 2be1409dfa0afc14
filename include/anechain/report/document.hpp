// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <anechain/report/plot.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/support/words.hpp>

namespace anechain::report {

/// What a number is counted in.
enum class Unit {
  none,             ///< a text, or a plain number
  count,            ///< a whole number
  microseconds,     ///< µs
  milliseconds,     ///< ms
  seconds,          ///< s
  nanoseconds,      ///< ns
  share,            ///< of 1; people read per cents
  per_second,       ///< so many a second
  gflop,            ///< 10^9 floating-point operations
  gflops,           ///< the same a second
  tflops,           ///< 10^12 a second
  gigabytes_per_s,  ///< 10^9 bytes a second
  bytes,            ///< B
  joules,           ///< J
};

}  // namespace anechain::report

namespace anechain {

/// As data files have them.
template <>
inline constexpr auto words_of<report::Unit> = std::to_array<std::string_view>(
    {"none", "count", "us", "ms", "s", "ns", "share", "per_s", "gflop", "gflop_per_s", "tflop_per_s", "gb_per_s", "byte", "joule"});

}  // namespace anechain

/// What a report says, in the form that every format is made from: sections with tables, remarks and plots. It is data: a program may add
/// to it, leave out of it or change it before it is written, and every format follows.
///
///     report::Document document = report::document(report, analyse(report));
///     document.sections.front().tables.front().add({.id = "joules", .heading = "energy", .unit = report::Unit::joules}, {0.31, 0.29});
///     report::print(std::cout, document);
namespace anechain::report {

/// As people read it: "µs". Empty for what a number has by itself: plain numbers, counts, per cents.
constexpr std::string_view symbol(Unit unit) {
  constexpr auto symbols =
      std::to_array<std::string_view>({"", "", "µs", "ms", "s", "ns", "", "/s", "GFLOP", "GFLOP/s", "TFLOP/s", "GB/s", "B", "J"});
  static_assert(symbols.size() == words_of<Unit>.size());
  return symbols[static_cast<std::size_t>(unit)];
}

/// One word of a list of words that is known: a verdict. Formats that can may give it a colour.
struct Word {
  std::string text;  ///< the word
};

/// What stands in a table, or in a remark: nothing, a text, a word, a number or an interval, the last two in the unit of their column.
using Cell = std::variant<std::monostate, std::string, Word, double, statistics::Interval>;

/// A column of a table.
struct Column {
  std::string id;          ///< what data files call it; unique in its table
  std::string heading;     ///< what people read; without the unit
  Unit unit = Unit::none;  ///< of its numbers and intervals
  bool has_sign = false;   ///< whether positive numbers have a plus
  std::string hint{};      ///< what it is, in a sentence; may be empty
};

/// A row of a table.
struct Row {
  std::vector<Cell> cells;  ///< one for each column
  std::string mark{};       ///< Effect::mark of what it has in a plot of its section; empty if it has nothing there
};

/// Rows under a header. The first column names the rows.
struct Table {
  std::string id;                 ///< what data files call it: "group"
  std::string caption;            ///< what it is a table of
  std::vector<Column> columns{};  ///< its header
  std::vector<Row> rows{};        ///< each with as many cells as there are columns

  /// Appends a column, with a cell for each row; rows for which there is none have an empty one.
  void add(Column column, std::vector<Cell> cells);
};

/// A value of a remark.
struct Field {
  std::string name;        ///< what data files call it, and the remark's words: "{name}"
  Cell value{};            ///< in its unit
  Unit unit = Unit::none;  ///< of a number or an interval
  bool has_sign = false;   ///< whether a positive number has a plus
};

/// Something that has to be said: a code and its values, and the words to say it in.
struct Remark {
  std::string code;             ///< what programs know it by: "indistinguishable"
  std::vector<Field> fields{};  ///< its values
  std::string words{};          ///< a sentence in which {name} stands for the value of that field
};

/// A part of a document. Formats leave out what they cannot show: text has no plots.
struct Section {
  std::string id;                 ///< unique in its document: links point at it
  std::string heading;            ///< one line; empty for remarks without a heading
  std::string about{};            ///< how to read its plots; may be empty
  std::vector<Table> tables{};    ///< above the remarks
  std::vector<Remark> remarks{};  ///< one line each
  std::vector<Plot> plots{};      ///< for formats that draw
  bool is_background = false;     ///< whether it is to be looked up, not read: text leaves it out, data and pages do not
};

/// Everything that a report says.
struct Document {
  std::string title;                  ///< plain text
  std::vector<Remark> summary{};      ///< above all sections: what was measured where, and the answer of each group
  std::vector<Section> sections{};    ///< in the order in which they are read
  std::vector<std::string> series{};  ///< what plots show, in the order of colours and shapes; the first is neutral

  /// The section of an id; null if there is none.
  Section* find(std::string_view id);
};

}  // namespace anechain::report

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/report/document.ipp>
#endif
