// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <anechain/devices/host.hpp>
#include <anechain/flow/compiled.hpp>
#include <anechain/separate_compilation.hpp>
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

  /// A kernel's results for its inputs, all packed and in the order of declaration.
  std::vector<std::vector<float>> results(std::size_t kernel, const std::vector<std::vector<float>>& inputs) {
    Evaluated& evaluated = *kernels_.at(kernel);
    for (std::size_t i = 0; i < inputs.size(); ++i) write(evaluated.inputs[i], std::span<const float>{inputs[i]});
    device_.evaluate(evaluated.request);
    std::vector<std::vector<float>> all;
    for (typename D::Surface& output : evaluated.outputs) all.push_back(read(output));
    return all;
  }

 private:
  struct Evaluated {
    Evaluated(D& device, const KernelFacts& kernel, std::span<const std::byte> blob)
        : program(device.compile(kernel.text, blob)),
          inputs(surfaces_for(device, kernel.inputs)),
          outputs(surfaces_for(device, kernel.outputs)),
          request([&] {
            const std::vector<typename D::Surface*> in = pointers_to(inputs);
            const std::vector<typename D::Surface*> out = pointers_to(outputs);
            return device.request(program, flow::alphabetical(kernel.inputs, std::span{in}),
                                  flow::alphabetical(kernel.outputs, std::span{out}));
          }()) {}

    typename D::Program program;
    std::vector<typename D::Surface> inputs;
    std::vector<typename D::Surface> outputs;
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

/// "kernel 3 (Conv1x1<64, 32>)", and of several ports " result 'y'".
std::string at_port(std::size_t node, const flow::NodeFacts& facts, const char* role, std::size_t port);

/// A NaN is close to nothing; what overflows for the host too is accepted.
void require_close(const std::vector<float>& got, const std::vector<float>& expected, std::size_t node, const flow::NodeFacts& facts,
                   std::size_t port);

void require_moved(std::span<const float> given, const std::vector<float>& taken, const std::string& behind);

/// What a step of the CPU makes of packed inputs, in memory of its own.
std::vector<std::vector<float>> results_of_step(const flow::StepFacts& step, const std::vector<std::vector<float>>& inputs);

/// One lane of a pass while it is verified: its surfaces as they were before the run, when carried values had not changed places yet.
template <class P>
class VerifiedLane {
  using Surface = typename P::Surface;

 public:
  VerifiedLane(P& pass, const flow::Facts& facts, std::size_t lane) : pass_(pass), facts_(facts), lane_(lane) {
    for (std::size_t n = 0; n < facts.nodes.size(); ++n) {
      std::vector<Surface*>& in = inputs_.emplace_back();
      std::vector<Surface*>& out = outputs_.emplace_back();
      for (std::size_t i = 0; i < facts.nodes[n].inputs().size(); ++i) in.push_back(&pass.input_surface(n, lane, i));
      for (std::size_t i = 0; i < facts.nodes[n].outputs().size(); ++i) out.push_back(&pass.output_surface(n, lane, i));
    }
  }

  /// Random data for all that no node gives. What nodes give is an improbable number, or random if no kernel runs.
  void prepare(Random& random, bool computes, float sign) {
    std::set<const Surface*> given;
    for (const std::vector<Surface*>& out : outputs_)
      for (Surface* const surface : out) {
        given.insert(surface);
        if (computes)
          poison(*surface, sign);
        else
          randomize(*surface, random);
      }
    for (const std::vector<Surface*>& in : inputs_)
      for (Surface* const surface : in)
        if (given.insert(surface).second) randomize(*surface, random);
    if (!computes) return;
    for (std::size_t n = 0; n < inputs_.size(); ++n)
      for (std::size_t i = 0; i < inputs_[n].size(); ++i)
        carried_.push_back(value_of(source(n, i)).kind == flow::ValueFacts::Kind::carried ? read(*inputs_[n][i]) : std::vector<float>{});
  }

  /// What every node gave.
  void read_results() {
    for (const std::vector<Surface*>& out : outputs_) {
      std::vector<std::vector<float>>& given = given_.emplace_back();
      for (Surface* const surface : out) given.push_back(read(*surface));
    }
  }

  /// Each node's results are what they should be for the inputs that it had.
  template <class R>
  void require_results(R& reference) {
    std::size_t kernel = 0;
    std::size_t port = 0;
    for (std::size_t n = 0; n < facts_.nodes.size(); ++n) {
      const flow::NodeFacts& node = facts_.nodes[n];
      std::vector<std::vector<float>> inputs;
      for (Surface* const surface : inputs_[n]) {
        // A carried value's surface may hold the next one by now.
        inputs.push_back(carried_[port].empty() ? read(*surface) : carried_[port]);
        ++port;
      }
      const auto expected = node.kernel != nullptr ? reference.results(kernel++, inputs) : results_of_step(*node.step, inputs);
      for (std::size_t i = 0; i < expected.size(); ++i) require_close(given_[n][i], expected[i], n, node, i);
    }
  }

  /// Every reader has what was given, and the next pass finds what this one left.
  void require_links() {
    for (std::size_t n = 0; n < facts_.nodes.size(); ++n)
      for (std::size_t i = 0; i < inputs_[n].size(); ++i) {
        const flow::Source& from = source(n, i);
        const flow::ValueFacts& value = value_of(from);
        if (value.kind == flow::ValueFacts::Kind::result) require_arrived(from, *inputs_[n][i]);
        if (value.kind == flow::ValueFacts::Kind::carried)
          require_arrived(facts_.carried[static_cast<std::size_t>(value.index)].next, pass_.input_surface(n, lane_, i));
      }
  }

 private:
  const flow::Source& source(std::size_t node, std::size_t input) const { return facts_.sources_of(facts_.nodes[node])[input]; }
  const flow::ValueFacts& value_of(const flow::Source& from) const { return facts_.values[static_cast<std::size_t>(from.value)]; }

  void require_arrived(const flow::Source& from, Surface& at) {
    const flow::ValueFacts& value = value_of(from);
    const auto node = static_cast<std::size_t>(value.node);
    const auto port = static_cast<std::size_t>(value.index);
    const std::vector<float> taken = read(at);
    const std::span<const float> given{given_[node][port]};
    require_moved(given.subspan(flow::first_element(from, value.port->type), taken.size()), taken,
                  at_port(node, facts_.nodes[node], "result", port));
  }

  P& pass_;
  const flow::Facts& facts_;
  std::size_t lane_;
  std::vector<std::vector<Surface*>> inputs_;
  std::vector<std::vector<Surface*>> outputs_;
  std::vector<std::vector<float>> carried_;             ///< of each input, what it found if that is a carried value
  std::vector<std::vector<std::vector<float>>> given_;  ///< by each node, for each of its results
};

}  // namespace detail

/// Runs a pass on random data and checks all of it, in every lane: that each kernel's results are what the host computes
/// from the inputs that the kernel had, that each step of the CPU gives what it gives elsewhere, and, where the strategy delivers, that
/// each reader has what was given, and the next pass what this one left; together, that the pass computes the flow. Results hold an
/// improbable number before the run, so that a kernel that was not run is found. Done twice with other data, so that a result that does not
/// depend on its input is found. Carried values are zero afterwards. Throws VerificationError, or PassError where a node fails.
template <Device D, StrategyWithName S, Device R>
void verify(Pass<D, S>& pass, const flow::Facts& facts, Reference<R>& reference, std::uint64_t seed) {
  constexpr bool computes = S::work == Work::all;
  Random random{seed};
  for (int repetition = 0; repetition < 2; ++repetition) {
    std::vector<detail::VerifiedLane<Pass<D, S>>> all;
    for (std::size_t lane = 0; lane < pass.lanes; ++lane)
      all.emplace_back(pass, facts, lane).prepare(random, computes, repetition == 0 ? 1.0f : -1.0f);
    pass.run();
    for (auto& lane : all) {
      lane.read_results();
      if constexpr (computes) lane.require_results(reference);
      if constexpr (S::Transfer::delivers) lane.require_links();
    }
  }
  pass.reset();
}

/// Runs two passes of one flow on the same random data, twice, and checks that each result of each lane is the same, bit for bit: what is
/// found of a pass whose surfaces hold several values in turn, beside one that was verified. Carried values are zero afterwards. Throws
/// VerificationError, or PassError where a node fails.
template <Device D, StrategyWithName S, StrategyWithName Other>
void verify_same(Pass<D, S>& pass, Pass<D, Other>& verified, const flow::Facts& facts, std::uint64_t seed) {
  Random random{seed};
  for (int repetition = 0; repetition < 2; ++repetition) {
    for (const std::span<const mil::Port> ports : {facts.inputs, facts.parameters})
      for (const mil::Port& port : ports) {
        std::vector<float> numbers(static_cast<std::size_t>(port.type.elements()));
        for (float& number : numbers) number = static_cast<float>(random.uniform(-1, 1));
        pass.input(port.name, numbers);
        verified.input(port.name, numbers);
      }
    pass.run();
    verified.run();
    for (std::size_t lane = 0; lane < pass.lanes; ++lane)
      for (const mil::Port& port : facts.outputs) {
        const std::vector<float> got = pass.output(port.name, lane);
        const std::vector<float> expected = verified.output(port.name, lane);
        const auto same = [](float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); };
        if (const auto [other, first] = std::ranges::mismatch(got, expected, same); other != got.end())
          throw VerificationError("the result '" + std::string{port.name} + "' is " + std::to_string(*other) + " at element " +
                                  std::to_string(other - got.begin()) + ", and " + std::to_string(*first) +
                                  " if each value has a surface of its own");
      }
  }
  pass.reset();
  verified.reset();
}

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/measure/verify.ipp>
#endif
