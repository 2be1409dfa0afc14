// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <time.h>

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
        for (const auto& [counter, value] : run.counters) samples[name + ": " + counter].push_back(value.value);
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

/// Seconds of the processor that this thread had: others on the machine do not change them.
inline double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

inline double real_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Two ways to do the same thing, in turns within each iteration (ours, theirs, theirs, ours), so that what changes on the machine changes
/// both. A repetition's counters are "ours" and "theirs", seconds for one of the `batch` times that each is done at once, and "ratio".
template <class Ours, class Theirs>
void in_turns(benchmark::State& state, int batch, double (*seconds)(), Ours ours, Theirs theirs) {
  double spent[2]{};
  const auto time = [&](double& sum, auto& way) {
    const double start = seconds();
    for (int i = 0; i < batch; ++i) way();
    sum += seconds() - start;
  };
  for (auto _ : state) {
    time(spent[0], ours);
    time(spent[1], theirs);
    time(spent[1], theirs);
    time(spent[0], ours);
  }
  const double times = 2.0 * batch * static_cast<double>(state.iterations());
  state.counters["ours"] = spent[0] / times;
  state.counters["theirs"] = spent[1] / times;
  state.counters["ratio"] = spent[0] / spent[1];
}
