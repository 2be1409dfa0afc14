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
#include <anechain/devices/host/micro_kernel.hpp>
#include <anechain/devices/host/plan.hpp>
#include <anechain/support/machine.hpp>

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
  Request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs) : plan_(program.plan_) {
    bind(plan_->inputs(), inputs, "input", inputs_);
    bind(plan_->outputs(), outputs, "output", outputs_);
    scratch_ = zeroed(plan_->scratch_bytes(), "a program's scratch memory");
  }
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

  static void bind(std::span<const Port> ports, std::span<Surface* const> surfaces, const char* role, std::vector<Binding>& to) {
    require_fit(ports, surfaces, role);
    for (std::size_t i = 0; i < ports.size(); ++i) to.push_back({ports[i].type, ports[i].scratch, surfaces[i]->memory_});
  }

  /// Calls `row(bytes of the surface's row, first cell, count)`, with as many rows at once as lie packed.
  template <class Row>
  static void for_each_row(const mil::TensorType& type, std::byte* memory, Cell* cells, Row row) {
    const bool packed = type.surface_bytes() == type.packed_bytes();
    const auto length = static_cast<std::size_t>(packed ? type.elements() : type.row_elements());
    for (std::int64_t left = packed ? 1 : type.rows(); left > 0; --left, memory += type.row_bytes(), cells += length)
      row(memory, cells, length);
  }

  static void load(const Binding& from, Cell* cells) {
    for_each_row(from.type, from.memory.get(), cells,
                 [&](std::byte* row, Cell* to, std::size_t count) { to_cells(from.type.dtype, row, to, count); });
  }

  static void store(Cell* cells, const Binding& to) {
    for_each_row(to.type, to.memory.get(), cells,
                 [&](std::byte* row, Cell* from, std::size_t count) { from_cells(to.type.dtype, from, row, count); });
  }

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
  explicit HostDevice(int threads) : helper_(threads == 2 ? std::make_shared<host::Helper>() : nullptr) {
    if (threads < 1 || threads > 2) throw DeviceError("the host device runs on 1 or 2 threads, not " + std::to_string(threads));
  }

  /// "host: AMD EPYC 9354, AVX-512", and "two threads" where it has them.
  std::string name() const {
    return "host: " + machine::processor() + ", " + host::micro_kernels().front().name + (helper_ != nullptr ? ", two threads" : "") +
           (optimised ? "" : ", compiled without optimisation: its times mean nothing");
  }

  /// See Device.
  Surface surface(const mil::TensorType& type) const { return Surface{type}; }

  /// The function called main, or the only one.
  Program compile(std::string_view text, std::span<const std::byte> blob) const {
    const auto the_blob = [blob](std::string_view) { return blob.empty() ? std::nullopt : std::optional{blob}; };
    return compile(text, the_blob, {});
  }

  /// A function of a program that may name several weight files; an empty name means the one called main, or the only one.
  Program compile(std::string_view text, const mil::WeightFiles& files, std::string_view function) const {
    return Program{std::make_shared<host::Plan>(text, files, function, helper_)};
  }

  /// See Device. A request keeps the program's plan and the memory of its surfaces alive.
  Request request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs) const {
    return {program, inputs, outputs};
  }

  /// See Device.
  void evaluate(const Request& request) const { request.evaluate(); }

  /// The MachineClock's.
  std::chrono::nanoseconds now() const { return MachineClock::now(); }

 private:
#if defined(__OPTIMIZE__)
  static constexpr bool optimised = true;
#else
  static constexpr bool optimised = false;
#endif

  std::shared_ptr<host::Helper> helper_;
};

static_assert(Device<HostDevice>);

}  // namespace anechain
