// SPDX-License-Identifier: MIT
#pragma once

// All that is compiled once if ANECHAIN_SEPARATE_COMPILATION is defined. Without CMake: define that for every file, and include this in
// one.
#include <anechain/analysis/src.hpp>
#include <anechain/devices/src.hpp>
#include <anechain/flow/src.hpp>
#include <anechain/measure/src.hpp>
#include <anechain/mil/src.hpp>
#include <anechain/report/src.hpp>
#include <anechain/statistics/src.hpp>
#include <anechain/support/src.hpp>
