// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <anechain/report/console.hpp>
#include <anechain/report/report_document.hpp>
#include <anechain/report/sections/background.hpp>
#include <anechain/report/sections/groups.hpp>
#include <anechain/report/sections/numbers.hpp>
#include <anechain/report/sections/remarks.hpp>
#include <anechain/report/sections/scaling.hpp>

namespace anechain::report::detail {

/// Whether a measurement's contenders are shown one by one, or only what is fitted to them.
inline bool shows_groups(const Measurement& measurement, const MeasurementAnalysis& analysis) {
  return measurement.protocol.order != Order::shuffles || !analysis.scaling;
}

/// All sections of one measurement, in their order.
inline std::vector<Section> sections_of(const Place& place) {
  std::vector<Section> all;
  const Measurement& measurement = place.measurement;
  const std::vector<std::size_t> baselines = measurement.baselines();
  if (!place.analysis.estimates) {
    const DrawnSamples samples{measurement};
    for (const std::size_t base : baselines) all.push_back(samples_section(place, samples, base));
  } else if (shows_groups(measurement, place.analysis)) {
    const DrawnSamples samples{measurement};
    const RoundTable rounds{measurement};
    for (const std::size_t base : baselines)
      if (measurement.group(base).size() > 1 || baselines.size() == 1) all.push_back(group_section(place, samples, rounds, base));
    if (auto section = lone_section(place, samples)) all.push_back(std::move(*section));
    if (auto section = across_section(place)) all.push_back(std::move(*section));
    if (auto section = time_section(place)) all.push_back(std::move(*section));
  }
  if (place.analysis.scaling) {
    all.push_back(lengths_section(place));
    all.push_back(cost_section(place));
  }
  if (!all.empty()) {
    std::vector<Remark> dropped = dropped_remarks(measurement);
    all.front().remarks.insert(all.front().remarks.begin(), dropped.begin(), dropped.end());
  }
  return all;
}

/// What plots show, baselines first: a strategy looks the same in every group, and the first baseline is neutral.
inline std::vector<std::string> series_of(const Report& report) {
  std::vector<std::string> names;
  const auto add = [&](std::string name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  };
  for (const Measurement& measurement : report.measurements) {
    for (const std::size_t base : measurement.baselines()) add(short_name(measurement, base));
    for (std::size_t c = 0; c < measurement.contenders.size(); ++c) add(short_name(measurement, c));
  }
  add("fused");
  return names;
}

}  // namespace anechain::report::detail

namespace anechain::report {

ANECHAIN_INLINE Document document(const Report& report, const Analysis& analysis) {
  Document document{.title = "anechain: " + (report.environment.device.empty() ? "a benchmark" : report.environment.device)};
  document.summary.push_back(detail::headline(report));
  if (!report.complete())
    document.summary.push_back({"incomplete", {}, "INCOMPLETE: the run was interrupted; what follows is what it had."});
  for (const FailedProcess& failed : report.failed_processes) document.summary.push_back(detail::process_remark(failed));
  document.series = detail::series_of(report);
  std::vector<Section> background;
  for (std::size_t i = 0; i < report.measurements.size(); ++i) {
    const Measurement& measurement = report.measurements[i];
    const detail::Place place{report, measurement, analysis.measurements[i], i};
    detail::append(document.sections, detail::sections_of(place));
    if (place.analysis.estimates && detail::shows_groups(measurement, place.analysis))
      for (const std::size_t base : measurement.baselines())
        if (auto answer = detail::answer(place, base)) document.summary.push_back(std::move(*answer));
    if (place.analysis.estimates) {
      background.push_back(detail::numbers_section(place));
      if (place.analysis.scaling) {
        background.back().tables.push_back(detail::levels_table(place));
        background.back().tables.push_back(detail::curvatures_table(*place.analysis.scaling));
      }
    }
  }
  document.sections.push_back(detail::notes_section(report));
  detail::append(document.sections, std::move(background));
  document.sections.push_back(detail::environment_section(report.environment));
  for (std::size_t i = 0; i < report.measurements.size(); ++i)
    document.sections.push_back(detail::protocol_section(report.measurements[i], i, report.measurements.size()));
  document.sections.push_back(detail::verdicts_section());
  return document;
}

ANECHAIN_INLINE Document document(const Report& report) { return document(report, analyse(report)); }

ANECHAIN_INLINE void print(std::ostream& to, const Report& report) { print(to, document(report)); }

}  // namespace anechain::report
