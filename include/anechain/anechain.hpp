// SPDX-License-Identifier: MIT
#pragma once

/// All of anechain but the ANE device and the report writers that need a library.
#include <anechain/chain/compiled.hpp>
#include <anechain/chain/traced.hpp>
#include <anechain/core.hpp>
#include <anechain/devices/host.hpp>
#include <anechain/devices/simulated.hpp>
#include <anechain/experiment/estimate.hpp>
#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/console.hpp>
#include <anechain/experiment/throughput_ceiling.hpp>
#include <anechain/version.hpp>
