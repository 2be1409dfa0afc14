// SPDX-License-Identifier: MIT
// What the original experiment adds to a report: its estimates, its published table beside this run, and its findings.
#pragma once

#include <anechain/analysis/analysis.hpp>
#include <anechain/report/document.hpp>

namespace program {

// Adds the sections for whatever of the report is the original experiment's; for another, nothing.
void add_original(anechain::report::Document& document, const anechain::Report& report, const anechain::Analysis& analysis);

}  // namespace program
