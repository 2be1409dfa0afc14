// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/devices/clock.hpp>
#include <anechain/devices/device.hpp>
#include <anechain/devices/host/memory.hpp>
#include <anechain/devices/host/plan.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain {
namespace host {

/// Memory in the ANE's layout. Locks cost nothing here.
class Surface {
 public:
  /// Zeroed, at a multiple of 64 bytes. Throws DeviceError where there is not so much memory.
  explicit Surface(const mil::TensorType& type)
      : type_(type), size_(static_cast<std::size_t>(type.surface_bytes())), memory_(zeroed(size_, "a surface of " + to_string(type))) {}
  Surface(Surface&&) = default;
  Surface& operator=(Surface&&) = default;

  const mil::TensorType& type() const { return type_; }

  /// For either access the same; it keeps nobody out.
  MemoryLock lock(Access) const { return MemoryLock{{memory_.get(), size_}}; }

 private:
  friend class Request;

  mil::TensorType type_;
  std::size_t size_;  ///< told by the type, but computing it takes as long as copying a kilobyte
  Memory memory_;
};

/// A planned program.
class Program {
 public:
  /// Shares the plan, which is not null.
  explicit Program(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  Program(Program&&) = default;
  Program& operator=(Program&&) = default;

  /// In alphabetical order of their names, as a request takes them.
  ///@{
  std::span<const Port> inputs() const { return plan_->inputs(); }
  std::span<const Port> outputs() const { return plan_->outputs(); }
  ///@}

  /// What its requests run. It lives as long as the program or one of them.
  const Plan& plan() const { return *plan_; }

 private:
  friend class Request;

  std::shared_ptr<const Plan> plan_;
};

/// A program, the surfaces that it reads and writes, and the memory it works in.
class Request {
 public:
  /// Throws DeviceError where the surfaces are not as many, or not of the types, that the program has.
  Request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs);
  Request(Request&&) = default;
  Request& operator=(Request&&) = default;

  /// See Device. It has the memory of one evaluation: two threads take two requests.
  void evaluate() const {
    Cell* const cells = reinterpret_cast<Cell*>(scratch_.get());
    for (const Binding& input : inputs_) load(input, cells + input.scratch);
    plan_->run(cells);
    for (const Binding& output : outputs_) store(cells + output.scratch, output);
  }

 private:
  struct Binding {
    mil::TensorType type;
    std::size_t scratch;
    Memory memory;
  };

  static void bind(std::span<const Port> ports, std::span<Surface* const> surfaces, const char* role, std::vector<Binding>& to);

  /// A surface's rows to cells, and back.
  ///@{
  static void load(const Binding& from, Cell* cells);
  static void store(Cell* cells, const Binding& to);
  ///@}

  std::shared_ptr<const Plan> plan_;
  std::vector<Binding> inputs_;
  std::vector<Binding> outputs_;
  Memory scratch_;
};

}  // namespace host

/// The CPU as a device: executes MIL text and weight blobs, everywhere. Half precision in storage, single precision in
/// accumulation, one rounding an operation. It uses the widest vectors that the processor has, and the calling thread alone, unless it is
/// given a second one: measurements want quiet.
class HostDevice {
 public:
  using Surface = host::Surface;
  using Program = host::Program;
  using Request = host::Request;

  HostDevice() = default;

  /// With two threads the second takes half of each large product, for one request at a time; results are the same. Throws DeviceError for
  /// other numbers than 1 and 2.
  explicit HostDevice(int threads);

  /// "host: AMD EPYC 9354, AVX-512", and "two threads" where it has them.
  std::string name() const;

  /// See Device.
  Surface surface(const mil::TensorType& type) const { return Surface{type}; }

  /// The function called main, or the only one.
  Program compile(std::string_view text, std::span<const std::byte> blob) const;

  /// A function of a program that may name several weight files; an empty name means the one called main, or the only one.
  Program compile(std::string_view text, const mil::WeightFiles& files, std::string_view function) const;

  /// See Device. A request keeps the program's plan and the memory of its surfaces alive.
  Request request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs) const {
    return {program, inputs, outputs};
  }

  /// See Device.
  void evaluate(const Request& request) const { request.evaluate(); }

  /// The MachineClock's.
  std::chrono::nanoseconds now() const { return MachineClock::now(); }

 private:
  std::shared_ptr<host::Helper> helper_;
};

static_assert(Device<HostDevice>);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/devices/host.ipp>
#endif
