// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/measure/clock.hpp>
#include <anechain/measure/contender.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/measure/session.hpp>

namespace anechain {

ANECHAIN_INLINE MeasurementSession::MeasurementSession(Measurement& measurement, std::span<const std::unique_ptr<Contender>> contenders,
                                                       const RunControl& control, DeviceClock& clock)
    : measurement_(measurement), contenders_(contenders), control_(control), clock_(clock), failures_in_a_row_(contenders.size()) {
  measurement_.clock = clock_.quality();
  Launch& launch = measurement_.launches.emplace_back();
  launch.process = control_.process;
  launch.resumed = control_.resumed;
  launch.repeats.assign(contenders_.size(), 1);
}

ANECHAIN_INLINE std::vector<std::size_t> MeasurementSession::standing() const {
  std::vector<std::size_t> standing;
  for (std::size_t c = 0; c < contenders_.size(); ++c)
    if (is_good(c)) standing.push_back(c);
  return standing;
}

ANECHAIN_INLINE std::optional<std::size_t> MeasurementSession::first_baseline() const {
  for (const std::size_t base : measurement_.baselines())
    if (is_good(base)) return base;
  return std::nullopt;
}

ANECHAIN_INLINE void MeasurementSession::verify(std::string_view stage, std::uint64_t seed, std::string_view before_the_reason) {
  for (std::size_t c = 0; c < contenders_.size(); ++c) {
    report({stage, c, contenders_.size()});
    if (!is_good(c)) continue;
    if (const std::optional<std::string> reason = detail::failure_of([&] { contenders_[c]->verify(seed); }))
      measurement_.contenders[c].failure = std::string{before_the_reason} + *reason;
  }
}

ANECHAIN_INLINE std::optional<std::chrono::nanoseconds> MeasurementSession::try_out(std::size_t contender, std::size_t lead_in,
                                                                                    std::size_t repeats) {
  std::chrono::nanoseconds duration{};
  measurement_.contenders[contender].failure = detail::failure_of([&] { duration = timed(contender, lead_in, repeats).duration; });
  if (!is_good(contender)) return std::nullopt;
  return duration;
}

ANECHAIN_INLINE bool MeasurementSession::visit(Sample sample, std::size_t lead_in) {
  const std::size_t contender = sample.contender;
  const std::optional<std::string> reason = detail::failure_of([&] {
    const Sample found = timed(contender, lead_in, measurement_.launches.back().repeats[contender]);
    sample.start = found.start;
    sample.duration = found.duration;
  });
  if (!reason) {
    measurement_.samples.push_back(sample);
    failures_in_a_row_[contender] = 0;
    return true;
  }
  measurement_.failures.push_back({.round = sample.round, .contender = contender, .reason = *reason});
  if (++failures_in_a_row_[contender] == patience)
    fail(contender, std::to_string(patience) + " failures in a row, the last one: " + *reason);
  return false;
}

ANECHAIN_INLINE Sample MeasurementSession::timed(std::size_t contender, std::size_t lead_in, std::size_t repeats) {
  Sample sample = contenders_[contender]->time(lead_in, repeats);
  if (!origin_) origin_ = sample.start;
  sample.start -= *origin_;
  if (sample.start < latest_ || sample.duration < std::chrono::nanoseconds{0})
    throw MeasurementError("the device's clock went back by " + std::to_string(std::max(latest_ - sample.start, -sample.duration).count()) +
                           " ns");
  latest_ = sample.start + sample.duration;
  return sample;
}

}  // namespace anechain
