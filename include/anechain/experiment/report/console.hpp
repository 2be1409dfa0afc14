// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/format.hpp>
#include <anechain/experiment/report/rows.hpp>

/// A report as text for a terminal.
namespace anechain::report {

/// One table under its heading.
inline void print(std::ostream& to, const Block& block) {
  to << block.heading << '\n';
  print_aligned(to, block.table);
  for (const std::string& remark : block.remarks) to << "  " << remark << '\n';
}

/// A whole report.
inline void print(std::ostream& to, const Report& report, const Analysis& analysis) {
  to << headline(report) << '\n';
  if (!report.complete()) to << "INCOMPLETE: the run was interrupted; what follows is what it had.\n";
  for (std::size_t i = 0; i < report.measurements.size(); ++i)
    for (const Block& block : blocks(report, report.measurements[i], analysis.measurements[i])) {
      to << '\n';
      print(to, block);
    }
  if (const std::optional<Block> published = published_block(report, analysis)) {
    to << '\n';
    print(to, *published);
  }
  to << '\n';
  for (const std::string& note : notes(report)) to << note << '\n';
}

/// The same, analysed here.
inline void print(std::ostream& to, const Report& report) { print(to, report, analyse(report)); }

}  // namespace anechain::report
