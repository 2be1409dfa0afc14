// SPDX-License-Identifier: MIT
#pragma once

// The functions of this folder that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: one source file of the program includes this.
#include <anechain/analysis/analysis.ipp>
#include <anechain/analysis/estimate.ipp>
#include <anechain/analysis/scaling.ipp>
