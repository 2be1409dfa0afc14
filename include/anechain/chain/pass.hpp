// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/chain/strategy.hpp>
#include <anechain/devices/device.hpp>
#include <anechain/kernels/kernel.hpp>

namespace anechain {

/// A pass that failed: under which strategy, at which kernel, and why. What the device threw is nested in it (std::rethrow_if_nested).
struct PassError : std::runtime_error {
  /// Says "under: kernel at (called): reason".
  PassError(std::string_view under, std::size_t at, std::string_view called, const std::string& reason)
      : std::runtime_error(std::string{under} + ": kernel " + std::to_string(at) + " (" + std::string{called} + "): " + reason),
        strategy(under),
        kernel(at),
        kernel_name(called),
        cause(reason) {}

  std::string strategy;     ///< the strategy's name
  std::size_t kernel;       ///< position in the chain, from 0
  std::string kernel_name;  ///< what reports call it
  std::string cause;        ///< the words of what is nested
};

namespace detail {

/// What is told of something thrown that says nothing of itself.
inline constexpr const char* not_an_exception = "something was thrown that is not a std::exception";

/// Rethrows the exception that is being handled as a PassError, with itself nested in it.
[[noreturn]] inline void rethrow_as_pass_error(std::string_view strategy, std::size_t kernel, std::string_view kernel_name) {
  try {
    throw;
  } catch (const std::exception& error) {
    std::throw_with_nested(PassError(strategy, kernel, kernel_name, error.what()));
  } catch (...) {
    std::throw_with_nested(PassError(strategy, kernel, kernel_name, not_an_exception));
  }
}

}  // namespace detail

/// One kernel of one pass: its evaluation, and what is done on the link after it.
template <Device D, StrategyWithName S>
struct Step {
  using Surface = typename D::Surface;

  D* device;                     ///< not owned, like all that a step points at
  typename D::Request* request;  ///< this kernel's in this lane
  Surface* from;                 ///< this kernel's output
  Surface* to;                   ///< the next kernel's input; null behind the last kernel, which has no step where only transfers are done
  std::size_t kernel;            ///< position in the chain; this and the name are for a PassError
  std::string_view kernel_name;  ///< what reports call it

  /// Evaluates, then moves, as far as the strategy has it. Throws PassError, whatever was thrown.
  void operator()() const {
    try {
      if constexpr (DeviceOfVirtualTime<D> && S::Executor::hops == executor::Hops::each_step) device->charge_hop();
      if constexpr (S::work == Work::all) device->evaluate(*request);
      if constexpr (S::Transfer::link == transfer::Link::two_surfaces)
        if (S::work == Work::transfers || to != nullptr) {
          S::Transfer::move(*from, *to);
          if constexpr (DeviceOfVirtualTime<D> && S::Transfer::delivers) device->charge_move(*from, *to);
        }
    } catch (...) {
      detail::rethrow_as_pass_error(S::name, kernel, kernel_name);
    }
  }
};

/// A chain bound to a strategy on a device: surfaces and requests laid out once, ready to run any number of times. The
/// device and the compiled chain must outlive it.
template <Device D, StrategyWithName S>
class Pass {
  using Transfer = typename S::Transfer;
  using Executor = typename S::Executor;
  static_assert(transfer::LaysOutLinks<Transfer>, "anechain: this is not a Transfer: it lacks `static constexpr transfer::Link link`");
  static_assert(transfer::SaysWhetherItDelivers<Transfer>, "anechain: this is not a Transfer: it lacks `static constexpr bool delivers`");
  static_assert(transfer::MovesBetweenSurfaces<Transfer, typename D::Surface>,
                "anechain: this is not a Transfer: it lacks `static void move(Surface& from, Surface& to)`");
  static_assert(
      executor::Executor<Executor, Step<D, S>>,
      "anechain: this is not an Executor: it needs lanes, hops, description, a constructor from the number of steps, and run(lanes)");
  static_assert(
      ChargesAllOrNothing<D>,
      "anechain: this device has some of charge_move(from, to), charge_hop() and idle(duration): a device of virtual time has all "
      "three, any other device none");

 public:
  using Surface = typename D::Surface;

  /// Passes in flight; one `run` is so many passes.
  static constexpr std::size_t lanes = Executor::lanes;

  /// Lays out surfaces and requests. Throws DeviceError.
  Pass(D& device, std::span<const KernelFacts> kernels, std::span<typename D::Program> programs)
      : device_(&device), kernels_(kernels.begin(), kernels.end()), executor_(steps_of(kernels.size())) {
    constexpr bool shared = Transfer::link == transfer::Link::one_surface;
    const std::size_t length = kernels_.size();
    const std::size_t steps = steps_of(length);
    surfaces_.reserve(lanes * 2 * length);
    requests_.reserve(lanes * length);
    steps_.reserve(lanes * steps);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      for (std::size_t k = 0; k < length; ++k) {
        if (k == 0 || !shared) surfaces_.push_back(device.surface(kernels_[k].inputs[0].type));
        inputs_.push_back(&surfaces_.back());
        surfaces_.push_back(device.surface(kernels_[k].outputs[0].type));
        outputs_.push_back(&surfaces_.back());
      }
      for (std::size_t k = 0; k < length; ++k) {
        const std::size_t at = lane * length + k;
        requests_.push_back(device.request(programs[k], std::span{&inputs_[at], 1}, std::span{&outputs_[at], 1}));
        if (k < steps)
          steps_.push_back({&device, &requests_.back(), outputs_[at], k + 1 < length ? inputs_[at + 1] : nullptr, k, kernels_[k].name});
      }
      lanes_of_steps_[lane] = std::span{steps_}.subspan(lane * steps);
    }
  }

  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  /// Runs every lane once. Throws PassError where a kernel fails; the pass can be run again after that.
  void run() {
    if constexpr (DeviceOfVirtualTime<D> && Executor::hops == executor::Hops::each_run) device_->charge_hop();
    executor_.run(std::span<const std::span<Step<D, S>>>{lanes_of_steps_, lanes});
  }

  /// Gives every lane its input, packed. Throws std::invalid_argument where the count is not that of its elements.
  template <class Numbers>
  void input(const Numbers& packed) {
    for (std::size_t lane = 0; lane < lanes; ++lane) write(input_surface(0, lane), std::span<const typename Numbers::value_type>{packed});
  }

  /// What the last kernel of a lane gave, packed.
  template <class Number = float>
  std::vector<Number> output(std::size_t lane = 0) {
    return read<Number>(output_surface(length() - 1, lane));
  }

  /// Kernels that it runs: the first ones of the chain, or all.
  std::size_t length() const { return kernels_.size(); }

  /// What a kernel of a lane reads and writes. Throws std::out_of_range.
  ///@{
  Surface& input_surface(std::size_t kernel, std::size_t lane = 0) { return *inputs_[position(kernel, lane)]; }
  Surface& output_surface(std::size_t kernel, std::size_t lane = 0) { return *outputs_[position(kernel, lane)]; }
  ///@}

 private:
  /// One a kernel; where only transfers are done, one a link.
  static constexpr std::size_t steps_of(std::size_t length) { return S::work == Work::transfers ? length - 1 : length; }

  std::size_t position(std::size_t kernel, std::size_t lane) const {
    if (kernel >= length() || lane >= lanes)
      throw std::out_of_range("there is no kernel " + std::to_string(kernel) + " in lane " + std::to_string(lane) + ": the pass has " +
                              std::to_string(length()) + " kernels and " + std::to_string(lanes) + " lanes");
    return lane * length() + kernel;
  }

  D* device_;
  std::vector<KernelFacts> kernels_;
  std::vector<Surface> surfaces_;
  std::vector<Surface*> inputs_;
  std::vector<Surface*> outputs_;
  std::vector<typename D::Request> requests_;
  std::vector<Step<D, S>> steps_;
  std::span<Step<D, S>> lanes_of_steps_[lanes];
  Executor executor_;
};

}  // namespace anechain
