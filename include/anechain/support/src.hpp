// SPDX-License-Identifier: MIT
#pragma once

// The functions of this folder that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: one source file of the program includes
// this.
#include <anechain/support/digest.ipp>
#include <anechain/support/machine.ipp>
#include <anechain/support/npy.ipp>
#include <anechain/support/output_file.ipp>
#include <anechain/support/safetensors.ipp>
