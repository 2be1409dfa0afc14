// SPDX-License-Identifier: MIT
// What the command line says.
#pragma once

#include <anechain/anechain.hpp>

#include <algorithm>
#include <atomic>
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

// Something that the user asked for and that cannot be.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// "a,b" as {"a", "b"}. Throws UsageError if one of them is empty.
inline std::vector<std::string> parts(const std::string& flag, const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    all.push_back(text.substr(begin, end - begin));
    if (all.back().empty()) throw UsageError(flag + " '" + text + "': an empty value");
    begin = end + 1;
  }
  return all;
}

// The experiment of one chain, in the order in which the original has its first four strategies.
using Ceiling =
    ThroughputCeiling<flow::Traced, Sequential, RunOnly, TransferOnly, GcdSerial, GcdSequential, ZeroCopy, Overlapped<2>, Fused>;

// The three sizes of the original experiment: a test, a small network's, and a transformer's layers.
inline constexpr std::string_view original_configurations = "64x32,256x64,768x256";

// The widths of the stories15M and stories110M models, which ANE projects train.
inline constexpr std::string_view transformer_configurations = "288x64,768x64";

inline constexpr int regression_found = 1;
inline constexpr int usage_error = 2;
inline constexpr int not_conclusive = 3;
inline constexpr int was_interrupted = 130;

// What the kernels of a chain are: 1x1 convolutions, as in the original, or layers of a transformer.
enum class ChainKind { conv, transformer };

struct Size {
  std::string name;
  std::int64_t channels;
  std::int64_t spatial;
  ChainKind kind = ChainKind::conv;

  // Of a transformer, as in the Llama models: 8/3 of the width for the feed-forward layer, rounded up to a multiple of 32.
  std::int64_t hidden() const { return (channels * 8 / 3 + 31) / 32 * 32; }

  // Heads as wide as divides the channels, but at most 64.
  std::int64_t heads() const {
    std::int64_t width = std::min<std::int64_t>(64, channels);
    while (channels % width != 0) --width;
    return channels / width;
  }
};

// "768x256". The largest extent is the ANE's (65536 channels, 65536 wide on its newest chips).
inline Size parsed_size(const std::string& text, ChainKind kind) {
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
  return {kind == ChainKind::transformer ? "transformer " + text : text, number(std::string_view{text}.substr(0, cross)),
          number(std::string_view{text}.substr(cross + 1)), kind};
}

// Files that results go to, one for each of formats(); empty where there is none.
using OutputPaths = std::vector<std::string>;

// What is measured, where, how.
struct RunArguments {
  std::string device = "host";
  std::string preset = "m4-max";
  std::string route = "standard";
  std::uint32_t qos = 21;
  bool distinct = false;
  std::string framework;
  std::string chain = "conv";
  std::optional<std::string> configurations;
  std::size_t length = 12;
  std::string lengths;
  std::vector<std::string> filter;
  bool together = false;
  std::optional<std::size_t> rounds;
  std::optional<double> target_us;
  std::optional<double> budget_s;
  std::optional<std::size_t> launches;
  std::optional<std::string> history;
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
  std::string resume;                              // the report of a run to continue
  std::size_t process = 0;                         // number of this process, from 1; 0 if there is only one
  const Report* before = nullptr;                  // what was measured before the run was interrupted
  const std::atomic<bool>* interrupted = nullptr;  // true once the user wants to stop

  // The number that launches of this process have in the report.
  std::size_t launched_process() const { return std::max<std::size_t>(1, process); }

  bool is_interrupted() const { return interrupted != nullptr && interrupted->load(); }

  // How the measurement is made.
  Protocol made() const {
    Protocol made = quick ? Protocol::quick() : publish ? Protocol::publish() : Protocol{};
    if (rounds) made = made.with_rounds(*rounds);
    if (target_us) {
      made.target_us = *target_us;
      made.target_share = 0;
    }
    if (budget_s) made.budget = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{*budget_s});
    if (launches) made.launches = *launches;
    if (history) made.history = *named<History>(*history);
    if (no_gaps) made.gaps = false;
    made.seed = seed;
    made.confidence = confidence_percent / 100;
    made.epsilon = epsilon_percent / 100;
    made.estimator = *named<Estimator>(estimator);
    return made;
  }

  std::vector<Size> sizes() const {
    std::vector<Size> all;
    const ChainKind kind = chain == "transformer" ? ChainKind::transformer : ChainKind::conv;
    const std::string_view standard = kind == ChainKind::transformer ? transformer_configurations : original_configurations;
    for (const std::string& name : parts("--config", configurations.value_or(std::string{standard}))) {
      all.push_back(parsed_size(name, kind));
      if (std::ranges::count(all, all.back().name, &Size::name) > 1) throw UsageError("--config " + name + ": named twice");
    }
    return all;
  }

  // Chain lengths for the regression; none where it is not wanted.
  std::vector<std::size_t> chain_lengths() const {
    if (lengths == "none" || protocol == "original") return {};
    const std::string given = !lengths.empty() ? lengths : quick ? "2,12" : publish ? "1,2,4,8,12,16,24" : "1,2,4,8,12";
    std::vector<std::size_t> all;
    for (const std::string& text : parts("--lengths", given)) {
      std::size_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > 1000)
        throw UsageError("--lengths " + given + ": expected whole numbers from 1 to 1000, separated by commas, or none");
      if (!lengths.empty() || value <= length || publish) all.push_back(value);
    }
    return all;
  }
};

}  // namespace program
