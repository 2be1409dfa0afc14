// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <anechain/devices/host.hpp>
#include <anechain/flow/compiled.hpp>
#include <anechain/support/random.hpp>

namespace anechain {

/// A strategy that does not do what it says.
struct VerificationError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What says what a device's results should be: the host, unless the device names another.
template <class D>
struct ReferenceDeviceOf {
  using type = HostDevice;  ///< what computes the reference
};

/// The one that the device names.
template <class D>
  requires requires { typename D::ReferenceDevice; }
struct ReferenceDeviceOf<D> {
  using type = typename D::ReferenceDevice;  ///< what computes the reference
};

/// What each kernel should give, computed one kernel at a time from packed arrays: independent of how a strategy lays out
/// and moves data, and, where it is the host for another device, of the device.
template <Device D>
class Reference {
 public:
  /// Compiles every kernel for a device that it has for itself. Throws CompileError.
  Reference(std::span<const KernelFacts> kernels, const WeightBlobs& weights) {
    for (std::size_t k = 0; k < kernels.size(); ++k) kernels_.push_back(std::make_unique<Evaluated>(device_, kernels[k], weights.blob(k)));
  }

  /// A kernel's output for an input, both packed.
  std::vector<float> output(std::size_t kernel, const std::vector<float>& input) {
    Evaluated& evaluated = *kernels_.at(kernel);
    write(evaluated.input, std::span<const float>{input});
    device_.evaluate(evaluated.request);
    return read(evaluated.output);
  }

 private:
  struct Evaluated {
    Evaluated(D& device, const KernelFacts& kernel, std::span<const std::byte> blob)
        : program(device.compile(kernel.text, blob)),
          input(device.surface(kernel.inputs[0].type)),
          output(device.surface(kernel.outputs[0].type)),
          request([&] {
            typename D::Surface* inputs[]{&input};
            typename D::Surface* outputs[]{&output};
            return device.request(program, inputs, outputs);
          }()) {}

    typename D::Program program;
    typename D::Surface input;
    typename D::Surface output;
    typename D::Request request;
  };

  D device_;
  std::vector<std::unique_ptr<Evaluated>> kernels_;
};

namespace detail {

/// How far a result may be from the host's, as a share of the largest number of the tensor. Half precision has 11 bits
/// and the ANE's own accumulation is not published; wrong data, stale data and zeros are further off than this.
inline constexpr double verification_tolerance = 0x1p-6;

/// A number that no kernel gives by chance, of either sign: not a NaN, which builds with -ffast-math do not see.
template <Surface S>
void poison(S& surface, float sign) {
  constexpr float improbable = 24567;
  write(surface, std::span<const float>{std::vector<float>(static_cast<std::size_t>(surface.type().elements()), sign * improbable)});
}

template <Surface S>
void randomize(S& surface, Random& random) {
  std::vector<float> numbers(static_cast<std::size_t>(surface.type().elements()));
  for (float& number : numbers) number = static_cast<float>(random.uniform(-1, 1));
  write(surface, std::span<const float>{numbers});
}

/// The largest finite magnitude.
inline double largest(const std::vector<float>& numbers) {
  double most = 0;
  for (const float number : numbers) {
    const double magnitude = std::abs(static_cast<double>(number));
    if (magnitude <= static_cast<double>(std::numeric_limits<float>::max())) most = std::max(most, magnitude);
  }
  return most;
}

inline std::string at_kernel(std::size_t kernel, const KernelFacts& facts) {
  return std::string{"kernel "} + std::to_string(kernel) + " (" + std::string{facts.name} + ")";
}

/// A NaN is close to nothing; what overflows for the host too is accepted.
inline void require_close(const std::vector<float>& got, const std::vector<float>& expected, std::size_t kernel, const KernelFacts& facts) {
  const double tolerance = verification_tolerance * largest(expected);
  for (std::size_t i = 0; i < got.size(); ++i)
    if (got[i] != expected[i] && !(std::abs(static_cast<double>(got[i]) - static_cast<double>(expected[i])) <= tolerance))
      throw VerificationError(at_kernel(kernel, facts) + " gave " + std::to_string(got[i]) + " at element " + std::to_string(i) +
                              ", expected " + std::to_string(expected[i]));
}

inline void require_moved(const std::vector<float>& given, const std::vector<float>& taken, std::size_t kernel, const KernelFacts& facts) {
  const auto [gave, took] = std::ranges::mismatch(given, taken);
  if (gave == given.end()) return;
  throw VerificationError(std::string{"the link behind "} + at_kernel(kernel, facts) + " did not move its data: " + std::to_string(*gave) +
                          " was given, " + std::to_string(*took) + " arrived at element " + std::to_string(gave - given.begin()));
}

}  // namespace detail

/// Runs a pass on random data and checks all of it, in every lane: that each kernel's output is what the host computes
/// from the input that the kernel had, and, where the strategy delivers, that each kernel's input is what the kernel
/// before it gave; together, that the pass computes the composition. Outputs hold an improbable number before the run, so
/// that a kernel that was not run is found. Done twice with other data, so that a result that does not depend on its input is found.
/// Throws VerificationError, or PassError where a kernel fails.
template <Device D, StrategyWithName S, Device R>
void verify(Pass<D, S>& pass, std::span<const KernelFacts> kernels, Reference<R>& reference, std::uint64_t seed) {
  using Transfer = typename S::Transfer;
  constexpr bool computes = S::work == Work::all;
  constexpr bool shares = Transfer::link == transfer::Link::one_surface;
  Random random{seed};
  for (int repetition = 0; repetition < 2; ++repetition) {
    for (std::size_t lane = 0; lane < pass.lanes; ++lane)
      for (std::size_t k = 0; k < kernels.size(); ++k) {
        if (k == 0 || !shares) detail::randomize(pass.input_surface(k, lane), random);
        if constexpr (computes)
          detail::poison(pass.output_surface(k, lane), repetition == 0 ? 1.0f : -1.0f);
        else
          detail::randomize(pass.output_surface(k, lane), random);
      }
    pass.run();
    for (std::size_t lane = 0; lane < pass.lanes; ++lane)
      for (std::size_t k = 0; k < kernels.size(); ++k) {
        const std::vector<float> given = read(pass.output_surface(k, lane));
        if constexpr (computes) detail::require_close(given, reference.output(k, read(pass.input_surface(k, lane))), k, kernels[k]);
        if constexpr (Transfer::delivers)
          if (k + 1 < kernels.size()) detail::require_moved(given, read(pass.input_surface(k + 1, lane)), k, kernels[k]);
      }
  }
}

}  // namespace anechain
