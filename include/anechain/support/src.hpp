// SPDX-License-Identifier: MIT
#pragma once

// Functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: include this in one source file.
#include <anechain/support/digest.ipp>
#include <anechain/support/machine.ipp>
#include <anechain/support/npy.ipp>
#include <anechain/support/output_file.ipp>
#include <anechain/support/safetensors.ipp>
