// SPDX-License-Identifier: MIT
#pragma once

// The functions of this folder that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: one source file of the program includes
// this.
#include <anechain/analysis/analysis.ipp>
#include <anechain/analysis/collation.ipp>
#include <anechain/analysis/compare.ipp>
#include <anechain/analysis/cost_model.ipp>
#include <anechain/analysis/estimate.ipp>
#include <anechain/analysis/scaling.ipp>
#include <anechain/analysis/verdict.ipp>
