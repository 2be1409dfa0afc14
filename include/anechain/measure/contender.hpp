// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <anechain/measure/measurement.hpp>
#include <anechain/measure/verify.hpp>

namespace anechain {

/// A flow bound to a strategy on a device, with its type forgotten. The virtual call stands outside of what is timed.
class Contender {
 public:
  virtual ~Contender() = default;

  /// Throws if the strategy does not do what it says.
  virtual void verify(std::uint64_t seed) = 0;

  /// Makes carried values zero, runs the pass `lead_in` times unmeasured, then `repeats` times between two readings of the device's clock.
  /// Throws PassError where one fails.
  virtual Sample time(std::size_t lead_in, std::size_t repeats) = 0;

  /// What its surfaces take; nothing if it has none.
  virtual PassMemory memory() const { return {}; }
};

namespace detail {

/// Why an action failed; none if it did not.
template <class Action>
std::optional<std::string> failure_of(Action action) {
  try {
    action();
    return std::nullopt;
  } catch (const PassError& error) {
    return "kernel " + std::to_string(error.kernel) + " (" + error.kernel_name + "): " + error.cause;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return not_an_exception;
  }
}

}  // namespace detail

/// A flow's kernels compiled for a device, and what they should give.
template <Device D>
struct CompiledForm {
  /// The device must outlive it. Throws as CompiledFlow does, and CompileError if the reference rejects a kernel.
  CompiledForm(D& device, const flow::Facts& flow, std::span<const KernelFacts> kernels, const WeightBlobs& blobs)
      : compiled(device, flow, blobs), reference(kernels, blobs) {}

  CompiledFlow<D> compiled;                                  ///< what is measured
  Reference<typename ReferenceDeviceOf<D>::type> reference;  ///< what results are held against
};

/// A pass under a strategy, the flow that it runs and what it should give.
template <Device D, StrategyWithName S>
class StrategyContender final : public Contender {
 public:
  /// Of a flow whose kernels are the first ones of the form. What the facts point at must outlive it.
  StrategyContender(D& device, CompiledForm<D>& form, const flow::Facts& flow)
      : device_(device), form_(form), flow_(flow), pass_(form.compiled.bind(S{}, flow)) {}

  void verify(std::uint64_t seed) override {
    if constexpr (transfer::reuses_surfaces<typename S::Transfer>) {
      // A surface that holds several values in turn tells nothing of the first ones when the pass is over.
      Pass<D, WithoutReuse> verified = form_.compiled.bind(WithoutReuse{}, flow_);
      anechain::verify(verified, flow_, form_.reference, seed);
      verify_same(pass_, verified, flow_, seed);
    } else {
      anechain::verify(pass_, flow_, form_.reference, seed);
    }
  }

  PassMemory memory() const override { return pass_.memory(); }

  Sample time(std::size_t lead_in, std::size_t repeats) override {
    pass_.reset();
    for (std::size_t i = 0; i < lead_in; ++i) pass_.run();
    const std::chrono::nanoseconds start = device_.now();
    for (std::size_t i = 0; i < repeats; ++i) pass_.run();
    const std::chrono::nanoseconds end = device_.now();
    return {.start = start, .duration = end - start};
  }

 private:
  struct WithoutReuse : Strategy<transfer::ZeroCopy, typename S::Executor, S::work> {
    static constexpr std::string_view name = S::name;
  };

  D& device_;
  CompiledForm<D>& form_;
  flow::Facts flow_;
  Pass<D, S> pass_;
};

}  // namespace anechain
