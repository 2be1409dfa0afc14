// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/experiment/report.hpp>
#include <anechain/experiment/report/html/series.hpp>
#include <anechain/experiment/report/rows.hpp>
#include <anechain/experiment/scaling.hpp>

/// What a pass is made of, by the cost model.
namespace anechain::report::page {

inline std::string term_css(std::size_t term) { return std::string{"t"} + std::to_string(term); }

/// A pass of one contender: what each term of the model gives, and what was measured.
struct Composition {
  std::string name;
  std::array<double, cost_terms.size()> us{};
  double measured_us = 0;

  double total() const {
    double sum = 0;
    for (const double part : us) sum += part;
    return sum;
  }
};

inline Composition composition(const Measurement& measurement, const Scaling& scaling, std::size_t at) {
  const std::array<double, cost_terms.size()> amounts = cost_amounts(measurement.contenders[at]);
  Composition parts{.name = short_name(measurement, at), .us = {}, .measured_us = scaling.pass_us[at]};
  for (const FittedTerm& fitted : scaling.decomposition->terms)
    if (const double us = fitted.cost.value * amounts[fitted.term]; std::isfinite(us)) parts.us[fitted.term] = std::max(0.0, us);
  return parts;
}

/// The contenders of a kernel's longest chain.
inline std::vector<Composition> compositions(const Measurement& measurement, const Scaling& scaling, const Implied& of) {
  std::vector<Composition> all;
  for (const std::size_t c : measurement.group(of.contender))
    if (std::isfinite(scaling.pass_us[c])) all.push_back(composition(measurement, scaling, c));
  return all;
}

/// The numbers of a bar. Copies are what is asked for, and may be too little to be seen.
inline std::string summary(const Composition& parts) {
  const double copies = parts.us[3] + parts.us[4];
  return std::string{"model "} + digits(parts.total()) + " us" + (copies > 0 ? std::string{", copies "} + digits(copies) : "") +
         "; measured " + digits(parts.measured_us);
}

inline std::string bar(const Composition& parts, double light_us, const Scale& x, double top) {
  constexpr double height = 20;
  constexpr double room_for_label = 48;
  std::string marks;
  double begin = 0;
  for (std::size_t term = 0; term < parts.us.size(); ++term) {
    if (parts.us[term] <= 0) continue;
    const double end = begin + parts.us[term];
    const std::string share = percent(parts.us[term] / parts.total());
    marks += box(x(begin), top, x(end), top + height, std::string{"part "} + term_css(term),
                 parts.name + ", " + std::string{cost_terms[term].name} + ": " + digits(parts.us[term]) + " us, " + share + " of a pass");
    const double middle = (x(begin) + x(end)) / 2;
    const bool is_crossed = light_us > 0 && std::abs(x(light_us) - middle) < room_for_label / 2;
    if (x(end) - x(begin) > room_for_label && !is_crossed) marks += words(middle, top + 14, share, "middle inside");
    begin = end;
  }
  const auto upright = [&](double us) { return std::string{"M"} + pair(x(us), top - 3) + "v" + coordinate(height + 6); };
  if (light_us > 0 && x.holds(light_us))
    marks += path(upright(light_us), "halo") + path(upright(light_us), "light", std::string{"speed of light: "} + digits(light_us) + " us");
  return marks + path(upright(parts.measured_us), "measured", parts.name + ", measured: " + digits(parts.measured_us) + " us");
}

inline std::string composition_chart(const Report& report, const Measurement& measurement, const Scaling& scaling, const Implied& of) {
  constexpr double row = 46;
  const std::vector<Composition> all = compositions(measurement, scaling, of);
  Extent times;
  times.include(0);
  for (const Composition& parts : all) {
    times.include(1.03 * parts.total());
    times.include(1.03 * parts.measured_us);
  }
  const auto& light = report.environment.speed_of_light;
  const double light_us = light ? light->least_us(of.gflop * 1e9, 0) : 0;
  const Scale x = spanning(times, 8, narrow_width - 14);
  const double bottom = row * real(all.size()) + 4;
  std::string marks = horizontal_axis(x, bottom, bottom + 4, std::string{"pass of "} + std::to_string(of.length) + " kernels [us]", 6);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double top = row * real(i) + 20;
    marks += words(8, top - 7, shortened(all[i].name, 11), "strong");
    marks += words(narrow_width - 14, top - 7, summary(all[i]), "end soft tight");
    marks += bar(all[i], light_us, x, top);
  }
  return figure(of.kernel, drawing(narrow_width, bottom + 42, "narrow", std::string{"what a pass is made of, "} + of.kernel, marks));
}

inline std::string term_legend(const Report& report, const Decomposition& decomposition) {
  const auto item = [](std::string_view css, std::string_view inside, std::string_view text) {
    return element("li", std::string{"<svg viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">"} + path(inside, css) + "</svg>" + escaped(text));
  };
  std::string items;
  for (const FittedTerm& fitted : decomposition.terms)
    items += item(std::string{"part "} + term_css(fitted.term), "M-7-7h14v14h-14z", cost_terms[fitted.term].name);
  items += item("measured", "M0-8v16", "measured");
  if (report.environment.speed_of_light) items += item("light", "M0-8v16", "speed of light, by operations");
  return element("ul", items, "legend");
}

}  // namespace anechain::report::page
