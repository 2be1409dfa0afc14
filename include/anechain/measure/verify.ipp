// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <anechain/devices/host.hpp>
#include <anechain/measure/verify.hpp>

namespace anechain::detail {

/// The largest finite magnitude.
inline double largest(const std::vector<float>& numbers) {
  double most = 0;
  for (const float number : numbers) {
    const double magnitude = std::abs(static_cast<double>(number));
    if (magnitude <= static_cast<double>(std::numeric_limits<float>::max())) most = std::max(most, magnitude);
  }
  return most;
}

ANECHAIN_INLINE std::string at_port(std::size_t node, const flow::NodeFacts& facts, const char* role, std::size_t port) {
  const std::span<const mil::Port> ports = role[0] == 'r' ? facts.outputs() : facts.inputs();
  std::string text = (facts.kernel != nullptr ? "kernel " : "step ") + std::to_string(node) + " (" + std::string{facts.title()} + ")";
  if (ports.size() > 1) text += " " + std::string{role} + " '" + std::string{ports[port].name} + "'";
  return text;
}

ANECHAIN_INLINE void require_close(const std::vector<float>& got, const std::vector<float>& expected, std::size_t node,
                                   const flow::NodeFacts& facts, std::size_t port) {
  const double tolerance = verification_tolerance * largest(expected);
  for (std::size_t i = 0; i < got.size(); ++i)
    if (got[i] != expected[i] && !(std::abs(static_cast<double>(got[i]) - static_cast<double>(expected[i])) <= tolerance))
      throw VerificationError(at_port(node, facts, "result", port) + " gave " + std::to_string(got[i]) + " at element " +
                              std::to_string(i) + ", expected " + std::to_string(expected[i]));
}

ANECHAIN_INLINE void require_moved(std::span<const float> given, const std::vector<float>& taken, const std::string& behind) {
  const auto [gave, took] = std::ranges::mismatch(given, taken);
  if (gave == given.end()) return;
  throw VerificationError("the link behind " + behind + " did not move its data: " + std::to_string(*gave) + " was given, " +
                          std::to_string(*took) + " arrived at element " + std::to_string(gave - given.begin()));
}

ANECHAIN_INLINE std::vector<std::vector<float>> results_of_step(const flow::StepFacts& step,
                                                                const std::vector<std::vector<float>>& inputs) {
  const HostDevice host;
  std::vector<host::Surface> in = surfaces_for(host, step.inputs);
  std::vector<host::Surface> out = surfaces_for(host, step.outputs);
  std::vector<flow::Tensor> tensors;
  for (std::size_t i = 0; i < in.size(); ++i) {
    write(in[i], std::span<const float>{inputs[i]});
    tensors.emplace_back(in[i].type(), in[i].lock(Access::read).bytes().data());
  }
  for (const host::Surface& surface : out) tensors.emplace_back(surface.type(), surface.lock(Access::write).bytes().data());
  const std::span<const flow::Tensor> all{tensors};
  step.run(all.first(in.size()), all.subspan(in.size()));
  std::vector<std::vector<float>> results;
  for (host::Surface& surface : out) results.push_back(read(surface));
  return results;
}

}  // namespace anechain::detail
