// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/devices/simulated.hpp>
#include <anechain/mil/check.hpp>
#include <anechain/mil/convert.hpp>
#include <anechain/mil/cost.hpp>
#include <anechain/support/digest.hpp>
#include <anechain/support/random.hpp>

namespace anechain {
namespace simulated {

ANECHAIN_INLINE void Request::stamp() {
  std::uint64_t seed = program_.digest;
  for (const Surface* input : inputs_) seed = anechain::digest(input->bytes_, seed);
  for (std::size_t i = 0; i < outputs_.size(); ++i) stamp(*outputs_[i], seed + i);
}

ANECHAIN_INLINE void Request::stamp(Surface& output, std::uint64_t seed) {
  const mil::TensorType& type = output.type_;
  Random random{seed};
  const std::span<float> numbers = std::span{row_}.first(static_cast<std::size_t>(type.row_elements()));
  for (float& number : numbers) number = static_cast<float>(random.uniform(-1, 1));
  const auto stride = static_cast<std::size_t>(type.row_bytes());
  std::byte* const first = output.bytes_.data();
  mil::encode(type.dtype, numbers.data(), first, numbers.size());
  for (std::int64_t i = 1; i < type.rows(); ++i) {
    std::byte* const row = first + static_cast<std::size_t>(i) * stride;
    std::memcpy(row, first, stride);
    const auto number = static_cast<float>(random.uniform(-1, 1));
    mil::encode(type.dtype, &number, row, 1);
  }
}

}  // namespace simulated

ANECHAIN_INLINE std::vector<std::pair<std::string, std::string>> SimulatedDevice::settings() const {
  const simulated::Costs& costs = time_->costs();
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [what, value] :
       {std::pair{"fixed_us", costs.fixed_us}, std::pair{"dispatch_us", costs.dispatch_us}, std::pair{"us_per_gflop", costs.us_per_gflop},
        std::pair{"copy_us", costs.copy_us}, std::pair{"us_per_mb", costs.us_per_mb}, std::pair{"lock_us", costs.lock_us},
        std::pair{"hop_us", costs.hop_us}, std::pair{"clock_tick_ns", costs.clock_tick_ns},
        std::pair{"clock_read_ns", costs.clock_read_ns}})
    all.emplace_back(what, std::to_string(value));
  return all;
}

ANECHAIN_INLINE simulated::Program SimulatedDevice::compile(std::string_view text, std::span<const std::byte> blob) const {
  try {
    const mil::Graph graph = mil::parse_checked(text);
    if (graph.functions.empty()) throw CompileError("the program has no function");
    const mil::Function& function = graph.functions.front();
    return {static_cast<double>(mil::flops(graph, function)) / 1e9, anechain::digest(blob, anechain::digest(text)),
            program_ports(graph, graph.inputs_of(function)), program_ports(graph, graph.outputs_of(function))};
  } catch (const mil::ParseError& error) {
    throw CompileError(error);
  }
}

}  // namespace anechain
