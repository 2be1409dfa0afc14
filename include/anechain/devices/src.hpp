// SPDX-License-Identifier: MIT
#pragma once

// The functions of this folder that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: one source file of the program includes
// this.
#include <anechain/devices/host.ipp>
#include <anechain/devices/host/plan.ipp>
#include <anechain/devices/program_port.ipp>
#include <anechain/devices/simulated.ipp>
#include <anechain/devices/surface.ipp>
