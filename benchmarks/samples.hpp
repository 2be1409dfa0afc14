// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

/// Seconds an iteration, one number a repetition, by the benchmark's name: the processor's, which others on the machine do not change, or
/// real ones where the benchmark says UseRealTime.
using Samples = std::map<std::string, std::vector<double>>;

/// Runs every registered benchmark so many times, for at least so many seconds each, in a random order of repetitions: what is compared
/// is measured side by side.
inline Samples run_benchmarks(int repetitions, double seconds) {
  struct Collect : benchmark::BenchmarkReporter {
    Samples samples;
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
      for (const Run& run : runs) {
        if (run.run_type != Run::RT_Iteration) continue;
        const std::string name = run.benchmark_name();
        const double seconds = name.ends_with("/real_time") ? run.real_accumulated_time : run.cpu_accumulated_time;
        samples[name].push_back(seconds / static_cast<double>(run.iterations));
      }
    }
  };
  std::string repeat = "--benchmark_repetitions=" + std::to_string(repetitions);
  std::string at_least = "--benchmark_min_time=" + std::to_string(seconds);
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  std::string name = "benchmark";
  char* arguments[] = {name.data(), repeat.data(), at_least.data(), interleave.data(), nullptr};
  int count = 4;
  benchmark::Initialize(&count, arguments);
  Collect collect;
  benchmark::RunSpecifiedBenchmarks(&collect);
  return collect.samples;
}
