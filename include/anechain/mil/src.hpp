// SPDX-License-Identifier: MIT
#pragma once

// The functions of this folder that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: one source file of the program includes
// this.
#include <anechain/mil/blob_file.ipp>
#include <anechain/mil/respell.ipp>
#include <anechain/mil/types.ipp>
