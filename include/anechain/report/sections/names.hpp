// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <anechain/measure/measurement.hpp>
#include <anechain/report/document.hpp>

/// What sections call groups and contenders.
namespace anechain::report {

/// What a group is called: its baseline's chain.
inline const std::string& group_name(const Measurement& measurement, std::size_t baseline) {
  return measurement.contenders[baseline].flow.name;
}

/// A contender's name without that of its group, "sequential" of "768x256/sequential".
inline std::string short_name(const Measurement& measurement, std::size_t contender) {
  const MeasuredContender& one = measurement.contenders[contender];
  const std::string prefix = group_name(measurement, one.baseline) + "/";
  return one.name.starts_with(prefix) && one.name.size() > prefix.size() ? one.name.substr(prefix.size()) : one.name;
}

/// What identifies a contender in the ids of sections and the marks of plots: "m1-2" is the second one of the first measurement.
inline std::string mark_of(std::size_t measurement, std::size_t contender, const char* what = "") {
  return std::string{"m"} + std::to_string(measurement + 1) + "-" + what + std::to_string(contender + 1);
}

namespace detail {

/// An interval as a cell; empty if there is none.
inline Cell cell(const std::optional<statistics::Interval>& of) { return of ? Cell{*of} : Cell{}; }
inline Cell cell(const std::optional<double>& of) { return of ? Cell{*of} : Cell{}; }
inline Cell count(std::size_t number) { return static_cast<double>(number); }

/// A word of an enumeration as a cell.
template <EnumerationWithWords Enumeration>
Cell word(Enumeration value) {
  return Word{std::string{name_of(value)}};
}

template <class Item>
void append(std::vector<Item>& to, std::vector<Item> more) {
  for (Item& one : more) to.push_back(std::move(one));
}

}  // namespace detail

namespace detail {

constexpr std::string_view words_of_difference(Difference difference) {
  switch (difference) {
    case Difference::none: return "nothing";
    case Difference::label: return "its label";
    case Difference::strategy: return "its strategy";
    case Difference::programs: return "the number of its programs";
    case Difference::text: return "the text of a program";
    case Difference::types: return "the types of a program";
    case Difference::weights: return "the weight layout of a program";
    case Difference::parts: return "the kernels that are fused";
  }
  return {};
}

}  // namespace detail

}  // namespace anechain::report
