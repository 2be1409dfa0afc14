// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <anechain/flow/builder.hpp>
#include <anechain/flow/facts.hpp>
#include <anechain/kernels/names.hpp>
#include <anechain/mil/builder.hpp>
#include <anechain/mil/table.hpp>
#include <anechain/mil/text.hpp>

// How several kernels of a flow become one program. Works on a flow as data, in constant expressions and at run time alike.
namespace anechain::flow {

/// Nodes of a flow, from `first` to before `last`, which run as one program; or one node, a step of the CPU perhaps, which stays as it is.
struct Segment {
  std::size_t first;  ///< in Facts::nodes
  std::size_t last;   ///< behind it

  /// Whether its program is another one than its node's.
  constexpr bool is_fused() const { return last - first > 1; }
};

/// The first node of this name, or in the scope of this name; as many as there are nodes if there is none.
constexpr std::size_t first_node(const Facts& facts, std::string_view name) {
  const auto is_it = [&](std::string_view node) {
    if (node.size() == name.size()) return mil::same_text(node, name);
    return node.size() > name.size() && node[name.size()] == '/' && mil::same_text(node.substr(0, name.size()), name);
  };
  std::size_t n = 0;
  while (n < facts.nodes.size() && !is_it(facts.nodes[n].name)) ++n;
  return n;
}

/// Cuts a flow before each of these nodes, and before and after each step of the CPU.
constexpr mil::Table<Segment> segments_of(const Facts& facts, mil::Entries<std::size_t> cuts) {
  mil::Table<Segment> segments;
  for (std::size_t n = 0; n < facts.nodes.size(); ++n) {
    bool begins = n == 0 || facts.nodes[n].step != nullptr || facts.nodes[n - 1].step != nullptr;
    for (const std::size_t cut : cuts) begins = begins || cut == n;
    if (begins)
      segments.push_back({n, n + 1});
    else
      segments[segments.size() - 1].last = n + 1;
  }
  return segments;
}

/// What a segment reads that is given outside of it, and what of its own is read there.
struct Boundary {
  mil::Table<Source> inputs;         ///< each once, in the order of reading; of a segment that is not fused, all that its node reads
  mil::Table<std::int32_t> outputs;  ///< in Facts::values; of a segment that is not fused, all that its node gives
};

namespace detail {

/// Whether a value is given by a node of the segment.
constexpr bool gives(const Facts& facts, const Segment& segment, std::int32_t value) {
  const std::int32_t node = facts.values[static_cast<std::size_t>(value)].node;
  return node >= 0 && static_cast<std::size_t>(node) >= segment.first && static_cast<std::size_t>(node) < segment.last;
}

template <class T>
constexpr std::size_t place_of(const mil::Table<T>& table, const T& wanted) {
  std::size_t i = 0;
  while (i < table.size() && !(table[i] == wanted)) ++i;
  return i;
}

template <class T>
constexpr void add_once(mil::Table<T>& table, const T& entry) {
  if (place_of(table, entry) == table.size()) table.push_back(entry);
}

}  // namespace detail

/// See Boundary.
constexpr Boundary boundary_of(const Facts& facts, const Segment& segment) {
  Boundary boundary;
  if (!segment.is_fused()) {
    const NodeFacts& node = facts.nodes[segment.first];
    for (const Source& source : facts.sources_of(node)) boundary.inputs.push_back(source);
    for (std::size_t i = 0; i < node.outputs().size(); ++i) boundary.outputs.push_back(static_cast<std::int32_t>(node.first_value + i));
    return boundary;
  }
  const auto read_outside = [&](const Source& source) {
    if (detail::gives(facts, segment, source.value)) detail::add_once(boundary.outputs, source.value);
  };
  for (std::size_t n = 0; n < facts.nodes.size(); ++n)
    for (const Source& source : facts.sources_of(facts.nodes[n])) {
      if (n < segment.first || n >= segment.last)
        read_outside(source);
      else if (!detail::gives(facts, segment, source.value))
        detail::add_once(boundary.inputs, source);
    }
  for (const Source& result : facts.results) read_outside(result);
  for (const CarriedFacts& carried : facts.carried) read_outside(carried.next);
  return boundary;
}

/// The names of a fused segment's ports: its inputs', then its outputs'. A result of the flow keeps its name, others are called by the node
/// that gives them, and by their name there if it gives several.
class PortNames {
 public:
  /// Makes them; `boundary` is that of the segment.
  constexpr PortNames(const Facts& facts, const Boundary& boundary) {
    for (const Source& source : boundary.inputs) {
      begin();
      append_value(facts, facts.values[static_cast<std::size_t>(source.value)]);
      if (!source.is_whole()) {
        append("_from_");
        mil::append_number(characters_, static_cast<std::size_t>(source.first_channel));
        append("_to_");
        mil::append_number(characters_, static_cast<std::size_t>(source.first_channel + source.channels));
      }
      end();
    }
    for (const std::int32_t value : boundary.outputs) {
      begin();
      std::size_t result = 0;
      while (result < facts.results.size() && !(facts.results[result] == Source{value})) ++result;
      if (result < facts.results.size())
        append(facts.outputs[result].name);
      else
        append_value(facts, facts.values[static_cast<std::size_t>(value)]);
      end();
    }
  }

  /// All names, one behind the other, and each of them.
  ///@{
  constexpr std::string_view characters() const { return characters_.view(); }
  constexpr std::size_t size() const { return names_.size(); }
  constexpr mil::Name operator[](std::size_t i) const { return names_[i]; }
  ///@}

 private:
  constexpr std::string_view text(mil::Name name) const { return characters_.view().substr(name.offset, name.size); }

  constexpr void begin() { names_.push_back({static_cast<std::uint32_t>(characters_.size()), 0}); }

  /// Makes the name that was begun one of its own.
  constexpr void end() {
    mil::Name& name = names_[names_.size() - 1];
    const auto close = [&] { name.size = static_cast<std::uint32_t>(characters_.size()) - name.offset; };
    close();
    const std::size_t size = characters_.size();
    for (std::size_t number = 1; is_taken(text(name)); ++number) {
      characters_.truncate(size);
      append("_");
      mil::append_number(characters_, number);
      close();
    }
  }

  constexpr bool is_taken(std::string_view name) const {
    for (std::size_t i = 0; i + 1 < names_.size(); ++i)
      if (mil::same_text(text(names_[i]), name)) return true;
    return false;
  }

  constexpr void append_value(const Facts& facts, const ValueFacts& value) {
    if (value.kind != ValueFacts::Kind::result) return append(value.port->name);
    const NodeFacts& node = facts.nodes[static_cast<std::size_t>(value.node)];
    append(node.name);
    if (node.outputs().size() == 1) return;
    append("_");
    append(value.port->name);
  }

  /// As characters of a name in MIL.
  constexpr void append(std::string_view text) {
    for (char c : text) {
      const bool is_digit = c >= '0' && c <= '9';
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!is_digit && !is_letter) c = '_';
      if (is_digit && characters_.size() == names_.back().offset) characters_.append("_");
      characters_.append({&c, 1});
    }
  }

  mil::Characters characters_;
  mil::Table<mil::Name> names_;
};

/// The name of a fused segment's node: the innermost scope that all of its nodes are in, or "fused".
constexpr std::string_view segment_name(const Facts& facts, const Segment& segment) {
  const std::string_view first = facts.nodes[segment.first].name;
  const auto is_end = [](std::string_view name, std::size_t at) { return at < name.size() && name[at] == '/'; };  // of a scope
  std::size_t common = first.size();
  for (std::size_t n = segment.first; n < segment.last; ++n) {
    const std::string_view name = facts.nodes[n].name;
    std::size_t same = 0;
    while (same < common && same < name.size() && first[same] == name[same]) ++same;
    while (same > 0 && !(is_end(first, same) && is_end(name, same))) --same;
    common = same;
  }
  return common == 0 ? std::string_view{"fused"} : first.substr(0, common);
}

/// What reports call a fused segment's program: "fused(Conv1x1<64, 32> x12)".
constexpr mil::Characters program_name(const Facts& facts, const Segment& segment) {
  mil::Table<std::string_view> names;
  for (std::size_t n = segment.first; n < segment.last; ++n) names.push_back(facts.nodes[n].title());
  return kernels::fused_name({names.data(), names.size()});
}

/// The bodies of a segment's nodes, one after the other within one program. Weights of the segment's kernel i are called "k<i>_<name>".
/// `inputs` has a value for each of the boundary's inputs; `outputs` gets one for each of its outputs.
constexpr void fuse(mil::Body& b, const Facts& facts, mil::Entries<kernels::AnyBody> bodies, const Segment& segment,
                    const Boundary& boundary, const mil::Value* inputs, mil::Value* outputs) {
  const std::uint32_t first_value = facts.nodes[segment.first].first_value;
  mil::Table<mil::Value> given;  // by the nodes so far; others have values in between, which stay empty here
  mil::Table<mil::Value> taken;
  mil::Table<mil::Result> results;
  for (std::size_t n = segment.first; n < segment.last; ++n) {
    const NodeFacts& node = facts.nodes[n];
    taken.truncate(0);
    for (const Source& source : facts.sources_of(node)) {
      if (!detail::gives(facts, segment, source.value)) {
        taken.push_back(inputs[detail::place_of(boundary.inputs, source)]);
        continue;
      }
      const mil::Value whole = given[static_cast<std::size_t>(source.value) - first_value];
      const mil::Shape& shape = whole.type.shape;
      taken.push_back(
          source.is_whole() ? whole : b.slice_by_size(whole, {0, source.first_channel, 0, 0}, {1, source.channels, shape[2], shape[3]}));
    }
    results.truncate(0);
    for (std::size_t i = 0; i < node.outputs().size(); ++i) results.push_back({});
    b.enter(n - segment.first);
    bodies[n].call(bodies[n].self, b, taken.data(), results.data());
    b.leave();
    while (given.size() < node.first_value - first_value) given.push_back({});
    for (const mil::Result& result : results) given.push_back(result.value);
  }
  for (std::size_t i = 0; i < boundary.outputs.size(); ++i) outputs[i] = given[static_cast<std::size_t>(boundary.outputs[i]) - first_value];
}

/// A program of a flow that was cut: a segment's, as a kernel that is known as data.
struct SegmentProgram {
  const KernelFacts* kernel = nullptr;  ///< null if the segment is not fused: its node stays as it is
  kernels::AnyBody body{};              ///< of `kernel`, so that what was fused can be fused again
};

/// Builds a flow anew from its segments: with as many programs as there are segments. `inputs` has a value for each input of the flow;
/// the flow's results are written to `results`.
constexpr void build_cut(Builder& f, const Facts& facts, mil::Entries<kernels::AnyBody> bodies, mil::Entries<Segment> segments,
                         mil::Entries<SegmentProgram> programs, const Value* inputs, Named* results) {
  mil::Table<Value> values;
  for (const ValueFacts& value : facts.values) switch (value.kind) {
      case ValueFacts::Kind::result: values.push_back({}); break;
      case ValueFacts::Kind::input: values.push_back(inputs[value.index]); break;
      case ValueFacts::Kind::parameter: values.push_back(f.parameter(value.port->name, value.port->type)); break;
      case ValueFacts::Kind::carried: values.push_back(f.carried(value.port->name, value.port->type)); break;
    }
  const auto value_of = [&](const Source& source) {
    const Value& whole = values[static_cast<std::size_t>(source.value)];
    return source.is_whole() ? whole : whole.channels(source.first_channel, source.channels);
  };
  mil::Table<Value> taken;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const Segment& segment = segments[s];
    const NodeFacts& node = facts.nodes[segment.first];
    const Boundary boundary = boundary_of(facts, segment);
    taken.truncate(0);
    for (const Source& source : boundary.inputs) taken.push_back(value_of(source));
    const Results given = segment.is_fused() ? f.run({.kernel = programs[s].kernel}, segment_name(facts, segment),
                                                     {taken.data(), taken.size()}, programs[s].body)
                                             : f.run(node, node.name, {taken.data(), taken.size()}, bodies[segment.first]);
    for (std::size_t i = 0; i < boundary.outputs.size(); ++i) {
      values[static_cast<std::size_t>(boundary.outputs[i])] = given[i];
      f.ignore(given[i]);  // what must be read was, in the flow that is cut
    }
  }
  for (std::size_t i = 0; i < facts.carried.size(); ++i)
    f.next(values[static_cast<std::size_t>(facts.carried[i].value)], value_of(facts.carried[i].next));
  for (std::size_t i = 0; i < facts.results.size(); ++i) results[i] = {facts.outputs[i].name, value_of(facts.results[i])};
}

}  // namespace anechain::flow
