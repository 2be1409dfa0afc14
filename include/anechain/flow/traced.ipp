// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <anechain/flow/segment.hpp>
#include <anechain/flow/traced.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/kernels/names.hpp>

namespace anechain::flow::detail {

ANECHAIN_INLINE TracedKernel::TracedKernel(std::string name, std::span<const mil::Port> inputs, Body body)
    : name_(std::move(name)), body_(std::move(body)) {
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

ANECHAIN_INLINE kernels::AnyBody TracedKernel::body() const {
  return {[](const void* self, mil::Body& b, const mil::Value* inputs, mil::Result* results) {
            std::ranges::copy(static_cast<const TracedKernel*>(self)->body_(b, inputs), results);
          },
          this};
}

}  // namespace anechain::flow::detail

namespace anechain::flow {

ANECHAIN_INLINE Results Tracer::keep(std::string_view name, std::shared_ptr<const detail::TracedKernel> kernel,
                                     std::span<const Value> values) {
  kernels_.push_back(std::move(kernel));
  return Builder::run({.kernel = &kernels_.back()->facts()}, name, {values.data(), values.size()}, kernels_.back()->body());
}

ANECHAIN_INLINE Traced Traced::cut(const std::vector<std::string_view>& names) const {
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

ANECHAIN_INLINE Traced Traced::first(std::size_t count) const {
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

ANECHAIN_INLINE void Traced::own(std::string name, Tracer& f, std::shared_ptr<const Owned> whole) {
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

ANECHAIN_INLINE std::string Traced::name_of(std::span<const KernelFacts> kernels) {
  std::vector<std::string_view> names;
  for (const KernelFacts& kernel : kernels) names.push_back(kernel.name);
  return std::string{kernels::sequence_name({names.data(), names.size()}).view()};
}

ANECHAIN_INLINE Traced Traced::cut(std::string called, std::span<const std::size_t> cuts) const {
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

}  // namespace anechain::flow
