// SPDX-License-Identifier: MIT
#pragma once

// Functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: include this in one source file.
#include <anechain/report/collation_document.ipp>
#include <anechain/report/comparison_document.ipp>
#include <anechain/report/console.ipp>
#include <anechain/report/csv.ipp>
#include <anechain/report/document.ipp>
#include <anechain/report/format.ipp>
#include <anechain/report/markdown.ipp>
#include <anechain/report/report_document.ipp>
