// SPDX-License-Identifier: MIT
#pragma once

/// All of anechain but the ANE device and the report writers that need a library.
#include <anechain/chain/compiled.hpp>
#include <anechain/chain/traced.hpp>
#include <anechain/core.hpp>
#include <anechain/devices/host.hpp>
