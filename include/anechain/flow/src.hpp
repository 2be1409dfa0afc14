// SPDX-License-Identifier: MIT
#pragma once

// Functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: include this in one source file.
#include <anechain/flow/builder.ipp>
#include <anechain/flow/dot.ipp>
#include <anechain/flow/npy_tensor.ipp>
#include <anechain/flow/pass.ipp>
#include <anechain/flow/traced.ipp>
#include <anechain/flow/weight_path.ipp>
#include <anechain/flow/weights.ipp>
