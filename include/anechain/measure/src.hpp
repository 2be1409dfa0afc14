// SPDX-License-Identifier: MIT
#pragma once

// Functions that are compiled once if ANECHAIN_SEPARATE_COMPILATION is defined: include this in one source file.
#include <anechain/measure/clock.ipp>
#include <anechain/measure/contrasts.ipp>
#include <anechain/measure/describe.ipp>
#include <anechain/measure/forms.ipp>
#include <anechain/measure/keep_on_signal.ipp>
#include <anechain/measure/measured_contender.ipp>
#include <anechain/measure/measurement.ipp>
#include <anechain/measure/merge.ipp>
#include <anechain/measure/name_pattern.ipp>
#include <anechain/measure/processes.ipp>
#include <anechain/measure/protocol.ipp>
#include <anechain/measure/report.ipp>
#include <anechain/measure/round_table.ipp>
#include <anechain/measure/schedule.ipp>
#include <anechain/measure/session.ipp>
#include <anechain/measure/surroundings.ipp>
#include <anechain/measure/trial.ipp>
#include <anechain/measure/verify.ipp>
