// SPDX-License-Identifier: MIT
#pragma once

/// All of anechain but the ANE device. What programs around a report need is included by its own name: analysis/compare.hpp, collation.hpp,
/// report/html.hpp, support/output_file.hpp, and, with nlohmann_json, report/json.hpp, read_json.hpp and html_with_data.hpp.
#include <anechain/requirements.hpp>

#include <anechain/analysis/analysis.hpp>
#include <anechain/core.hpp>
#include <anechain/devices/host.hpp>
#include <anechain/devices/simulated.hpp>
#include <anechain/flow/compiled.hpp>
#include <anechain/flow/dot.hpp>
#include <anechain/flow/traced.hpp>
#include <anechain/measure/chain_lengths.hpp>
#include <anechain/measure/keep_on_signal.hpp>
#include <anechain/measure/merge.hpp>
#include <anechain/measure/processes.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/measure/throughput_ceiling.hpp>
#include <anechain/report/console.hpp>
#include <anechain/report/csv.hpp>
#include <anechain/report/format.hpp>
#include <anechain/report/markdown.hpp>
#include <anechain/report/report_document.hpp>
#include <anechain/version.hpp>
