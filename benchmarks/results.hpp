// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <anechain/report/console.hpp>

/// What every benchmark says, in one form: tables for docs/performance.md, goals with the figures that were found, and the samples.
///
///     {"tables": {"transfers": [["bytes", "ratio"], ["4096", "1.00"]]},
///      "goals": [{"goal": "...", "figure": "...", "holds": true}],
///      "samples": {"memcpy/4096": [1.2e-7, ...]}}
class Results {
 public:
  using Rows = std::vector<std::vector<std::string>>;

  /// The first row is the heading.
  void table(const std::string& name, const Rows& rows) {
    json_["tables"][name] = rows;
    anechain::report::print_aligned(std::cout, rows);
    std::cout << '\n';
  }

  void goal(const std::string& words, const std::string& figure, bool holds) {
    json_["goals"].push_back({{"goal", words}, {"figure", figure}, {"holds", holds}});
    std::cout << (holds ? "met:     " : "NOT MET: ") << words << ": " << figure << '\n';
  }

  nlohmann::json& samples() { return json_["samples"]; }

  /// Where a library of a peer comes from, for the page.
  void version(const std::string& name, const std::string& version) { json_["versions"][name] = version; }

  /// To the file that the program was given, if any.
  void write(int argc, char** argv) const {
    if (argc < 2) return;
    std::ofstream file(argv[1]);
    file << json_.dump(1) << '\n';
    if (!file.flush()) throw std::runtime_error(std::string{"cannot write "} + argv[1]);
  }

 private:
  nlohmann::json json_ = {{"tables", nlohmann::json::object()}, {"goals", nlohmann::json::array()}};
};

/// Stops a benchmark whose result is wrong: what is not right is not timed.
inline void require(bool right, const std::string& what) {
  if (!right) throw std::runtime_error("wrong result: " + what);
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values.at(half) : (values.at(half - 1) + values.at(half)) / 2;
}

/// The repetition that nothing else on the machine disturbed.
inline double best(const std::vector<double>& seconds) { return std::ranges::min(seconds); }

/// A number with so many digits behind the point.
inline std::string fixed(double value, int digits = 2) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

/// Runs a benchmark program, and says where it fails.
template <class Program>
int run_program(Program program) {
  try {
    program();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "failed: " << error.what() << '\n';
    return 1;
  }
}
