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
#include <anechain/flow/segment.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/kernels/names.hpp>

namespace anechain::flow {

namespace detail {

/// A kernel that was traced at run time: what a kernel that is a type has in static storage.
class TracedKernel {
 public:
  /// Takes as many values as the kernel has inputs and gives its results.
  using Body = std::function<std::vector<mil::Result>(mil::Body&, const mil::Value*)>;

  /// Calls the body. Throws mil::TypeError if a rule is broken.
  TracedKernel(std::string name, std::span<const mil::Port> inputs, Body body) : name_(std::move(name)), body_(std::move(body)) {
    for (const mil::Port& port : inputs) add(inputs_, port);
    mil::Builder b;
    std::vector<mil::Value> values;
    for (const mil::Port& port : inputs_) values.push_back(b.input(port.name, port.type));
    const std::vector<mil::Result> results = body_(b, values.data());
    for (const mil::Result& result : results) add(outputs_, {result.name, result.value.type});
    const mil::Graph graph = b.finish({results.data(), results.size()});
    const kernels::tracing::Summary summary = kernels::tracing::summarize(graph);
    text_ = mil::print(graph, mil::Dialect::ios16);
    weight_names_.resize(summary.weight_characters);
    weights_.resize(summary.weight_count);
    kernels::tracing::list_weights(graph, weight_names_.data(), weights_.data());
    facts_ = {name_, inputs_, outputs_, text_, weights_, summary.flops, summary.bytes};
  }
  TracedKernel(const TracedKernel&) = delete;  // facts point at it
  TracedKernel& operator=(const TracedKernel&) = delete;

  const KernelFacts& facts() const { return facts_; }

  kernels::AnyBody body() const {
    return {[](const void* self, mil::Body& b, const mil::Value* inputs, mil::Result* results) {
              std::ranges::copy(static_cast<const TracedKernel*>(self)->body_(b, inputs), results);
            },
            this};
  }

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

  Results keep(std::string_view name, std::shared_ptr<const detail::TracedKernel> kernel, std::span<const Value> values) {
    kernels_.push_back(std::move(kernel));
    return Builder::run({.kernel = &kernels_.back()->facts()}, name, {values.data(), values.size()}, kernels_.back()->body());
  }

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
  Traced cut(const std::vector<std::string_view>& names) const {
    std::vector<std::size_t> cuts;
    std::string called = "cut(" + name();
    for (const std::string_view at : names) {
      cuts.push_back(first_node(facts(), at));
      if (cuts.back() == facts().nodes.size())
        throw std::invalid_argument(name() + " has no node and no scope '" + std::string{at} + "' to be cut at");
      called += ", " + std::string{at};
    }
    return cut(called + ")", cuts);
  }

  /// The first nodes alone, of a flow whose nodes each read what the one before it gave. Throws std::invalid_argument if it is another one,
  /// or there are not so many.
  Traced first(std::size_t count) const {
    const flow::Facts all = facts();
    if (count < 1 || count > all.nodes.size())
      throw std::invalid_argument(name() + " has " + std::to_string(all.nodes.size()) + " nodes, not " + std::to_string(count));
    Tracer f;
    f.kernels_ = owned_->kernels;
    Value x = f.input(all.inputs.front());
    for (std::size_t n = 0; n < count; ++n) {
      const NodeFacts& node = all.nodes[n];
      const std::int32_t read = n == 0 ? 0 : static_cast<std::int32_t>(all.nodes[n - 1].first_value);
      if (node.inputs().size() != 1 || node.outputs().size() != 1 || all.inputs.size() != 1 || !(all.sources_of(node)[0] == Source{read}))
        throw std::invalid_argument(name() + " is not a row: node '" + std::string{node.name} + "' does not read the one before it alone");
      x = f.Builder::run(node, node.name, {&x, 1}, owned_->bodies[n]);
    }
    const Named results[]{{all.outputs.front().name, x}};
    f.finish(results);
    return {f, owned_->is_named ? name() + " x" + std::to_string(count) : std::string{}};
  }

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

  void own(std::string name, Tracer& f, std::shared_ptr<const Owned> whole = nullptr) {
    const auto owned = std::make_shared<Owned>();
    const Sizes sizes = Tables<Vectors>::sizes_of(f);
    owned->tables.resize(sizes);
    owned->tables.fill(f);
    owned->bodies.resize(sizes.nodes);
    f.list_bodies(owned->bodies.data());
    owned->kernels = std::move(f.kernels_);
    owned->whole = std::move(whole);
    owned->is_named = !name.empty();
    owned->name = name.empty() ? name_of(owned->tables.kernels) : std::move(name);
    owned_ = owned;
  }

  static std::string name_of(std::span<const KernelFacts> kernels) {
    std::vector<std::string_view> names;
    for (const KernelFacts& kernel : kernels) names.push_back(kernel.name);
    return std::string{kernels::sequence_name({names.data(), names.size()}).view()};
  }

  Traced cut(std::string called, std::span<const std::size_t> cuts) const {
    const std::shared_ptr<const Owned> of = owned_;  // the bodies of fused kernels keep it
    const flow::Facts all = of->facts();
    const mil::Table<Segment> segments = segments_of(all, {cuts.data(), cuts.size()});
    Tracer f;
    f.kernels_ = of->kernels;
    std::vector<SegmentProgram> programs;
    for (const Segment& segment : segments) {
      if (!segment.is_fused()) {
        programs.emplace_back();
        continue;
      }
      for (std::size_t n = segment.first; n < segment.last; ++n)
        if (of->bodies[n].call == nullptr)
          throw std::invalid_argument("node '" + std::string{all.nodes[n].name} + "' is known by its text alone and cannot be fused");
      const auto boundary = std::make_shared<const Boundary>(boundary_of(all, segment));
      const auto names = std::make_shared<const PortNames>(all, *boundary);
      const auto port_name = [names](std::size_t i) { return names->characters().substr((*names)[i].offset, (*names)[i].size); };
      std::vector<mil::Port> ports;
      for (std::size_t i = 0; i < boundary->inputs.size(); ++i)
        ports.push_back(
            {port_name(i), flow::type_of(boundary->inputs[i], all.values[static_cast<std::size_t>(boundary->inputs[i].value)].port->type)});
      const auto body = [of, segment, boundary, port_name](mil::Body& b, const mil::Value* inputs) {
        std::vector<mil::Value> values(boundary->outputs.size());
        fuse(b, of->facts(), {of->bodies.data(), of->bodies.size()}, segment, *boundary, inputs, values.data());
        std::vector<mil::Result> results;
        for (std::size_t i = 0; i < values.size(); ++i) results.push_back({port_name(boundary->inputs.size() + i), values[i]});
        return results;
      };
      f.kernels_.push_back(std::make_shared<detail::TracedKernel>(std::string{program_name(all, segment).view()}, ports, body));
      programs.push_back({&f.kernels_.back()->facts(), f.kernels_.back()->body()});
    }
    std::vector<Value> inputs;
    for (const mil::Port& port : all.inputs) inputs.push_back(f.input(port));
    std::vector<Named> results(all.outputs.size());
    build_cut(f, all, {of->bodies.data(), of->bodies.size()}, {segments.data(), segments.size()}, {programs.data(), programs.size()},
              inputs.data(), results.data());
    f.finish({results.data(), results.size()});
    return {f, std::move(called), of->whole ? of->whole : of};
  }

  std::shared_ptr<const Owned> owned_;
};

}  // namespace anechain::flow
