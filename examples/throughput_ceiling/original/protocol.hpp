// SPDX-License-Identifier: MIT
// The original experiment's protocol: blocks in a fixed order.
#pragma once

#include <anechain/measure/session.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace program {

// A protocol for Experiment::run(). Five passes of kernels come before the first block alone; then every contender is measured once, in a
// block, which is ten times as long if it only transfers. Nothing is verified before: that comes last, so that the cold start is the
// original's.
struct BlockProtocol {
  std::size_t passes = 50;  // of a block

  void operator()(anechain::MeasurementSession& session) const {
    constexpr std::size_t warm_up_passes = 5;
    constexpr std::size_t more_transfers = 10;
    using namespace anechain;
    if (const std::optional<std::size_t> base = session.first_baseline())
      for (std::size_t i = 0; i < warm_up_passes && session.try_out(*base, 0); ++i) {
      }
    Measurement& measurement = session.measurement();
    Launch& launch = session.launch();
    for (const std::size_t c : session.standing()) {
      const std::size_t count = passes * (measurement.contenders[c].strategy.work == Work::all ? 1 : more_transfers);
      launch.rounds = std::max(launch.rounds, count);
      for (std::size_t i = 0; i < count && session.is_good(c); ++i) {
        if (session.interrupted()) {
          launch.end = End::interrupted;
          break;
        }
        session.report({"measuring", i, count});
        const Sample sample{
            .round = static_cast<std::uint32_t>(i), .slot = static_cast<std::uint32_t>(c), .contender = static_cast<std::uint32_t>(c)};
        if (!session.visit(sample)) measurement.contenders[c].failure = measurement.failures.back().reason;
      }
    }
    session.verify("verifying", session.seed());
    session.drop_failed();
  }
};

// With the seed of another.
inline anechain::Protocol original_protocol(std::uint64_t seed) {
  anechain::Protocol protocol;
  protocol.order = anechain::Order::other;
  protocol.gaps = false;
  protocol.seed = seed;
  return protocol;
}

}  // namespace program
