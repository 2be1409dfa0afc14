// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <anechain/chain/strategy.hpp>
#include <anechain/kernels/kernel.hpp>

/// What an experiment observes, before anything is made of it.
namespace anechain {

/// One timed visit to a strategy: `Measurement::repeats` runs between two readings of the device's clock.
struct Sample {
  std::size_t round = 0;
  std::size_t slot = 0;      ///< position within the round
  std::size_t strategy = 0;  ///< position in Measurement::strategies
  std::chrono::nanoseconds start{};
  std::chrono::nanoseconds duration{};
};

/// A strategy's properties, and whether it may be believed.
struct MeasuredStrategy {
  std::string name;
  std::string executor;   ///< who submitted: the executor's description
  std::size_t lanes = 1;  ///< passes that one run does at once
  Work work = Work::all;
  bool fuses = false;
  bool copies = false;                 ///< whether a pass moves data over every link
  std::optional<std::string> failure;  ///< why it has no timing

  bool ok() const { return !failure; }
};

/// One chain under several strategies: the raw material of every estimate. A strategy that failed has no samples.
struct Measurement {
  std::string name;
  std::size_t length = 0;  ///< kernels in the chain
  mil::TensorType input;
  mil::TensorType output;
  std::int64_t flops = 0;       ///< of one pass
  Bytes bytes;                  ///< of all kernels of one pass
  std::int64_t link_bytes = 0;  ///< that all links of one pass together move, packed
  std::size_t repeats = 1;      ///< runs in one sample, the same for all strategies
  std::size_t rounds = 0;       ///< that were completed
  std::vector<MeasuredStrategy> strategies;
  std::vector<Sample> samples;

  std::size_t links() const { return length - 1; }
};

}  // namespace anechain
