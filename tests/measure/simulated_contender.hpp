// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/anechain.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// A chain on a simulated engine without its surfaces: thousands of experiments a second.
namespace simulation {

using namespace anechain;

/// The chain of measurement.md's simulations: twelve kernels, 30 us a pass, 180 us a kernel, 2 us a copy.
struct Chain12 {
  std::size_t kernels = 12;
  double gflop = 0;  ///< of each kernel
  double copied_mb = 0;
};
inline constexpr simulated::Costs usual_costs{.fixed_us = 30, .dispatch_us = 180, .copy_us = 2};

/// A strategy's passes.
class SimulatedContender final : public Contender {
 public:
  SimulatedContender(simulated::Timeline& time, const Chain12& chain, bool copies) : time_(time), chain_(chain), copies_(copies) {
    for (std::size_t k = 0; k < chain.kernels; ++k) tracks_.push_back(time.track());
  }

  void verify(std::uint64_t) override {}

  Sample time(std::size_t lead_in, std::size_t repeats) override {
    for (std::size_t i = 0; i < lead_in; ++i) pass();
    Sample sample;
    sample.start = time_.read();
    for (std::size_t i = 0; i < repeats; ++i) pass();
    sample.duration = time_.read() - sample.start;
    return sample;
  }

 private:
  void pass() {
    for (std::size_t k = 0; k < chain_.kernels; ++k) {
      if (!time_.charge_evaluation(chain_.gflop, tracks_[k])) throw PassError("simulated", k, "kernel", "it was told to fail");
      if (copies_ && k + 1 < chain_.kernels) time_.charge_copy(chain_.copied_mb);
    }
  }

  simulated::Timeline& time_;
  Chain12 chain_;
  bool copies_;
  std::vector<simulated::Track> tracks_;
};

class TimelineClock final : public DeviceClock {
 public:
  explicit TimelineClock(simulated::Timeline& time) : time_(time) {}
  std::chrono::nanoseconds now() override { return time_.read(); }
  void pause(std::chrono::nanoseconds duration) override { time_.idle(duration); }
  bool moves_by_itself() const override { return time_.costs().clock_read_ns > 0; }

 private:
  simulated::Timeline& time_;
};

/// The facts of a chain of simulated kernels.
inline MeasuredFlow flow_of(const std::string& name, const Chain12& chain) {
  MeasuredKernel kernel{.name = name + " kernel", .text = digest(name)};
  kernel.flops = std::llround(chain.gflop * 1e9);
  kernel.bytes.output = std::llround(chain.copied_mb * 1e6);
  const std::vector<MeasuredKernel> kernels(chain.kernels, kernel);
  return {name, kernels, kernels};
}

/// Contenders that are simulated, to be measured against each other.
struct SimulatedExperiment {
  simulated::Timeline& time;
  Measurement measurement{};
  std::vector<std::unique_ptr<Contender>> contenders{};

  void enter(const std::string& name, const MeasuredFlow& flow, const MeasuredStrategy& strategy, std::size_t baseline,
             const Chain12& chain) {
    measurement.contenders.push_back({.name = name, .label = {}, .flow = flow, .strategy = strategy, .baseline = baseline});
    contenders.push_back(std::make_unique<SimulatedContender>(time, chain, strategy.copies));
  }

  Measurement& run(const Protocol& protocol, std::uint64_t seed) {
    return run(protocol, seed, [](MeasurementSession& session) { Trial{session}.run(); });
  }

  /// The same with a protocol of the caller's, a function of a MeasurementSession.
  template <class Conduct>
  Measurement& run(const Protocol& protocol, std::uint64_t seed, Conduct conduct) {
    measurement.protocol = protocol;
    const RunControl control{.seed = seed};
    TimelineClock clock{time};
    MeasurementSession session{measurement, contenders, control, clock};
    conduct(session);
    return measurement;
  }
};

/// One experiment: so many strategies that copy, and the baseline.
inline SimulatedExperiment experiment_of(simulated::Timeline& time, std::size_t copying = 1, const Chain12& chain = {}) {
  SimulatedExperiment experiment{time};
  const MeasuredFlow flow = flow_of("simulated", chain);
  for (std::size_t i = 0; i < copying; ++i)
    experiment.enter(i > 0 ? "sequential" + std::to_string(i) : "sequential", flow, measured_strategy<Sequential>(), copying, chain);
  experiment.enter("run_only", flow, measured_strategy<RunOnly>(), copying, chain);
  return experiment;
}

/// The same, measured.
inline Measurement measure(const simulated::Costs& costs, const simulated::Noise& noise, const Protocol& protocol, std::uint64_t seed,
                           std::size_t copying = 1, const Chain12& chain = {}) {
  simulated::Timeline time{costs, noise, seed};
  return experiment_of(time, copying, chain).run(protocol, seed);
}

/// The copy's true share of a pass: a state that multiplies everything leaves it as it is.
inline double true_relative(const simulated::Costs& costs, const Chain12& chain = {}) {
  const auto n = static_cast<double>(chain.kernels);
  return (n - 1) * (costs.copy_us + chain.copied_mb * costs.us_per_mb) /
         (costs.fixed_us + n * (costs.dispatch_us + chain.gflop * costs.us_per_gflop));
}

}  // namespace simulation
