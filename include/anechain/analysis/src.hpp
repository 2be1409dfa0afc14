// SPDX-License-Identifier: MIT
#pragma once

// Functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: include this in one source file.
#include <anechain/analysis/analysis.ipp>
#include <anechain/analysis/collation.ipp>
#include <anechain/analysis/compare.ipp>
#include <anechain/analysis/cost_model.ipp>
#include <anechain/analysis/estimate.ipp>
#include <anechain/analysis/scaling.ipp>
#include <anechain/analysis/verdict.ipp>
