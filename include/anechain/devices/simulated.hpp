// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/devices/device.hpp>
#include <anechain/devices/program_port.hpp>
#include <anechain/devices/simulated/presets.hpp>
#include <anechain/devices/simulated/timeline.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain {
namespace simulated {

/// Memory in the ANE's layout whose locks take virtual time.
class Surface {
 public:
  /// Zeroed. `time` is that of its device.
  Surface(const mil::TensorType& type, std::shared_ptr<Timeline> time)
      : type_(type), bytes_(static_cast<std::size_t>(type.surface_bytes())), time_(std::move(time)) {}

  const mil::TensorType& type() const { return type_; }

  /// Takes Costs::lock_us, its end included.
  MemoryLock lock(Access) {
    time_->charge(time_->costs().lock_us);
    return MemoryLock{bytes_};
  }

 private:
  friend class Request;

  mil::TensorType type_;
  std::vector<std::byte> bytes_;
  std::shared_ptr<Timeline> time_;
};

/// A program's cost and ports, and a digest of its text and weights.
struct Program {
  double gflop = 0;                    ///< 10^9 operations of one evaluation
  std::uint64_t digest = 0;            ///< results depend on it
  std::vector<ProgramPort> inputs{};   ///< in the alphabetical order of their names, as a request takes them
  std::vector<ProgramPort> outputs{};  ///< the same
};

/// A program bound to its inputs and results.
class Request {
 public:
  /// The surfaces must outlive it. A track is one request's alone.
  Request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs, const Track& track)
      : program_(program),
        inputs_(inputs.begin(), inputs.end()),
        outputs_(outputs.begin(), outputs.end()),
        track_(std::make_unique<Track>(track)) {
    std::size_t longest = 0;
    for (const Surface* output : outputs_) longest = std::max(longest, static_cast<std::size_t>(output->type_.row_elements()));
    row_.resize(longest);
  }

  /// The program's.
  double gflop() const { return program_.gflop; }

  /// Which request it is, and its slow state, which each evaluation changes.
  Track& track() const { return *track_; }

  /// In place of arithmetic: numbers that depend on every byte of every input, on the program and on which result it is.
  void stamp();

 private:
  /// All rows are the same but for their first number, so that a stamp costs little more than a copy.
  void stamp(Surface& output, std::uint64_t seed);

  Program program_;
  std::vector<Surface*> inputs_;
  std::vector<Surface*> outputs_;
  std::vector<float> row_;  ///< of a result, while it is made
  std::unique_ptr<Track> track_;
};

}  // namespace simulated

/// An engine with a virtual clock and a cost model that is known: what an experiment should find on it is known too. It
/// does no arithmetic. Passes in flight at once are charged one after the other, in the order in which they come: it is
/// one engine. The same seed gives the same times, where the passes come in the same order.
class SimulatedDevice {
 public:
  using Surface = simulated::Surface;
  using Program = simulated::Program;
  using Request = simulated::Request;
  /// Its results are stamps, so another one of its kind says what they should be, not the host.
  using ReferenceDevice = SimulatedDevice;

  /// Without noise, and so without anything that the seed could change.
  explicit SimulatedDevice(const simulated::Costs& costs = {}, std::uint64_t seed = 1) : SimulatedDevice(costs, {}, seed) {}

  /// The seed draws the noise.
  SimulatedDevice(const simulated::Costs& costs, const simulated::Noise& noise, std::uint64_t seed)
      : time_(std::make_shared<simulated::Timeline>(costs, noise, seed)) {}

  /// An engine like a measured one; its name says like which.
  SimulatedDevice(const simulated::Preset& preset, std::uint64_t seed) : SimulatedDevice(preset.costs, preset.noise, seed) {
    name_ += " like an " + std::string{preset.chip};
  }

  /// "simulated engine", or "simulated engine like an M4 Max".
  std::string name() const { return name_; }

  /// The truth: the costs that an experiment on it should find, as name and value.
  std::vector<std::pair<std::string, std::string>> settings() const;

  /// See Device. Its locks and copies are charged to this device.
  Surface surface(const mil::TensorType& type) const { return Surface{type, time_}; }

  /// Throws CompileError where the text is not a valid program.
  Program compile(std::string_view text, std::span<const std::byte> blob) const;

  /// Throws DeviceError if the surfaces are not as many, or not of the types, that the program has.
  Request request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs) const {
    require_fit(std::span<const ProgramPort>{program.inputs}, inputs, "input");
    require_fit(std::span<const ProgramPort>{program.outputs}, outputs, "output");
    return {program, inputs, outputs, time_->track()};
  }

  /// Throws EvaluateError for an evaluation that the noise makes fail; it took its time, and has no result.
  void evaluate(Request& request) const {
    if (!time_->charge_evaluation(request.gflop(), request.track())) throw EvaluateError("the simulated engine failed, as it was told to");
    request.stamp();
  }

  /// Takes Costs::copy_us and Costs::us_per_mb for the bytes of the surface that was moved, its rows' padding left out.
  void charge_move(const Surface& from, const Surface&) const { time_->charge_copy(static_cast<double>(from.type().packed_bytes()) / 1e6); }

  /// Takes Costs::us_per_mb for what a step of the CPU reads and writes: assumed, since nobody has published such steps.
  void charge_step(std::int64_t bytes) const { time_->charge(time_->costs().us_per_mb * static_cast<double>(bytes) / 1e6); }

  /// Takes Costs::hop_us.
  void charge_hop() const { time_->charge(time_->costs().hop_us); }

  /// Virtual time, from 0, in whole ticks. A reading takes its time too, and what is evaluated next begins a pass.
  std::chrono::nanoseconds now() const { return time_->read(); }

  /// Lets virtual time pass.
  void idle(std::chrono::nanoseconds duration) const { time_->idle(duration); }

 private:
  std::string name_ = "simulated engine";
  std::shared_ptr<simulated::Timeline> time_;
};

static_assert(DeviceOfVirtualTime<SimulatedDevice>);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/devices/simulated.ipp>
#endif
