// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <anechain/experiment/measurement.hpp>
#include <anechain/experiment/report/format.hpp>
#include <anechain/experiment/report/html/series.hpp>

/// Every pass where it happened: drift, warm-up and stalls.
namespace anechain::report::page {

/// Launches one after the other: each process's clock begins anew.
class Timeline {
 public:
  struct Stretch {
    double begin = 0;
    double steady = 0;  ///< where the warm-up ends
    double end = 0;
    std::size_t launch = 0;
    std::size_t warm_up = 0;
  };

  explicit Timeline(const Measurement& measurement) : shifts_(measurement.launches.size()) {
    std::vector<Extent> all(measurement.launches.size());
    std::vector<Extent> counted(measurement.launches.size());
    for (const Sample& sample : measurement.samples) {
      all[sample.launch].include(seconds(sample.start));
      all[sample.launch].include(seconds(sample.start + sample.duration));
      if (measurement.counts(sample)) counted[sample.launch].include(seconds(sample.start));
    }
    double begin = 0;
    for (std::size_t launch = 0; launch < all.size(); ++launch) {
      if (all[launch].empty()) continue;
      shifts_[launch] = begin - all[launch].low();
      const double end = begin + all[launch].high() - all[launch].low();
      const double steady = counted[launch].empty() ? end : counted[launch].low() + shifts_[launch];
      const std::size_t warm_up = measurement.launches[launch].warm_up;
      stretches_.push_back({begin, warm_up > 0 ? steady : begin, end, launch, warm_up});
      begin = end;
    }
  }

  double at(const Sample& sample) const { return seconds(sample.start) + shifts_[sample.launch]; }
  const std::vector<Stretch>& stretches() const { return stretches_; }

 private:
  static double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

  std::vector<double> shifts_;
  std::vector<Stretch> stretches_;
};

/// Samples that are drawn: evenly thinned, and all of those farthest from their contender's median.
struct Drawn {
  std::vector<std::size_t> usual;
  std::vector<std::size_t> outliers;
};

inline Drawn drawn(const Group& group) {
  const Measurement& measurement = *group.measurement;
  constexpr std::size_t most_usual = 2400;
  constexpr std::size_t most_outliers = 100;
  std::vector<double> medians;
  for (const std::vector<double>& passes : passes_of(measurement, true)) medians.push_back(statistics::median(passes));
  std::vector<std::size_t> order;
  std::vector<double> distance(measurement.samples.size());
  for (std::size_t i = 0; i < measurement.samples.size(); ++i) {
    const double pass = measurement.pass_us(measurement.samples[i]);
    const double middle = medians[measurement.samples[i].contender];
    const bool is_drawn = std::ranges::find(group.contenders, measurement.samples[i].contender) != group.contenders.end();
    if (!is_drawn || pass <= 0 || !(middle > 0)) continue;
    distance[i] = std::abs(std::log(pass / middle));
    order.push_back(i);
  }
  const std::size_t outliers = std::min(most_outliers, order.size());
  const auto cut = order.begin() + static_cast<std::ptrdiff_t>(outliers);
  std::ranges::partial_sort(order, cut, [&](std::size_t a, std::size_t b) { return distance[a] > distance[b]; });
  Drawn drawn{{}, {order.begin(), cut}};
  std::vector<std::size_t> rest(cut, order.end());
  std::ranges::sort(rest);
  const std::size_t stride = rest.size() / most_usual + 1;
  std::vector<std::size_t> turns(measurement.contenders.size());  // by contender: the samples of a round repeat its order
  for (const std::size_t i : rest)
    if (turns[measurement.samples[i].contender]++ % stride == 0) drawn.usual.push_back(i);
  return drawn;
}

class TimeStrip {
 public:
  TimeStrip(const Group& group, const Series& series)
      : group_(group), measurement_(*group.measurement), series_(series), timeline_(measurement_), drawn_(drawn(group)) {
    Extent seconds;
    for (const Timeline::Stretch& stretch : timeline_.stretches()) {
      seconds.include(stretch.begin);
      seconds.include(stretch.end);
    }
    x_ = spanning(seconds, 62, wide_width - 20);
  }

  std::string draw() const {
    const Panels all = panels(group_);
    std::string marks;
    double bottom = 0;
    for (const std::vector<std::size_t>* contenders : {&all.near, &all.far}) {
      if (contenders->empty()) continue;
      const double top = bottom + 30;
      bottom = top + (contenders == &all.near ? 200 : 110);
      marks += panel(*contenders, top, bottom);
    }
    if (marks.empty()) return element("p", "no pass took a time that the clock shows", "missing");
    std::vector<std::string> names = names_of(group_, all.near);
    for (const std::string& name : names_of(group_, all.far)) names.push_back(name);
    return series_.legend(names) + drawing(wide_width, bottom + 40, "wide", std::string{"times of passes, "} + group_.title,
                                           marks + horizontal_axis(x_, bottom, bottom, x_title(), 10));
  }

 private:
  std::string x_title() const { return timeline_.stretches().size() > 1 ? "time, launches one after the other [s]" : "time [s]"; }

  std::string panel(const std::vector<std::size_t>& contenders, double top, double bottom) const {
    const auto holds = [&](std::size_t sample) {
      return std::ranges::find(contenders, measurement_.samples[sample].contender) != contenders.end();
    };
    Extent times;
    for (const std::vector<std::size_t>* samples : {&drawn_.usual, &drawn_.outliers})
      for (const std::size_t i : *samples)
        if (holds(i)) times.include(measurement_.pass_us(measurement_.samples[i]));
    const bool logarithmic = times.high() > 4 * times.low();
    const Scale y = spanning(logarithmic ? times : padded(times, 0.04), bottom, top, logarithmic);
    std::string marks = background(top, bottom);
    marks += vertical_axis(y, x_.from, x_.to, logarithmic ? "pass [us], logarithmic" : "pass [us]", logarithmic ? 6 : 4);
    for (const std::size_t contender : contenders) marks += usual(contender, y);
    for (const std::size_t i : drawn_.outliers)
      if (holds(i)) marks += outlier(measurement_.samples[i], y);
    return marks;
  }

  /// Where the device was warming up, and where another launch begins.
  std::string background(double top, double bottom) const {
    std::string marks;
    for (const Timeline::Stretch& stretch : timeline_.stretches()) {
      const double begin = x_(stretch.begin);
      const double steady = x_(stretch.steady);
      if (stretch.warm_up > 0)
        marks += box(begin, top, steady, bottom, "warm_up",
                     std::string{"warm-up: "} + std::to_string(stretch.warm_up) + " rounds that do not count") +
                 line(steady, top, steady, bottom, "cut");
      if (stretch.launch > 0)
        marks += line(begin, top, begin, bottom, "launch", std::string{"launch "} + std::to_string(stretch.launch + 1));
    }
    return marks;
  }

  std::string usual(std::size_t contender, const Scale& y) const {
    const std::string name = group_.name(contender);
    std::string marks;
    for (const std::size_t i : drawn_.usual) {
      const Sample& sample = measurement_.samples[i];
      if (sample.contender == contender) marks += series_.mark(name, x_(timeline_.at(sample)), y(measurement_.pass_us(sample)), 2);
    }
    return marks.empty() ? "" : page::group(series_.css(name), path(marks, "mark faint", name));
  }

  std::string outlier(const Sample& sample, const Scale& y) const {
    const std::string name = group_.name(sample.contender);
    const double pass = measurement_.pass_us(sample);
    return page::group(series_.css(name), path(series_.mark(name, x_(timeline_.at(sample)), y(pass), 2), "mark faint",
                                               name + (sample.control ? " (control)" : "") + ", round " + std::to_string(sample.round + 1) +
                                                   ": " + digits(pass) + " us"));
  }

  const Group& group_;
  const Measurement& measurement_;
  const Series& series_;
  Timeline timeline_;
  Drawn drawn_;
  Scale x_;
};

}  // namespace anechain::report::page
