// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <range/v3/algorithm/find.hpp>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/paired.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/format.hpp>
#include <anechain/experiment/report/rows.hpp>

/// A report as text for a terminal.
namespace anechain::report {

/// One configuration: a header line, a table, and what has to be said of its rows.
inline void print(std::ostream& to, const Report& report, const Measurement& measurement, const ConfigurationAnalysis& analysis) {
  to << headline(measurement) << '\n';
  print_aligned(to, table(report, measurement, analysis));
  for (const std::string& remark : remarks(report, measurement, analysis)) to << "  " << remark << '\n';
}

/// What the length of chains says, and the cost model.
inline void print(std::ostream& to, const Report& report, const Scaling& scaling) {
  to << "chain lengths: " << scaling.rounds << " rounds of " << report.sweep->cells.size() << " cells; the machine's state went from "
     << digits(scaling.state.low) << " to " << digits(scaling.state.high) << " of its median\n";
  print_aligned(to, length_table(scaling));
  to << "cost model\n";
  if (!scaling.decomposition) {
    to << "  none: " << scaling.refusal << '\n';
    return;
  }
  print_aligned(to, cost_table(*scaling.decomposition));
  for (const std::string& remark : remarks(report, *scaling.decomposition)) to << "  " << remark << '\n';
}

/// A whole report.
inline void print(std::ostream& to, const Report& report, const Analysis& analysis) {
  to << headline(report) << '\n';
  if (!report.complete()) to << "INCOMPLETE: the run was interrupted; what follows is what it had.\n";
  for (const auto& [measurement, configuration] : Paired{report.measurements, analysis.configurations}) {
    to << '\n';
    print(to, report, measurement, configuration);
  }
  if (analysis.scaling) {
    to << '\n';
    print(to, report, *analysis.scaling);
  }
  const std::vector<std::vector<std::string>> published = published_rows(report, analysis);
  if (published.size() > 1) {
    to << "\nbeside the published table (" << published_chip << ", us a kernel or copy; " << published_source << ")\n";
    print_aligned(to, published);
    for (const Finding& finding : analysis.findings)
      if (finding.standing != Standing::not_measured)
        to << "  \"" << finding.claim << "\": this run " << name_of(finding.standing) << " (" << finding.evidence << ")\n";
  }
  to << '\n';
  for (const std::string& note : notes(report)) to << note << '\n';
}

/// The same, analysed here.
inline void print(std::ostream& to, const Report& report) { print(to, report, analyse(report)); }

}  // namespace anechain::report
