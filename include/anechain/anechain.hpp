// SPDX-License-Identifier: MIT
#pragma once

/// All of anechain but the ANE device. What programs around a report need is included by its own name: experiment/compare.hpp, merge.hpp,
/// collation.hpp, report/html.hpp, and, with nlohmann_json, report/json.hpp and read_json.hpp.
#include <anechain/requirements.hpp>

#include <anechain/chain/compiled.hpp>
#include <anechain/chain/traced.hpp>
#include <anechain/core.hpp>
#include <anechain/devices/host.hpp>
#include <anechain/devices/simulated.hpp>
#include <anechain/experiment/analysis.hpp>
#include <anechain/experiment/chain_lengths.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/console.hpp>
#include <anechain/experiment/report/csv.hpp>
#include <anechain/experiment/report/markdown.hpp>
#include <anechain/experiment/throughput_ceiling.hpp>
#include <anechain/version.hpp>
