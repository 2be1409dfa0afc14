// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/measure/measurement.hpp>
#include <anechain/measure/report.hpp>

namespace anechain {

ANECHAIN_INLINE void Report::append(Report&& other) {
  std::ranges::move(other.measurements, std::back_inserter(measurements));
  std::ranges::move(other.failed_processes, std::back_inserter(failed_processes));
  interrupted = interrupted || other.interrupted;
}

ANECHAIN_INLINE const MeasuredContender* Report::find(std::string_view name) const {
  const Measurement* const of = measurement_of(name);
  return of == nullptr ? nullptr : of->find(name);
}

ANECHAIN_INLINE std::vector<double> Report::passes(std::string_view name) const {
  if (const Measurement* const of = measurement_of(name)) return of->passes(name);
  std::vector<std::string> names;
  for (const Measurement& measurement : measurements)
    for (const MeasuredContender& contender : measurement.contenders)
      if (std::ranges::find(names, contender.name) == names.end()) names.push_back(contender.name);
  throw detail::no_such_contender(name, names);
}

ANECHAIN_INLINE const Measurement* Report::measurement_of(std::string_view name) const {
  const auto found = std::ranges::find_if(measurements, [&](const Measurement& one) { return one.find(name) != nullptr; });
  return found == measurements.end() ? nullptr : &*found;
}

}  // namespace anechain
