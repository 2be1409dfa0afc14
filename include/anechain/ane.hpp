// SPDX-License-Identifier: MIT
#pragma once

/// <anechain/anechain.hpp>, and the Apple Neural Engine: the device, and the check of kernels against what it takes.
#include <anechain/requirements.hpp>

#include <anechain/anechain.hpp>
#include <anechain/devices/ane.hpp>
#include <anechain/flow/check.hpp>
