// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/devices/surface.hpp>
#include <anechain/mil/error.hpp>

namespace anechain {

/// A program that a device rejects: what is wrong, and where in its text or weights.
struct CompileError : std::runtime_error {
  using std::runtime_error::runtime_error;
  /// Of a place in the program's text.
  ///@{
  explicit CompileError(const mil::ParseError& error) : std::runtime_error(std::string{"MIL text, "} + error.what()) {}
  CompileError(mil::Position at, const std::string& message) : CompileError(mil::ParseError{at, message}) {}
  ///@}
};

/// An evaluation that did not give a result.
struct EvaluateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A surface or request that cannot be had: no memory for it, or surfaces that are not those of the program.
struct DeviceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where programs run. The contract is what the ANE takes, MIL text and a weight blob; every device gets the same bytes.
///
/// - `name()`: what the report prints, the machine and how it computes.
/// - `surface(type)`: memory for one tensor, zeroed. Throws DeviceError.
/// - `compile(text, blob)`: a program; the blob is empty for programs without weights. Throws CompileError.
/// - `request(program, inputs, outputs)`: a program bound to surfaces, which both outlive it. Inputs and outputs are in
///   the alphabetical order of their names in the program, as the ANE takes them. Throws DeviceError.
/// - `evaluate(request)`: runs it, returns when the outputs are written. Throws EvaluateError. Requests of their own
///   surfaces may be evaluated at the same time from several threads.
/// - `now()`: this device's clock.
template <class D>
concept Device = requires(D& device, const D& constant, const mil::TensorType& type, std::string_view text, std::span<const std::byte> blob,
                          typename D::Program& program, typename D::Request& request, std::span<typename D::Surface* const> surfaces) {
  requires Surface<typename D::Surface>;
  requires std::movable<typename D::Program>;
  requires std::movable<typename D::Request>;
  { constant.name() } -> std::convertible_to<std::string>;
  { device.surface(type) } -> std::same_as<typename D::Surface>;
  { device.compile(text, blob) } -> std::same_as<typename D::Program>;
  { device.request(program, surfaces, surfaces) } -> std::same_as<typename D::Request>;
  device.evaluate(request);
  { device.now() } -> std::convertible_to<std::chrono::nanoseconds>;
};

/// A device whose time is virtual: what happens on it besides evaluations takes no time unless it is charged. `Pass` and the experiment
/// call these members, so that a transfer or an executor of the user's own is charged like the library's:
///
/// - `charge_move(from, to)`: after a transfer moved the data of a link from one surface to another.
/// - `charge_step(bytes)`: after a step of the CPU between kernels, which read and wrote so many bytes.
/// - `charge_hop()`: when an executor hands work to another thread; for one that hops with each step, before the step.
/// - `idle(duration)`: lets so much time pass without work.
template <class D>
concept DeviceOfVirtualTime = Device<D> && requires(D& device, typename D::Surface& surface, std::chrono::nanoseconds duration) {
  device.charge_move(surface, surface);
  device.charge_step(std::int64_t{});
  device.charge_hop();
  device.idle(duration);
};

/// False for a device that has some of the members of DeviceOfVirtualTime and not all: it would give away what it does not charge.
template <class D>
concept ChargesAllOrNothing =
    DeviceOfVirtualTime<D> ||
    !(
        requires(D& device, typename D::Surface& surface) { device.charge_move(surface, surface); } ||
        requires(D& device) { device.charge_step(std::int64_t{}); } || requires(D& device) { device.charge_hop(); } ||
        requires(D& device, std::chrono::nanoseconds duration) { device.idle(duration); });

/// A surface for each input or each output of a program that tells them (host::Program), in their order. Throws DeviceError.
template <class D, class Ports>
std::vector<typename D::Surface> surfaces_for(D& device, const Ports& ports) {
  std::vector<typename D::Surface> surfaces;
  for (const auto& port : ports) surfaces.push_back(device.surface(port.type));
  return surfaces;
}

/// Throws DeviceError where a request's surfaces are not those of its program's ports: as many, of the same types. `role` is "input" or
/// "output".
template <class Port, Surface S>
void require_fit(std::span<const Port> ports, std::span<S* const> surfaces, const char* role) {
  if (ports.size() != surfaces.size())
    throw DeviceError(std::to_string(surfaces.size()) + " surfaces for the " + std::to_string(ports.size()) + " " + role +
                      "s of the program");
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (surfaces[i]->type() != ports[i].type)
      throw DeviceError("the surface for the " + std::string{role} + " '" + ports[i].name + "' is " + to_string(surfaces[i]->type()) +
                        ", the program has " + to_string(ports[i].type));
}

/// Surfaces as a request takes them.
template <Surface S>
std::vector<S*> pointers_to(std::vector<S>& surfaces) {
  std::vector<S*> pointers;
  for (S& surface : surfaces) pointers.push_back(&surface);
  return pointers;
}

}  // namespace anechain
