// SPDX-License-Identifier: MIT
#pragma once

/// The compile-time half of anechain: kernels, their programs and weight layouts, and chains of them. Standard headers
/// only. What a file of experiment definitions includes; to run them, include <anechain/anechain.hpp>.
#include <anechain/requirements.hpp>

#include <anechain/flow/chain.hpp>
#include <anechain/kernels/activation.hpp>
#include <anechain/kernels/attention.hpp>
#include <anechain/kernels/conv.hpp>
#include <anechain/kernels/feed_forward.hpp>
#include <anechain/kernels/fuse.hpp>
#include <anechain/kernels/linear.hpp>
#include <anechain/kernels/norm.hpp>
#include <anechain/kernels/training.hpp>
#include <anechain/kernels/transformer.hpp>
