// What the command line says.
#pragma once

#include <anechain/anechain.hpp>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace program {

using namespace anechain;

// The strategies of the experiment, in the order in which the original has its first four.
using Experiment =
    ThroughputCeiling<TracedChain, Sequential, RunOnly, TransferOnly, GcdSerial, GcdSequential, ZeroCopy, Overlapped<2>, Fused>;

// The three sizes of the seed experiment: a test, a small network's, and a transformer's layers.
inline constexpr std::string_view seed_configurations = "64x32,256x64,768x256";

inline constexpr int regression_found = 1;
inline constexpr int usage_error = 2;
inline constexpr int not_conclusive = 3;
inline constexpr int was_interrupted = 130;

// Something that the user asked for and that cannot be.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Size {
  std::string name;
  std::int64_t channels;
  std::int64_t spatial;
};

// "768x256". The largest extent is the ANE's (65536 channels, 65536 wide on its newest chips).
inline Size parsed_size(const std::string& text) {
  constexpr std::int64_t most = 65'536;
  const auto number = [&](std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::invalid_argument || end != digits.data() + digits.size())
      throw UsageError("--config " + text + ": expected CHANNELSxSPATIAL, like 256x64");
    if (error != std::errc{} || value < 1 || value > most)
      throw UsageError("--config " + text + ": channels and spatial size must be between 1 and " + std::to_string(most));
    return value;
  };
  const std::size_t cross = text.find('x');
  if (cross == std::string::npos) throw UsageError("--config " + text + ": expected CHANNELSxSPATIAL, like 256x64");
  return {text, number(std::string_view{text}.substr(0, cross)), number(std::string_view{text}.substr(cross + 1))};
}

// CLI11 takes "nan" and "inf" for numbers within any range.
inline std::string require_digits(const std::string& text) {
  return text.find_first_not_of("0123456789.e+-") == std::string::npos ? std::string{} : "not a number: " + text;
}
inline const CLI::Validator digits_only{require_digits, ""};

// Where results go; empty for nowhere.
struct OutputPaths {
  std::string json, csv, samples, markdown, html;
};

inline void add_outputs(CLI::App& app, OutputPaths& paths) {
  const auto add = [&](const char* flag, std::string& path, const char* what) {
    app.add_option(flag, path, what)->type_name("FILE")->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  };
  add("--json", paths.json, "Write everything, with every sample, to this file");
  add("--csv", paths.csv, "Write one row a strategy");
  add("--samples", paths.samples, "Write every sample, one a row, comma-separated");
  add("--markdown", paths.markdown, "Write the tables as Markdown");
  add("--html", paths.html, "Write a page with pictures, complete in itself");
}

// What is measured, where, how.
struct RunArguments {
  std::string device = "host";
  std::string preset = "m4-max";
  std::string configurations{seed_configurations};
  std::size_t length = 12;
  std::string lengths;
  std::vector<std::string> strategies;
  std::optional<std::size_t> rounds;
  std::optional<double> target_us;
  std::optional<double> budget_s;
  std::optional<std::size_t> launches;
  std::optional<std::string> history;
  std::optional<std::size_t> lead_in;
  bool no_gaps = false;
  std::uint64_t seed = 42;
  double confidence_percent = 95;
  double epsilon_percent = 0.5;
  std::string estimator = "median";
  std::string protocol = "recommended";
  bool quick = false;
  bool publish = false;
  double peak_tflops = 0;
  double bandwidth = 0;
  bool strict = false;
  bool only_list = false;
  OutputPaths outputs;
  std::size_t launch = 0;  // which of several this process is

  // How the measurement is made.
  Protocol made() const {
    if (quick && publish) throw UsageError("--quick and --publish contradict each other");
    Protocol made = quick ? Protocol::quick() : publish ? Protocol::publish() : Protocol{};
    if (rounds) made = made.with_rounds(*rounds);
    if (target_us) {
      made.target_us = *target_us;
      made.target_share = 0;
    }
    if (budget_s) made.budget = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{*budget_s});
    if (launches) made.launches = *launches;
    if (history) made.lead_in = *history == "own" ? 1 : 0;
    if (lead_in) made.lead_in = *lead_in;
    if (no_gaps) made.gaps = false;
    made.seed = seed;
    made.confidence = confidence_percent / 100;
    made.epsilon = epsilon_percent / 100;
    made.estimator = estimator == "trim20" ? Estimator::trim20 : estimator == "mean" ? Estimator::mean : Estimator::median;
    return made;
  }

  std::vector<Size> sizes() const {
    std::vector<Size> all;
    for (const std::string& name : CLI::detail::split(configurations, ',')) {
      all.push_back(parsed_size(name));
      if (std::ranges::count(all, name, &Size::name) > 1) throw UsageError("--config " + name + ": named twice");
    }
    return all;
  }

  // Chain lengths for the regression; none where it is not wanted.
  std::vector<std::size_t> chain_lengths() const {
    if (lengths == "none" || protocol == "seed") return {};
    const std::string given = !lengths.empty() ? lengths : quick ? "2,12" : publish ? "1,2,4,8,12,16,24" : "1,2,4,8,12";
    std::vector<std::size_t> all;
    for (const std::string& text : CLI::detail::split(given, ',')) {
      std::size_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > 1000)
        throw UsageError("--lengths " + given + ": expected whole numbers from 1 to 1000, separated by commas, or none");
      if (!lengths.empty() || value <= length || publish) all.push_back(value);
    }
    return all;
  }
};

inline void add_experiment(CLI::App& app, RunArguments& run) {
  app.add_option("--device", run.device, "Where to run: host, or simulated (virtual time, known costs)")
      ->check(CLI::IsMember({"host", "simulated"}))
      ->capture_default_str();
  app.add_option("--preset", run.preset, "The simulated engine: m4-max, m1 or m5")
      ->check(CLI::IsMember({"m4-max", "m1", "m5"}))
      ->capture_default_str();
  app.add_option("--config", run.configurations, "Sizes to measure, CHANNELSxSPATIAL, separated by commas")->capture_default_str();
  app.add_option("--length", run.length, "Kernels in the chain")->check(CLI::Range(2, 1000))->capture_default_str();
  app.add_option("--seed", run.seed, "Seed of the schedule, the weights and the data")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--rounds", run.rounds, "Exactly so many rounds; otherwise a pilot of 48 decides, from 400 to 4000")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--budget", run.budget_s, "Seconds of measuring for each size, at most (20)")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 1e6));
  app.add_flag("--quick", run.quick, "A first look: 96 rounds, 3 s for each size");
  app.add_option("--confidence", run.confidence_percent, "Per cent, of all comparisons of a size together")
      ->check(digits_only)
      ->check(CLI::Range(50.0, 99.99))
      ->capture_default_str();
  app.add_option("--epsilon", run.epsilon_percent, "Per cent of a pass: the smallest effect of interest")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
}

inline void add_run(CLI::App& app, RunArguments& run) {
  add_experiment(app, run);
  app.add_option("--strategies", run.strategies, "Strategies to measure, separated by commas; all by default")->delimiter(',');
  app.add_option("--lengths", run.lengths, "Chain lengths for the regression and the cost model, or none (1,2,4,8,12)");
  app.add_option("--target", run.target_us, "Microseconds a link: the half-width that the pilot plans for")
      ->check(digits_only)
      ->check(CLI::Range(1e-6, 1e6));
  app.add_option("--launches", run.launches, "Processes, each with memory and programs of its own")->check(CLI::Range(1, 100));
  app.add_option("--history", run.history, "equal: every strategy follows every other; own: each follows itself (--lead-in 1)")
      ->check(CLI::IsMember({"equal", "own"}));
  app.add_option("--lead-in", run.lead_in, "Unmeasured passes of its own strategy before each measured one")->check(CLI::Range(0, 100));
  app.add_flag("--no-gaps", run.no_gaps, "No random pause before each round");
  app.add_option("--estimator", run.estimator, "median, trim20 or mean")
      ->check(CLI::IsMember({"median", "trim20", "mean"}))
      ->capture_default_str();
  app.add_option("--protocol", run.protocol, "recommended, seed (the original experiment's), or both")
      ->check(CLI::IsMember({"recommended", "seed", "both"}))
      ->capture_default_str();
  app.add_flag("--publish", run.publish, "For numbers that others will cite: five launches, history own, 60 s for each size");
  app.add_option("--peak-tflops", run.peak_tflops, "The most that the device computes, for the share of the speed of light")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--bandwidth", run.bandwidth, "The most that its memory gives, GB/s, for the same")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 1e6));
  app.add_flag("--strict", run.strict, "Exit code 3 where a comparison is unreliable or not conclusive");
  app.add_flag("--list", run.only_list, "List the strategies, sizes and presets, and end");
  app.add_option("--launch", run.launch)->group("");  // for the processes that --launches starts
  add_outputs(app, run.outputs);
}

}  // namespace program
