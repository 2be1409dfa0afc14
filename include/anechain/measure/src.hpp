// SPDX-License-Identifier: MIT
#pragma once

// The functions of this folder that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: one source file of the program includes
// this.
#include <anechain/measure/merge.ipp>
#include <anechain/measure/processes.ipp>
