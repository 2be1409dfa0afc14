// SPDX-License-Identifier: MIT
#pragma once

// All functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined. Without CMake, define it for every file
// of the program and include this header in one of them.
#include <anechain/analysis/src.hpp>
#include <anechain/devices/src.hpp>
#include <anechain/flow/src.hpp>
#include <anechain/measure/src.hpp>
#include <anechain/mil/src.hpp>
#include <anechain/report/src.hpp>
#include <anechain/statistics/src.hpp>
#include <anechain/support/src.hpp>
