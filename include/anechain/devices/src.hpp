// SPDX-License-Identifier: MIT
#pragma once

// Functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: include this in one source file.
#include <anechain/devices/host.ipp>
#include <anechain/devices/host/plan.ipp>
#include <anechain/devices/program_port.ipp>
#include <anechain/devices/simulated.ipp>
#include <anechain/devices/surface.ipp>
