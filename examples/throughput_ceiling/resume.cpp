// SPDX-License-Identifier: MIT
#include "resume.hpp"

#include <anechain/measure/merge.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace program {

using namespace anechain;

namespace {

constexpr std::size_t fewest_rounds = 20;  // fewer do not show whether the device was steady

void drop_launch(Measurement& measurement, std::size_t at) {
  measurement.launches.erase(measurement.launches.begin() + static_cast<std::ptrdiff_t>(at));
  std::erase_if(measurement.samples, [&](const Sample& sample) { return sample.launch == at; });
  for (Sample& sample : measurement.samples)
    if (sample.launch > at) --sample.launch;
  std::erase_if(measurement.failures, [&](const FailedRound& failed) { return failed.launch == at; });
  for (FailedRound& failed : measurement.failures)
    if (failed.launch > at) --failed.launch;
}

bool is_stump(const Measurement& measurement, const Launch& launch) {
  return launch.end == End::interrupted && (measurement.protocol.order == Order::other || launch.rounds < fewest_rounds);
}

std::chrono::nanoseconds time_of(const Measurement& measurement, std::size_t launch) {
  std::chrono::nanoseconds end{};
  for (const Sample& sample : measurement.samples)
    if (sample.launch == launch) end = std::max(end, sample.start + sample.duration);
  return end;
}

std::size_t less(std::size_t number, std::size_t by) { return number > by ? number - by : 1; }

}  // namespace

void drop_stumps(Report& report) {
  for (Measurement& measurement : report.measurements)
    for (std::size_t i = measurement.launches.size(); i-- > 0;)
      if (is_stump(measurement, measurement.launches[i])) drop_launch(measurement, i);
  std::erase_if(report.measurements, [](const Measurement& measurement) { return measurement.launches.empty(); });
}

std::optional<Rest> rest_of(const Report& report, const std::vector<std::string>& contenders, const Protocol& protocol,
                            std::size_t process) {
  const auto found = std::ranges::find_if(
      report.measurements, [&](const Measurement& one) { return one.protocol.order == protocol.order && one.names() == contenders; });
  if (found == report.measurements.end()) return Rest{protocol};
  const Measurement& measurement = *found;
  Rest rest{protocol};
  for (std::size_t i = 0; i < measurement.launches.size(); ++i) {
    const Launch& launch = measurement.launches[i];
    if (launch.process != process) continue;
    if (launch.end != End::interrupted) return std::nullopt;
    ++rest.parts;
    Protocol& left = rest.protocol;
    left.budget -= std::min(left.budget, time_of(measurement, i));
    if (launch.planned >= left.least_rounds) {
      left = left.with_rounds(less(launch.planned, launch.rounds));
    } else {  // less than the protocol allows: the pilot had not planned the rounds yet
      left.least_rounds = less(left.least_rounds, launch.rounds);
      left.most_rounds = less(left.most_rounds, launch.rounds);
    }
  }
  return rest;
}

std::size_t parts_of(const Report& report, std::size_t process) {
  std::size_t most = 0;
  for (const Measurement& measurement : report.measurements)
    most = std::max(most, static_cast<std::size_t>(std::ranges::count(measurement.launches, process, &Launch::process)));
  return most;
}

void add(Report& report, Report&& rest) {
  const bool interrupted = rest.interrupted;
  report.failed_processes = std::exchange(rest.failed_processes, {});
  report.interrupted = true;  // then merge() adds experiments that it lacks
  merge(report, std::move(rest));
  report.interrupted = interrupted;
}

}  // namespace program
