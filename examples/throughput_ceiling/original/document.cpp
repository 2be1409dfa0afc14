// SPDX-License-Identifier: MIT
#include "document.hpp"

#include <anechain/report/format.hpp>
#include <anechain/report/sections/names.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "estimate.hpp"
#include "findings.hpp"
#include "published.hpp"

namespace program {

namespace {

using report::Cell;
using report::Row;
using report::Section;
using report::Table;
using report::Unit;
using report::Word;

Cell cell(const std::optional<double>& number, double factor = 1) { return number ? Cell{factor * *number} : Cell{}; }

// The original's own numbers, of a group that was measured by its protocol.
Table estimates_table(const OriginalEstimate& original, std::size_t length) {
  Table table{.id = "original",
              .caption = "as the original prints it",
              .columns = {{"what", "as the original prints it"}, {"mean_ms", "mean", Unit::milliseconds}}};
  table.rows = {{{std::string{"sequential, a kernel"}, cell(original.sequential_ms)}},
                {{std::string{"run only, a kernel"}, cell(original.run_only_ms)}},
                {{std::string{"memcpy only, a copy"}, cell(original.copy_ms)}},
                {{std::string{"GCD serial, a kernel"}, cell(original.gcd_ms)}}};
  if (const std::optional<double> overhead = original.overhead_us(length))
    table.rows.push_back({{std::string{"its overhead formula, a copy"}, *overhead / 1e3}});
  return table;
}

Row published_row(const PublishedRow& published) {
  return {{std::string{published.configuration}, std::string{"published"}, 1e3 * published.sequential_ms, 1e3 * published.run_only_ms,
           1e3 * published.copy_ms, 1e3 * published.gcd_ms, published.sequential_ms / published.run_only_ms}};
}

// One measured chain as a row of the published table.
Row measured_row(const Measurement& measurement, const MeasurementAnalysis& analysis, std::size_t baseline) {
  const std::string& name = report::group_name(measurement, baseline);
  if (!analysis.estimates) {
    const OriginalEstimate original = original_estimate(measurement, baseline);
    const bool has_both = original.sequential_ms && original.run_only_ms;
    return {{name, std::string{"by the original protocol"}, cell(original.sequential_ms, 1e3), cell(original.run_only_ms, 1e3),
             cell(original.copy_ms, 1e3), cell(original.gcd_ms, 1e3),
             has_both ? Cell{*original.sequential_ms / *original.run_only_ms} : Cell{}}};
  }
  const auto of = [&](std::string_view strategy) -> const ContenderEstimate* {
    for (const std::size_t c : measurement.group(baseline)) {
      const MeasuredContender& contender = measurement.contenders[c];
      const std::optional<ContenderEstimate>& estimate = analysis.estimates->contenders[c];
      if (contender.strategy.name == strategy && !contender.flow.is_fused() && estimate) return &*estimate;
    }
    return nullptr;
  };
  const auto kernel = [](const ContenderEstimate* estimate) { return estimate != nullptr ? Cell{estimate->kernel_us} : Cell{}; };
  const ContenderEstimate* const sequential = of(Sequential::name);
  const ContenderEstimate* const transfers = of(TransferOnly::name);
  return {{name, std::string{"this run"}, kernel(sequential), kernel(of(RunOnly::name)),
           transfers != nullptr ? cell(transfers->copy_us) : Cell{}, kernel(of(GcdSerial::name)),
           sequential != nullptr && sequential->contrast ? Cell{1 + sequential->contrast->relative()} : Cell{}}};
}

// The published numbers and this run's, for the chains that both have; none if there is no such chain.
std::optional<Section> published_section(const Report& report, const Analysis& analysis) {
  Section section{.id = "published",
                  .heading = "beside the published table (" + std::string{published_chip} + ", µs/kernel or µs/copy; " +
                             std::string{published_source} + ")"};
  Table table{.id = "published",
              .caption = "the published table and this run",
              .columns = {{"configuration", "configuration"},
                          {"source", ""},
                          {"sequential_us", "sequential", Unit::microseconds},
                          {"run_only_us", "run only", Unit::microseconds},
                          {"copy_us", "copy alone", Unit::microseconds},
                          {"gcd_us", "GCD serial", Unit::microseconds},
                          {"ratio", "sequential / run only"}}};
  for (const PublishedRow& published : published_table) {
    std::vector<Row> measured;
    for (std::size_t i = 0; i < report.measurements.size(); ++i) {
      const Measurement& measurement = report.measurements[i];
      if (measurement.protocol.order == Order::shuffles) continue;
      for (const std::size_t base : measurement.baselines())
        if (published_row_of(measurement.contenders[base].flow) == &published)
          measured.push_back(measured_row(measurement, analysis.measurements[i], base));
    }
    if (measured.empty()) continue;
    table.rows.push_back(published_row(published));
    table.rows.insert(table.rows.end(), std::make_move_iterator(measured.begin()), std::make_move_iterator(measured.end()));
  }
  if (table.rows.empty()) return std::nullopt;
  section.tables.push_back(std::move(table));
  for (const Finding& finding : findings_of(report, analysis))
    if (finding.standing != Standing::not_measured)
      section.remarks.push_back({"finding",
                                 {{"claim", std::string{finding.claim}},
                                  {"evidence", finding.evidence},
                                  {"standing", Word{std::string{name_of(finding.standing)}}}},
                                 "\"{claim}\" ({evidence}), by this run: {standing}"});
  return section;
}

}  // namespace

void add_original(report::Document& document, const Report& report, const Analysis& analysis) {
  bool any = false;
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    if (measurement.protocol.order != Order::other) continue;
    any = true;
    for (const std::size_t base : measurement.baselines()) {
      Section* const section = document.find("samples-" + report::mark_of(i, base));
      if (section != nullptr)
        section->tables.insert(section->tables.begin(),
                               estimates_table(original_estimate(measurement, base), measurement.contenders[base].flow.programs.size()));
    }
  }
  Section* notes = document.find("notes");
  if (any && notes != nullptr)
    for (const std::string_view fault : original_faults)
      notes->remarks.push_back(
          {"original_fault", {{"fault", std::string{fault}}}, "what is wrong with the original protocol's numbers: {fault}."});
  if (auto section = published_section(report, analysis)) {
    const auto before = std::ranges::find(document.sections, "notes", &Section::id);
    document.sections.insert(before, std::move(*section));
  }
}

}  // namespace program
