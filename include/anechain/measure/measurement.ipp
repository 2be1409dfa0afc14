// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/measure/measured_contender.hpp>
#include <anechain/measure/measurement.hpp>

namespace anechain::detail {

ANECHAIN_INLINE std::invalid_argument no_such_contender(std::string_view name, const std::vector<std::string>& names) {
  std::string there;
  for (const std::string& one : names) there += (there.empty() ? "; there are " : ", ") + one;
  return std::invalid_argument("no contender is called '" + std::string{name} + "'" + (there.empty() ? ": there is none" : there));
}

}  // namespace anechain::detail

namespace anechain {

ANECHAIN_INLINE bool Measurement::complete() const {
  return std::ranges::none_of(launches, [&](const Launch& launch) {
    return launch.end == End::interrupted &&
           std::none_of(launches.begin() + (&launch - launches.data()) + 1, launches.end(),
                        [&](const Launch& later) { return later.resumed && later.process == launch.process; });
  });
}

ANECHAIN_INLINE double Measurement::pass_us(const Sample& sample) const {
  const auto passes = static_cast<double>(launches[sample.launch].repeats[sample.contender] * contenders[sample.contender].strategy.lanes);
  return std::chrono::duration<double, std::micro>{sample.duration}.count() / passes;
}

ANECHAIN_INLINE std::vector<std::string> Measurement::names() const {
  std::vector<std::string> all(contenders.size());
  std::ranges::transform(contenders, all.begin(), &MeasuredContender::name);
  return all;
}

ANECHAIN_INLINE std::optional<std::size_t> Measurement::position(std::string_view name) const {
  const auto found = std::ranges::find(contenders, name, &MeasuredContender::name);
  if (found == contenders.end()) return std::nullopt;
  return static_cast<std::size_t>(found - contenders.begin());
}

ANECHAIN_INLINE const MeasuredContender* Measurement::find(std::string_view name) const {
  const std::optional<std::size_t> at = position(name);
  return at ? &contenders[*at] : nullptr;
}

ANECHAIN_INLINE std::vector<double> Measurement::passes(std::size_t contender) const {
  std::vector<double> all;
  for (const Sample& sample : samples)
    if (sample.contender == contender && is_pass(sample)) all.push_back(pass_us(sample));
  return all;
}

ANECHAIN_INLINE std::vector<double> Measurement::passes(std::string_view name) const {
  if (const std::optional<std::size_t> contender = position(name)) return passes(*contender);
  throw detail::no_such_contender(name, names());
}

ANECHAIN_INLINE std::vector<std::vector<double>> Measurement::passes() const {
  std::vector<std::size_t> counts(contenders.size());
  for (const Sample& sample : samples) counts[sample.contender] += is_pass(sample);
  std::vector<std::vector<double>> all(contenders.size());
  for (std::size_t c = 0; c < all.size(); ++c) all[c].reserve(counts[c]);
  for (const Sample& sample : samples)
    if (is_pass(sample)) all[sample.contender].push_back(pass_us(sample));
  return all;
}

ANECHAIN_INLINE std::vector<std::size_t> Measurement::baselines() const {
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < contenders.size(); ++c)
    if (contenders[c].baseline == c) all.push_back(c);
  return all;
}

ANECHAIN_INLINE std::vector<std::size_t> Measurement::group(std::size_t baseline) const {
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < contenders.size(); ++c)
    if (contenders[c].baseline == baseline) all.push_back(c);
  return all;
}

}  // namespace anechain
