// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <anechain/measure/merge.hpp>

namespace anechain::detail {

/// Whether two measurements are of the same contenders, in the same order and the same kind of schedule.
inline bool are_of_one_experiment(const Measurement& a, const Measurement& b) {
  return a.protocol.order == b.protocol.order && std::ranges::equal(a.contenders, b.contenders, [](const auto& one, const auto& other) {
           return one.name == other.name && difference(one, other) == Difference::none;
         });
}

/// Why a measurement has no counterpart in a report, as far as it can be told.
inline std::string why_not_in(const Report& report, const Measurement& measurement) {
  for (const MeasuredContender& contender : measurement.contenders)
    for (const Measurement& other : report.measurements) {
      if (other.protocol.order != measurement.protocol.order) continue;
      const MeasuredContender* same = other.find(contender.name);
      if (same == nullptr) continue;
      if (const Difference what = difference(contender, *same); what != Difference::none)
        return "'" + contender.name + "' is not the same in both: it differs in: " + std::string{name_of(what)};
    }
  std::string names;
  for (const MeasuredContender& contender : measurement.contenders) names += (names.empty() ? "'" : ", '") + contender.name + "'";
  return "the report has no experiment of " + (names.empty() ? "nothing" : names) + " to add a launch to";
}

ANECHAIN_INLINE void merge(Measurement& into, Measurement&& launch) {
  const std::size_t offset = into.launches.size();
  std::size_t last = 0;
  for (const Launch& one : into.launches) last = std::max(last, one.process);
  const bool is_known = std::ranges::any_of(launch.launches, [&](const Launch& one) {
    return !one.resumed && std::ranges::find(into.launches, one.process, &Launch::process) != into.launches.end();
  });
  if (is_known)
    for (Launch& one : launch.launches) one.process += last;
  for (std::size_t c = 0; c < into.contenders.size(); ++c)
    if (into.contenders[c].ok() && !launch.contenders[c].ok())
      into.contenders[c].failure = "in launch " + std::to_string(offset + 1) + ": " + *launch.contenders[c].failure;
  into.launches.insert(into.launches.end(), launch.launches.begin(), launch.launches.end());
  for (Sample& sample : launch.samples) {
    sample.launch = static_cast<std::uint16_t>(sample.launch + offset);
    into.samples.push_back(sample);
  }
  for (FailedRound& failed : launch.failures) {
    failed.launch += offset;
    into.failures.push_back(std::move(failed));
  }
  std::erase_if(into.samples, [&](const Sample& sample) { return !into.contenders[sample.contender].ok(); });
}

}  // namespace anechain::detail

namespace anechain {

ANECHAIN_INLINE void merge(Report& into, Report&& launch) {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> counterparts;
  for (const Measurement& measurement : launch.measurements) {
    const auto found =
        std::ranges::find_if(into.measurements, [&](const Measurement& one) { return detail::are_of_one_experiment(one, measurement); });
    if (found == into.measurements.end() && !into.interrupted) throw MergeError(detail::why_not_in(into, measurement));
    counterparts.push_back(found == into.measurements.end() ? none : static_cast<std::size_t>(found - into.measurements.begin()));
  }
  for (std::size_t i = 0; i < counterparts.size(); ++i) {
    if (counterparts[i] == none)
      into.measurements.push_back(std::move(launch.measurements[i]));
    else
      detail::merge(into.measurements[counterparts[i]], std::move(launch.measurements[i]));
  }
  into.interrupted = into.interrupted || launch.interrupted;
}

}  // namespace anechain
