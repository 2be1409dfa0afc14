// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/devices/device.hpp>
#include <anechain/mil/convert.hpp>
#include <anechain/mil/cost.hpp>
#include <anechain/mil/parse.hpp>
#include <anechain/support/random.hpp>

namespace anechain {
namespace simulated {

/// What things cost on a simulated engine, in microseconds. All zero by default: set what a question is about.
struct Costs {
  double fixed_us = 0;     ///< once between two readings of the clock, with the first evaluation: the fixed cost of a pass
  double dispatch_us = 0;  ///< each evaluation
  double us_per_gflop = 0;
  double copy_us = 0;    ///< each copy from surface to surface
  double us_per_mb = 0;  ///< of a copy, 10^6 bytes
  double lock_us = 0;    ///< each lock of a surface
  double hop_us = 0;     ///< each step that is handed to a queue
  double white = 0;      ///< standard deviation of each evaluation's duration, as a share of it
};

/// Virtual time: it moves only when something is charged. Shared by a device and its surfaces.
class Timeline {
 public:
  Timeline(const Costs& given, std::uint64_t seed) : costs(given), random_(seed) {}

  const Costs costs;

  void charge(double us) {
    const std::scoped_lock lock(mutex_);
    now_us_ += us;
  }

  void charge_evaluation(double gflop) {
    const std::scoped_lock lock(mutex_);
    const double us = costs.dispatch_us + gflop * costs.us_per_gflop + (clock_was_read_ ? costs.fixed_us : 0);
    clock_was_read_ = false;
    now_us_ += us * std::max(0.0, 1 + costs.white * random_.normal());
  }

  std::chrono::nanoseconds read() {
    const std::scoped_lock lock(mutex_);
    clock_was_read_ = true;
    return std::chrono::nanoseconds{std::llround(now_us_ * 1000)};
  }

 private:
  std::mutex mutex_;
  double now_us_ = 0;
  bool clock_was_read_ = true;
  Random random_;
};

/// FNV-1a over bytes: two different inputs or programs have different digests, for all that a test will see.
inline constexpr std::uint64_t digest_basis = 0xCBF29CE484222325;
inline std::uint64_t digest(std::span<const std::byte> bytes, std::uint64_t state = digest_basis) {
  for (const std::byte byte : bytes) state = (state ^ static_cast<std::uint64_t>(byte)) * 0x100000001B3;
  return state;
}

/// Memory in the ANE's layout whose locks and copies take virtual time.
class Surface {
 public:
  Surface(const mil::TensorType& type, std::shared_ptr<Timeline> time)
      : type_(type), bytes_(static_cast<std::size_t>(type.surface_bytes())), time_(std::move(time)) {}

  const mil::TensorType& type() const { return type_; }

  MemoryLock lock(Access) {
    time_->charge(time_->costs.lock_us);
    return MemoryLock{bytes_};
  }

  /// Told by transfers that copied another surface into this one.
  void copied_from(const Surface& from) {
    time_->charge(time_->costs.copy_us + static_cast<double>(from.type_.packed_bytes()) / 1e6 * time_->costs.us_per_mb);
  }

 private:
  friend class Request;

  mil::TensorType type_;
  std::vector<std::byte> bytes_;
  std::shared_ptr<Timeline> time_;
};

/// A program's cost, and a digest of its text and weights.
struct Program {
  double gflop = 0;
  std::uint64_t digest = 0;
};

/// A program bound to one input and one output.
class Request {
 public:
  Request(const Program& program, Surface& input, Surface& output) : program_(program), input_(&input), output_(&output) {}

  double gflop() const { return program_.gflop; }

  /// In place of arithmetic: numbers that depend on every byte of the input and of the program.
  void stamp() const {
    const mil::TensorType& type = output_->type_;
    Random random{digest(input_->bytes_, program_.digest)};
    std::vector<float> row(static_cast<std::size_t>(type.row_elements()));
    for (std::int64_t i = 0; i < type.rows(); ++i) {
      for (float& number : row) number = static_cast<float>(random.uniform(-1, 1));
      mil::encode(type.dtype, row.data(), output_->bytes_.data() + i * type.row_bytes(), row.size());
    }
  }

 private:
  Program program_;
  Surface* input_;
  Surface* output_;
};

}  // namespace simulated

/// An engine with a virtual clock and a cost model that is known: what an experiment should find on it is known too. It
/// does no arithmetic. Passes in flight at once are charged one after the other: it is one engine.
class SimulatedDevice {
 public:
  using Surface = simulated::Surface;
  using Program = simulated::Program;
  using Request = simulated::Request;
  /// Its results are stamps, so another one of its kind says what they should be, not the host.
  using ReferenceDevice = SimulatedDevice;

  explicit SimulatedDevice(const simulated::Costs& costs = {}, std::uint64_t seed = 1)
      : time_(std::make_shared<simulated::Timeline>(costs, seed)) {}

  std::string name() const { return "simulated engine"; }
  Surface surface(const mil::TensorType& type) const { return Surface{type, time_}; }

  /// Throws CompileError where the text is not a valid program.
  Program compile(std::string_view text, std::span<const std::byte> blob) const {
    try {
      return {static_cast<double>(mil::flops(mil::parse(text))) / 1e9,
              simulated::digest(blob, simulated::digest(std::as_bytes(std::span{text})))};
    } catch (const mil::ParseError& error) {
      throw CompileError(std::string{"MIL text, "} + error.what());
    }
  }

  /// Throws DeviceError for programs of several inputs or outputs.
  Request request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs) const {
    if (inputs.size() != 1 || outputs.size() != 1) throw DeviceError("the simulated engine runs programs of one input and one output");
    return {program, *inputs[0], *outputs[0]};
  }

  void evaluate(const Request& request) const {
    request.stamp();
    time_->charge_evaluation(request.gflop());
  }

  /// Told of every step that an executor handed to a queue.
  void hopped() const { time_->charge(time_->costs.hop_us); }

  std::chrono::nanoseconds now() const { return time_->read(); }

 private:
  std::shared_ptr<simulated::Timeline> time_;
};

static_assert(Device<SimulatedDevice>);

}  // namespace anechain
