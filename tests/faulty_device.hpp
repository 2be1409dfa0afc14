// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/anechain.hpp>

#include <atomic>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

/// The host, but it fails, or computes wrongly, when it is told to.
class FaultyDevice : public anechain::HostDevice {
 public:
  static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

  struct Request {
    anechain::HostDevice::Request inner;
    Surface* output;
  };

  Request request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs) const {
    return {anechain::HostDevice::request(program, inputs, outputs), outputs[0]};
  }

  void evaluate(const Request& request) {
    const std::size_t call = evaluations++;
    if (call >= fail_from && call < fail_until) throw anechain::EvaluateError("injected: status=0x1d");
    if (call >= ignore_from) return;
    anechain::HostDevice::evaluate(request.inner);
    if (call >= spoil_from)
      anechain::write(*request.output,
                      std::span<const float>{std::vector<float>(static_cast<std::size_t>(request.output->type().elements()))});
  }

  std::atomic<std::size_t> evaluations{0};
  std::atomic<std::size_t> fail_from{never};
  std::atomic<std::size_t> fail_until{never};
  std::atomic<std::size_t> ignore_from{never};  ///< returns without computing, as if all were well
  std::atomic<std::size_t> spoil_from{never};   ///< leaves zeros in the output
};

static_assert(anechain::Device<FaultyDevice>);
