// SPDX-License-Identifier: MIT
#pragma once

// Functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: include this in one source file.
#include <anechain/mil/blob_file.ipp>
#include <anechain/mil/respell.ipp>
#include <anechain/mil/types.ipp>
