// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/measure/environment.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain {

/// A process of a run that was killed or interrupted, or that sent no report.
struct FailedProcess {
  std::size_t process = 0;    ///< counted from 1
  std::size_t processes = 0;  ///< of the run
  int signal = 0;             ///< that killed or interrupted it; 0 if none did
  int exit_code = 0;          ///< if it ended by itself
  bool is_kept = false;       ///< what it had measured is in the report
  std::string reason{};       ///< in words

  bool operator==(const FailedProcess&) const = default;
};

/// What was measured, and where. Every output format is made from this alone.
struct Report {
  Environment environment{};                      ///< of the first launch
  std::vector<Measurement> measurements{};        ///< one for each experiment that was run
  std::vector<FailedProcess> failed_processes{};  ///< whose data is missing, or not all there
  bool interrupted = false;                       ///< the user stopped it: measurements may be missing

  /// Appends the measurements of another report of the same environment, in their order.
  void append(Report&& other);

  /// Rounds of all measurements, each of all its launches.
  std::size_t rounds() const {
    return std::transform_reduce(measurements.begin(), measurements.end(), std::size_t{0}, std::plus{}, std::mem_fn(&Measurement::rounds));
  }

  /// The contender of a name, of the first measurement that has one; null if there is no such contender.
  const MeasuredContender* find(std::string_view name) const;

  /// That contender's passes in microseconds: see Measurement::passes(). Throws std::invalid_argument, which names the contenders that
  /// there are, if there is no such contender.
  std::vector<double> passes(std::string_view name) const;

  /// Whether every contender of every measurement was verified and measured, in every process.
  bool ok() const { return failed_processes.empty() && std::ranges::all_of(measurements, &Measurement::ok); }

  /// Whether nothing was interrupted.
  bool complete() const { return !interrupted && std::ranges::all_of(measurements, &Measurement::complete); }

 private:
  const Measurement* measurement_of(std::string_view name) const;
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/report.ipp>
#endif
