// SPDX-License-Identifier: MIT
// Measures on any device: one source file instantiates it for each, since every strategy is compiled for every device.
#pragma once

#include <anechain/anechain.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measure.hpp"
#include "original/protocol.hpp"
#include "resume.hpp"

namespace program {

// Rejects what would not fit in memory before it is asked for: weights as blobs and widened, for the chain, for its
// reference and once more for the fused form; two surfaces and working memory a kernel for every strategy.
inline void require_memory(const Size& size, std::size_t length) {
  constexpr double bytes_per_weight = 20;
  constexpr double bytes_per_element = 12 * 9;
  const auto channels = static_cast<double>(size.channels);
  const auto spatial = static_cast<double>(size.spatial);
  const bool is_transformer = size.kind == ChainKind::transformer;
  const double weights =
      is_transformer ? channels * (4 * channels + 3 * static_cast<double>(size.hidden())) + spatial * spatial : channels * channels;
  const double elements =
      is_transformer ? spatial * (channels + static_cast<double>(size.hidden() + size.heads() * size.spatial)) : channels * spatial;
  const double needed = static_cast<double>(length) * (weights * bytes_per_weight + elements * bytes_per_element);
  const auto present = static_cast<double>(machine::memory());
  if (present > 0 && needed > present)
    throw UsageError("--config " + size.name + " --length " + std::to_string(length) + ": about " + report::scaled(needed, "B") +
                     " of memory needed, this machine has " + report::scaled(present, "B"));
}

inline flow::Traced chain_of(const Size& size, std::size_t length) {
  const std::string extents = std::to_string(size.channels) + ", " + std::to_string(size.spatial) + ">";
  const mil::TensorType input = mil::tensor(mil::fp16, 1, size.channels, 1, size.spatial);
  const auto block = [size](mil::Body& b, mil::Value x) { return transformer_block(b, x, size.hidden(), size.heads()); };
  const auto convolution = [size](mil::Body& b, mil::Value x) { return project(b, x, "W", size.channels); };
  return {size.name, [&](flow::Tracer& f) {
            flow::Value x = f.input({"x", input});
            for (std::size_t k = 0; k < length; ++k)
              x = size.kind == ChainKind::transformer ? f.run("TransformerBlock<" + extents, block, x)
                                                      : f.run("Conv1x1<" + extents, convolution, x);
            return x;
          }};
}

// A line on a terminal that says what is going on; nothing where stderr is not one.
class ProgressLine {
 public:
  ~ProgressLine() { clear(); }

  void show(std::string_view what, const Progress& progress) const {
    if (!visible_) return;
    std::cerr << "\r\033[K" << what << ": " << progress.stage << ' ' << progress.done << '/' << progress.total;
    if (progress.remaining)
      std::cerr << ", about " << std::chrono::duration_cast<std::chrono::seconds>(*progress.remaining).count() + 1 << " s left";
    std::cerr << std::flush;
  }

  void clear() const {
    if (visible_) std::cerr << "\r\033[K" << std::flush;
  }

 private:
  bool visible_ = isatty(STDERR_FILENO) != 0;
};

// The first four strategies, which are the original's.
inline std::vector<std::string> original_strategies() { return {Ceiling::strategy_names.begin(), Ceiling::strategy_names.begin() + 4}; }

// What the arguments ask for, on devices that `make_device` gives: one for everything, and for the original's protocol a
// new one, so that it has its own cold start.
template <class MakeDevice>
Report measure_on(const RunArguments& arguments, MakeDevice make_device) {
  std::vector<Size> sizes = arguments.sizes();
  const std::vector<std::size_t> lengths = arguments.chain_lengths();
  std::size_t longest = arguments.length;
  for (const std::size_t length : lengths) longest = std::max(longest, length);
  for (const Size& size : sizes) require_memory(size, longest);

  auto device = make_device();
  Report report{.environment = surroundings_of(device)};
  ExperimentOptions options{.protocol = arguments.made(), .filter = arguments.filter, .process = arguments.process};
  options.interrupted = arguments.interrupted;
  Random order{options.seed()};
  // Launches of one experiment have the same contenders in the same order; their rounds are in random order anyway.
  if (arguments.process > 0 && !arguments.together) order.shuffle(std::span{sizes});
  ProgressLine line;
  // Of the patterns, each experiment gets those that are of some of its contenders. It is left out if that is none.
  const auto run = [&](const auto& experiment, const std::string& name, ExperimentOptions with, auto... conduct) {
    const std::vector<std::string> names = experiment.names();
    const bool is_filtered = !with.filter.empty();
    std::erase_if(with.filter, [&](const std::string& pattern) {
      return std::ranges::none_of(names, [&](const std::string& one) { return matches(one, pattern); });
    });
    if (arguments.is_interrupted() || (is_filtered && with.filter.empty())) return;
    if (arguments.before != nullptr) {
      const auto rest = rest_of(*arguments.before, experiment.names(with), with.protocol, arguments.launched_process());
      if (!rest) return;
      with.protocol = rest->protocol;
      with.parts = rest->parts;
    }
    with.on_progress = [&](const Progress& progress) { line.show(name, progress); };
    report.append(experiment.run(with, conduct...));
  };
  if (arguments.protocol != "recommended") {
    ExperimentOptions original = options;
    original.protocol = original_protocol(options.protocol.seed);
    original.filter = original_strategies();
    auto fresh = make_device();
    for (const Size& size : sizes)
      run(Ceiling{size.name, chain_of(size, arguments.length)}.on(fresh), size.name, original, BlockProtocol{});
  }
  if (arguments.protocol == "original") return report;
  if (arguments.together) {
    Experiment experiment{device};
    for (const Size& size : sizes) Ceiling{size.name, chain_of(size, arguments.length)}.add_to(experiment);
    options.across = true;
    run(experiment, "all sizes", options);
  } else {
    for (const Size& size : sizes) run(Ceiling{size.name, chain_of(size, arguments.length)}.on(device), size.name, options);
  }
  if (!lengths.empty()) {
    Experiment experiment{device};
    for (const Size& size : arguments.sizes())
      add_chain_lengths(experiment, chain_of(size, *std::ranges::max_element(lengths)), lengths, run_only, sequential, fused);
    options.across = false;
    options.protocol = options.protocol.for_sweep(arguments.rounds.value_or(arguments.quick ? 24 : 60));
    run(experiment, "chain lengths", options);
  }
  return report;
}

// The baseline and its twin.
template <Device D>
Report measure_twins_on(const RunArguments& arguments, D device) {
  Report report{.environment = surroundings_of(device)};
  ProgressLine line;
  for (const Size& size : arguments.sizes()) {
    if (arguments.is_interrupted()) break;
    require_memory(size, arguments.length);
    ExperimentOptions options{.protocol = arguments.made()};
    options.interrupted = arguments.interrupted;
    options.on_progress = [&](const Progress& progress) { line.show(size.name, progress); };
    report.append(ThroughputCeiling<flow::Traced, RunOnly, Twin>{size.name, chain_of(size, arguments.length)}.run(device, options));
  }
  return report;
}

// Each in a source file of its own.
Report measure_on_ane(const RunArguments& arguments);
Report measure_on_host(const RunArguments& arguments);
Report measure_on_simulated(const RunArguments& arguments);
Report measure_twins_on_ane(const RunArguments& arguments);
Report measure_twins_on_host(const RunArguments& arguments);
Report measure_twins_on_simulated(const RunArguments& arguments);

}  // namespace program
