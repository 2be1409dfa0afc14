// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <anechain/flow/chain.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain::flow {

namespace detail {

/// A kernel that was traced at run time: what a kernel that is a type has in static storage.
class TracedKernel {
 public:
  /// Takes as many values as the kernel has inputs and gives its results.
  using Body = std::function<std::vector<mil::Result>(mil::Body&, const mil::Value*)>;

  /// Calls the body. Throws mil::TypeError if a rule is broken.
  TracedKernel(std::string name, std::span<const mil::Port> inputs, Body body);
  TracedKernel(const TracedKernel&) = delete;  // facts point at it
  TracedKernel& operator=(const TracedKernel&) = delete;

  const KernelFacts& facts() const { return facts_; }

  kernels::AnyBody body() const;

 private:
  void add(std::vector<mil::Port>& ports, const mil::Port& port) {
    ports.push_back({*port_names_.emplace_back(std::make_unique<std::string>(port.name)), port.type});
  }

  std::string name_;
  Body body_;
  std::vector<std::unique_ptr<std::string>> port_names_;
  std::vector<mil::Port> inputs_;
  std::vector<mil::Port> outputs_;
  std::string text_;
  std::string weight_names_;
  std::vector<WeightFacts> weights_;
  KernelFacts facts_;
};

using TracedKernels = std::vector<std::shared_ptr<const TracedKernel>>;

}  // namespace detail

/// A flow's builder that can also run kernels whose sizes are known only at run time. What is wrong throws.
class Tracer : public Builder {
 public:
  using Builder::run;

  /// Runs a body on one value, which it calls "x", or on values by name: `f.run("Conv1x1", body, x)`, `f.run("Mix", body, {{"a", a}, {"b",
  /// b}})`, which the body takes in this order. The types of the kernel's inputs are those of the values. `body` takes a mil::Body& and as
  /// many mil::Value as are given, and returns a mil::Value or mil::results({{"y", y}, ...}). It is kept, and called again if the kernel is
  /// fused: what it captured must live as long as the flow. Throws mil::TypeError if the body breaks a rule, std::invalid_argument if it
  /// takes another number of values.
  ///@{
  template <class B>
  Results run(std::string_view name, B body, const Value& x) {
    return run(name, std::move(body), {{"x", x}});
  }
  template <class B>
  Results run(std::string_view name, B body, std::initializer_list<Named> inputs) {
    std::vector<mil::Port> ports;
    std::vector<Value> values;
    for (const Named& input : inputs) {
      if (!has(input.value)) throw std::invalid_argument("node '" + std::string{name} + "': a value of no flow, or of another one");
      ports.push_back({input.name, input.value.type()});
      values.push_back(input.value);
    }
    return keep(name,
                std::make_shared<detail::TracedKernel>(std::string{name}, ports, erased(std::string{name}, std::move(body), ports.size())),
                values);
  }
  ///@}

 private:
  friend class Traced;

  static constexpr std::size_t most_inputs = 16;

  template <class B, std::size_t... I>
  static constexpr bool takes(std::index_sequence<I...>) {
    return std::invocable<const B&, mil::Body&, decltype(mil::Value{static_cast<std::int32_t>(I)})...>;
  }

  template <std::size_t Count, class B>
  static detail::TracedKernel::Body erased_for(B body) {
    return [body = std::move(body)](mil::Body& b, const mil::Value* inputs) {
      return [&]<std::size_t... I>(std::index_sequence<I...>) -> std::vector<mil::Result> {
        const auto returned = body(b, inputs[I]...);
        if constexpr (requires { returned.list; })
          return {std::begin(returned.list), std::end(returned.list)};
        else
          return {{"y", returned}};
      }(std::make_index_sequence<Count>{});
    };
  }

  /// The body with its type forgotten.
  template <class B>
  static detail::TracedKernel::Body erased(const std::string& name, B body, std::size_t inputs) {
    detail::TracedKernel::Body made;
    [&]<std::size_t... Count>(std::index_sequence<Count...>) {
      const auto try_count = [&]<std::size_t N>(std::integral_constant<std::size_t, N>) {
        if constexpr (takes<B>(std::make_index_sequence<N>{}))
          if (N == inputs) made = erased_for<N>(std::move(body));
      };
      (try_count(std::integral_constant<std::size_t, Count + 1>{}), ...);
    }(std::make_index_sequence<most_inputs>{});
    if (!made) throw std::invalid_argument("node '" + name + "': its body does not take " + std::to_string(inputs) + " values");
    return made;
  }

  Results keep(std::string_view name, std::shared_ptr<const detail::TracedKernel> kernel, std::span<const Value> values);

  detail::TracedKernels kernels_;
};

/// A flow whose sizes, or whose shape, are known only at run time, for example from a command line. What does not compile as a Flow, it
/// throws. A copy shares everything.
///
///     const flow::Traced net{"net", [&](flow::Tracer& f) {
///       flow::Value x = f.input({"x", mil::tensor(mil::fp16, 1, channels, 1, positions)});
///       for (int layer = 0; layer < layers; ++layer) x = f.run("Relu", [](mil::Body& b, mil::Value v) { return b.relu(v); }, x);
///       return x;  // or flow::results({{"y", x}, ...})
///     }};
class Traced {
 public:
  /// Calls `build`, which may use all that a Builder has: kernels and steps that are types, scopes, parameters, carried values. Throws what
  /// it throws, mil::TypeError or std::invalid_argument if something in it is wrong. `name` is what reports call the flow; if it is empty,
  /// that is made of the kernels' names.
  template <std::invocable<Tracer&> Build>
  Traced(std::string name, Build build) {
    Tracer f;
    flow::finish(f, build(f));
    own(std::move(name), f);
  }

  /// A flow that is a type, for what is decided at run time: where it is cut, for example.
  ///@{
  template <class... Ks>
  explicit Traced(const Chain<Ks...>&) : Traced(std::string{Chain<Ks...>::name}, &traced<Chain<Ks...>>) {}
  template <class N>
  explicit Traced(const Flow<N>&) : Traced(std::string{Flow<N>::name}, &traced<N>) {}
  ///@}

  /// What reports call it.
  const std::string& name() const { return owned_->name; }
  /// All of it as data, and the facts of its kernels. They live as long as any copy of this.
  ///@{
  flow::Facts facts() const { return owned_->facts(); }
  std::span<const KernelFacts> kernels() const { return owned_->tables.kernels; }
  ///@}
  /// The flow that was cut, this one if none was.
  Traced whole() const { return owned_->whole ? Traced{owned_->whole} : *this; }

  /// The same computation as one program for each stretch between steps of the CPU. Throws std::invalid_argument if a kernel is known by
  /// its text alone.
  Traced fused() const { return cut("fused(" + name() + ")", std::span<const std::size_t>{}); }
  /// The same with a cut before each node, or each scope, of these names: see Cut. Throws std::invalid_argument also if there is no such
  /// name.
  Traced cut(const std::vector<std::string_view>& names) const;

  /// The first nodes alone, of a flow whose nodes each read what the one before it gave. Throws std::invalid_argument if it is another one,
  /// or there are not so many.
  Traced first(std::size_t count) const;

 private:
  struct Owned {
    flow::Facts facts() const { return tables.facts(name); }

    std::string name;
    bool is_named = true;  ///< else the name is made of the kernels' names
    detail::TracedKernels kernels;
    std::vector<kernels::AnyBody> bodies;
    Tables<Vectors> tables;
    std::shared_ptr<const Owned> whole;  ///< that was cut
  };

  explicit Traced(std::shared_ptr<const Owned> owned) : owned_(std::move(owned)) {}
  Traced(Tracer& f, std::string name, std::shared_ptr<const Owned> whole = nullptr) { own(std::move(name), f, std::move(whole)); }

  template <class N>
  static auto traced(Tracer& f) {
    return build_results<N>(f);
  }

  void own(std::string name, Tracer& f, std::shared_ptr<const Owned> whole = nullptr);

  static std::string name_of(std::span<const KernelFacts> kernels);

  Traced cut(std::string called, std::span<const std::size_t> cuts) const;

  std::shared_ptr<const Owned> owned_;
};

}  // namespace anechain::flow

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/flow/traced.ipp>
#endif
