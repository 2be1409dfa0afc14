// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/report/html/text.hpp>

/// Scales, axes and marks of a drawing.
namespace anechain::report::page {

/// The range of numbers; what is not finite is no number.
class Extent {
 public:
  void include(double number) {
    if (!std::isfinite(number)) return;
    low_ = std::min(low_, number);
    high_ = std::max(high_, number);
  }
  bool empty() const { return low_ > high_; }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

/// Where numbers stand in a drawing. Those out of range stand at its edge.
struct Scale {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;
  bool logarithmic = false;

  double operator()(double number) const { return from + std::clamp(share(number), 0.0, 1.0) * (to - from); }
  bool holds(double number) const { return low <= number && number <= high; }

 private:
  double share(double number) const { return logarithmic ? std::log(number / low) / std::log(high / low) : (number - low) / (high - low); }
};

/// A scale for an extent, whatever it is: of a single number, of none.
inline Scale spanning(const Extent& extent, double from, double to, bool logarithmic = false) {
  Scale scale{extent.low(), extent.high(), from, to, logarithmic};
  if (extent.empty() || (logarithmic && scale.low <= 0)) return {logarithmic ? 1.0 : 0.0, 10, from, to, logarithmic};
  if (scale.high - scale.low > 1e-9 * std::abs(scale.high)) return scale;
  const double around = scale.high == 0 ? 1 : 0.1 * std::abs(scale.high);
  scale.low -= around;
  scale.high += around;
  return scale;
}

/// An extent with a margin on either side, as a share of it.
inline Extent padded(const Extent& extent, double share) {
  Extent wider = extent;
  wider.include(extent.low() - share * (extent.high() - extent.low()));
  wider.include(extent.high() + share * (extent.high() - extent.low()));
  return wider;
}

/// The next of 1, 2, 5, 10, 20...
inline double round_step(double least) {
  const double magnitude = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * magnitude >= least * (1 - 1e-9)) return factor * magnitude;
  return 10 * magnitude;
}

/// Round numbers of a scale, about so many.
inline std::vector<double> ticks(const Scale& scale, std::size_t about) {
  std::vector<double> all;
  const double decades = scale.logarithmic ? std::log10(scale.high / scale.low) : 0;
  if (decades >= 1) {
    const std::vector<double> mantissas = 3 * decades <= real(about) + 1 ? std::vector{1.0, 2.0, 5.0} : std::vector{1.0};
    const double stride = std::max(1.0, std::ceil(decades / real(about)));
    for (double power = std::floor(std::log10(scale.low)); power <= std::log10(scale.high); power += stride)
      for (const double mantissa : mantissas)
        if (const double tick = mantissa * std::pow(10.0, power); scale.holds(tick)) all.push_back(tick);
    return all;
  }
  const double step = round_step((scale.high - scale.low) / real(about));
  for (double multiple = std::ceil(scale.low / step - 1e-9); multiple * step <= scale.high * (1 + 1e-12) && all.size() < 4 * about;
       ++multiple)
    all.push_back(multiple * step);
  return all;
}

/// "0.5", "200", "20k".
inline std::string tick_label(double number) {
  const double magnitude = std::abs(number);
  if (magnitude >= 1e9) return trimmed(number / 1e9, 3) + "G";
  if (magnitude >= 1e6) return trimmed(number / 1e6, 3) + "M";
  if (magnitude >= 1e4) return trimmed(number / 1e3, 3) + "k";
  const int leading = magnitude > 0 ? static_cast<int>(std::floor(std::log10(magnitude))) : 0;
  return trimmed(number, std::clamp(3 - leading, 0, 12));
}

inline std::string attribute(std::string_view name, double value) {
  return std::string{" "} + std::string{name} + "=\"" + coordinate(value) + "\"";
}

inline std::string class_of(std::string_view css) { return css.empty() ? "" : std::string{" class=\""} + std::string{css} + "\""; }

/// The end of a mark, with what a pointer resting on it shows.
inline std::string ended(std::string_view tag, std::string_view title) {
  return title.empty() ? "/>" : std::string{"><title>"} + escaped(title) + "</title></" + std::string{tag} + ">";
}

inline std::string line(double x1, double y1, double x2, double y2, std::string_view css, std::string_view title = {}) {
  return std::string{"<line"} + class_of(css) + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
         ended("line", title);
}

inline std::string box(double left, double top, double right, double bottom, std::string_view css, std::string_view title = {}) {
  return std::string{"<rect"} + class_of(css) + attribute("x", std::min(left, right)) + attribute("y", std::min(top, bottom)) +
         attribute("width", std::abs(right - left)) + attribute("height", std::abs(bottom - top)) + ended("rect", title);
}

inline std::string path(std::string_view data, std::string_view css, std::string_view title = {}) {
  return std::string{"<path"} + class_of(css) + " d=\"" + std::string{data} + "\"" + ended("path", title);
}

inline std::string words(double x, double y, std::string_view text, std::string_view css = {}) {
  return std::string{"<text"} + class_of(css) + attribute("x", x) + attribute("y", y) + ">" + escaped(text) + "</text>";
}

/// Marks that belong together, with what a pointer that rests on them shows, or who reaches them by keyboard hears.
inline std::string group(std::string_view css, std::string_view inside, std::string_view title = {}, std::string_view id = {}) {
  std::string text = "<g" + class_of(css);
  if (!id.empty()) text += " id=\"" + escaped(id) + "\"";
  if (!title.empty())
    text += " tabindex=\"0\" role=\"img\" aria-label=\"" + escaped(title) + "\"><title>" + escaped(title) + "</title>";
  else
    text += ">";
  return text + std::string{inside} + "</g>";
}

inline std::string pair(double x, double y) { return coordinate(x) + " " + coordinate(y); }

/// A drawing that is as wide as there is room, within what its class allows.
inline std::string drawing(double width, double height, std::string_view css, std::string_view label, std::string_view inside) {
  return std::string{"<div class=\"scroll\"><svg class=\""} + std::string{css} + "\" viewBox=\"0 0 " + pair(width, height) +
         "\" role=\"group\" aria-label=\"" + escaped(label) + "\">" + std::string{inside} + "</svg></div>\n";
}

/// Widths of drawings.
///@{
inline constexpr double narrow_width = 360;  // fits a phone
inline constexpr double wide_width = 920;    // scrolls there
///@}

/// The horizontal axis of a panel: rules through it, numbers below it, and what they are.
inline std::string horizontal_axis(const Scale& x, double top, double bottom, std::string_view title, std::size_t about) {
  std::string marks;
  for (const double tick : ticks(x, about)) {
    marks += line(x(tick), top, x(tick), bottom, "grid");
    marks += words(x(tick), bottom + 15, tick_label(tick), "middle");
  }
  return title.empty() ? marks : marks + words((x.from + x.to) / 2, bottom + 31, title, "middle soft");
}

/// The vertical axis of a panel, its title above it.
inline std::string vertical_axis(const Scale& y, double left, double right, std::string_view title, std::size_t about) {
  std::string marks;
  for (const double tick : ticks(y, about)) {
    marks += line(left, y(tick), right, y(tick), "grid");
    marks += words(left - 6, y(tick) + 4, tick_label(tick), "end");
  }
  return marks + words(4, std::min(y.from, y.to) - 10, title, "soft");
}

}  // namespace anechain::report::page
