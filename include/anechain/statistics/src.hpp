// SPDX-License-Identifier: MIT
#pragma once

// Functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: include this in one source file.
#include <anechain/statistics/bootstrap.ipp>
#include <anechain/statistics/distributions.ipp>
#include <anechain/statistics/linear_model.ipp>
#include <anechain/statistics/median_interval.ipp>
#include <anechain/statistics/median_polish.ipp>
#include <anechain/statistics/summary.ipp>
#include <anechain/statistics/trimmed_mean.ipp>
#include <anechain/statistics/two_samples.ipp>
#include <anechain/statistics/warm_up.ipp>
