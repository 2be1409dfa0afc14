// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <range/v3/algorithm/find_if.hpp>

#include <anechain/experiment/report.hpp>

namespace anechain {

/// Reports that are not of one and the same experiment.
struct MergeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

/// Appends launches. A strategy that failed in one launch has failed: which samples to believe cannot be told.
inline void merge(Observations& into, Observations&& launch) {
  if (into.strategies.size() != launch.strategies.size()) throw MergeError("the launches measured other strategies");
  const std::size_t offset = into.launches.size();
  for (std::size_t s = 0; s < into.strategies.size(); ++s) {
    if (into.strategies[s].name != launch.strategies[s].name)
      throw MergeError(std::string{"the launches measured other strategies: "} + into.strategies[s].name + ", " +
                       launch.strategies[s].name);
    if (into.strategies[s].ok() && !launch.strategies[s].ok())
      into.strategies[s].failure = std::string{"in launch "} + std::to_string(offset + 1) + ": " + *launch.strategies[s].failure;
  }
  into.launches.insert(into.launches.end(), launch.launches.begin(), launch.launches.end());
  for (Sample& sample : launch.samples) {
    sample.launch += offset;
    into.samples.push_back(sample);
  }
  for (FailedRound& failed : launch.failures) {
    failed.launch += offset;
    into.failures.push_back(std::move(failed));
  }
  std::erase_if(into.samples, [&](const Sample& sample) { return !into.strategies[sample.strategy].ok(); });
}

}  // namespace detail

/// Adds another launch of the same experiment to a report. Throws MergeError where it is of another one.
inline void merge(Report& into, Report&& launch) {
  const auto same_cell = [](const Cell& one, const Cell& other) {
    return one.configuration == other.configuration && one.length == other.length;
  };
  if (into.sweep && launch.sweep && !std::ranges::equal(into.sweep->cells, launch.sweep->cells, same_cell))
    throw MergeError("the launches measured other chains, or in another order");
  into.interrupted = into.interrupted || launch.interrupted;
  for (Measurement& measurement : launch.measurements) {
    const auto found =
        ranges::find_if(into.measurements, [&](const Measurement& one) { return one.is_of_the_same_configuration(measurement); });
    if (found == into.measurements.end())
      throw MergeError(std::string{"the report has no configuration '"} + measurement.name + "' to add a launch to");
    detail::merge(*found, std::move(measurement));
  }
  if (into.sweep && launch.sweep) detail::merge(*into.sweep, std::move(*launch.sweep));
}

}  // namespace anechain
