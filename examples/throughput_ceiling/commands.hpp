// SPDX-License-Identifier: MIT
// The subcommands. Each returns the program's exit code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.hpp"

namespace program {

// Measures, and reports.
int run(const RunArguments& arguments, const std::vector<std::string>& command_line);

struct ReportArguments {
  std::string path;
  std::optional<std::string> estimator;
  std::optional<double> confidence_percent;
  std::optional<double> epsilon_percent;
  OutputPaths outputs;
};

// Makes every number anew from a file's samples.
int report(const ReportArguments& arguments);

struct CompareArguments {
  std::string first;
  std::string second;
  double confidence_percent = 95;
  double epsilon_percent = 0.5;
  bool fail_on_regression = false;
  bool strict = false;
  std::string html;
};

// Two files side by side.
int compare(const CompareArguments& arguments);

struct CollateArguments {
  std::vector<std::string> paths;
  std::string markdown, html;
};

// Reports of several machines in one table.
int collate(const CollateArguments& arguments);

// The same against the same: an experiment that finds a difference there cannot be trusted with others.
int selftest(const RunArguments& arguments);

// What was found of the Apple Neural Engine, and whether it works: for a bug report.
int doctor(const RunArguments& arguments);

// What a design would resolve, before hardware time is spent on it.
int plan(const RunArguments& arguments);

}  // namespace program
