// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <anechain/flow/facts.hpp>
#include <anechain/mil/table.hpp>
#include <anechain/mil/text.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/support/label.hpp>

namespace anechain::flow {

/// What is wrong with a flow.
enum class Fault : std::uint8_t {
  none,
  input_is_open,            ///< a node's input that nothing was given for
  no_such_input,            ///< a name, or a value too many, that the node has no input for
  input_given_twice,        ///< by name
  type_does_not_fit,        ///< what is given for an input
  no_such_result,           ///< a name that the node has no result of
  several_results,          ///< a node of several results was used as one value
  result_is_not_read,       ///< of a node, and not ignored
  input_is_not_read,        ///< an input or a parameter of the flow
  carried_has_no_next,      ///< the pass would leave nothing for the next one
  next_given_twice,         ///< of one carried value
  next_does_not_fit,        ///< the type of what is left
  next_from_outside,        ///< what is left is given by no node
  no_such_channels,         ///< a range beyond the tensor's channels, or of a tensor that is not [1, channels, height, width]
  not_carried,              ///< next() of another value, or of a part
  result_from_outside,      ///< a result of the flow that no node gives
  two_results_of_one_name,  ///< of the flow
  no_value,                 ///< a value that was never assigned, or of another flow
  no_node,                  ///< a flow that runs nothing
};

/// A fault with the names and types that a diagnostic is made from.
struct Broken {
  Fault fault = Fault::none;  ///< none: nothing is wrong
  mil::Name node{};           ///< of a node, or of a port of the flow, in the builder's characters
  std::string_view port{};    ///< of the node
  mil::TensorType given{};    ///< what was given
  mil::TensorType wanted{};   ///< what is taken
};

class Builder;

/// A tensor that goes through a flow.
class Value {
 public:
  constexpr Value() = default;

  /// `count` channels from `first` on, of a tensor [1, channels, height, width]: several tensors can be packed into one surface.
  constexpr Value channels(std::int64_t first, std::int64_t count) const;

  /// What it is; of a range, its own channels.
  constexpr mil::TensorType type() const { return type_of(source_, *type_); }

 private:
  friend class Builder;

  constexpr Value(Builder* builder, const Source& source, const mil::TensorType* type) : builder_(builder), source_(source), type_(type) {}

  Builder* builder_ = nullptr;
  Source source_{};
  const mil::TensorType* type_ = nullptr;
};

/// A value for an input or a result, by name.
struct Named {
  std::string_view name;  ///< of the input or result
  Value value;            ///< what it gets
};

/// What a node gives: one value, which it converts to, or several, by name.
class Results {
 public:
  /// The result of this name: `attended["keys"]`.
  constexpr Value operator[](std::string_view name) const;
  /// The result at a place in the declaration of its kernel or step; there must be one.
  constexpr Value operator[](std::size_t index) const;
  /// The one result.
  constexpr operator Value() const;
  /// The one result's: see Value.
  constexpr Value channels(std::int64_t first, std::int64_t count) const { return Value{*this}.channels(first, count); }

 private:
  friend class Builder;

  constexpr Results(Builder* builder, std::int32_t node) : builder_(builder), node_(node) {}

  Builder* builder_;
  std::int32_t node_;
};

/// The inputs of a flow: see mil::ports.
using mil::ports;

/// What a flow gives. Get one from results().
template <std::size_t N>
struct Outputs {
  Named list[N];  ///< in the order of declaration
};

/// Named results of a flow: `return flow::results({{"y", x}});`
template <std::size_t N>
constexpr Outputs<N> results(const Named (&list)[N]) {
  Outputs<N> made{};
  for (std::size_t i = 0; i < N; ++i) made.list[i] = list[i];
  return made;
}

namespace detail {

template <class S>
inline constexpr StepFacts step_facts{kernels::tracing::name_of<S>(), S::inputs.list, S::outputs.list, &S::run};

/// "Conv1x1" of "Conv1x1<64, 32>", without namespaces.
constexpr std::string_view short_name(std::string_view type) {
  std::size_t end = 0;
  std::size_t begin = 0;
  for (; end < type.size() && type[end] != '<'; ++end)
    if (type[end] == ':') begin = end + 1;
  return type.substr(begin, end - begin);
}

template <class T>
inline constexpr std::string_view short_name_of = short_name(kernels::tracing::name_of<T>());

template <Label Name>
inline constexpr std::string_view label_text = Name.view();

/// A node before its name has a place of its own.
struct NodeEntry {
  mil::Name name;
  NodeFacts facts;        ///< without the name
  kernels::AnyBody body;  ///< not among the facts: a program would have the code of every body then
};

struct ValueEntry {
  ValueFacts::Kind kind;
  std::int32_t node;
  std::int32_t index;
  const mil::TensorType* type;
  bool is_read;
};

/// A carried value, or a parameter, which has no `next`.
struct OutsideEntry {
  mil::Name name;
  const mil::TensorType* type;
  std::int32_t value;
  Source next;
};

struct ResultEntry {
  mil::Name name;
  Source source;
  const mil::TensorType* type;
};

}  // namespace detail

/// Builds a flow node by node. Works in constant expressions and at run time alike. What is wrong stops the compiler with a message of its
/// own; at run time it throws std::invalid_argument.
class Builder {
 public:
  constexpr Builder() = default;
  Builder(const Builder&) = delete;  // values point at it
  Builder& operator=(const Builder&) = delete;
  constexpr ~Builder() {
    for (const mil::TensorType* type : owned_types_) delete type;
  }

  /// Runs a kernel on values in the order of its inputs: `x = f.run<FeedForward>(x)`. The name of its node can be given as a second
  /// template argument, `f.run<FeedForward, "feed_forward">(x)`; else it is made of the kernel's.
  template <Kernel K, Label Name = "", std::convertible_to<Value>... Values>
  constexpr Results run(const Values&... values) {
    const Value given[sizeof...(Values) + 1]{values..., {}};
    return in_order(node({.kernel = &kernel_facts<K>}, name_of<K, Name>(), kernels::any_body<K>), {given, sizeof...(Values)});
  }
  /// The same with values by name: `f.run<Attention>({{"x", x}, {"keys", keys}})`.
  template <Kernel K, Label Name = "">
  constexpr Results run(std::initializer_list<Named> values) {
    return by_name(node({.kernel = &kernel_facts<K>}, name_of<K, Name>(), kernels::any_body<K>), {values.begin(), values.size()});
  }

  /// Runs a kernel or a step that is known as data, which must outlive the flow, on values in the order of its inputs. Its node has this
  /// name. A kernel without a body cannot be fused.
  constexpr Results run(const NodeFacts& kernel_or_step, std::string_view name, mil::Entries<Value> values,
                        const kernels::AnyBody& body = {}) {
    return in_order(node(kernel_or_step, name, body), values);
  }

  /// The same for a step of the CPU.
  ///@{
  template <Step S, Label Name = "", std::convertible_to<Value>... Values>
  constexpr Results on_cpu(const Values&... values) {
    const Value given[sizeof...(Values) + 1]{values..., {}};
    return in_order(node({.step = &detail::step_facts<S>}, name_of<S, Name>()), {given, sizeof...(Values)});
  }
  template <Step S, Label Name = "">
  constexpr Results on_cpu(std::initializer_list<Named> values) {
    return by_name(node({.step = &detail::step_facts<S>}, name_of<S, Name>()), {values.begin(), values.size()});
  }
  ///@}

  /// Another flow as a part of this one: what its `flow` returns for these values. Its nodes stand in a scope of this name.
  template <class F, class... Values>
  constexpr auto part(std::string_view name, const Values&... values) {
    enter(name);
    const auto given = F::flow(*this, Value{values}...);
    leave();
    return given;
  }

  /// An input of the flow, given for each pass.
  constexpr Value input(const mil::Port& port) { return value_from(ValueFacts::Kind::input, inputs_, unique(port.name), port.type); }

  /// An input that is written rarely: a weight as data, an adapter.
  constexpr Value parameter(std::string_view name, const mil::TensorType& type) {
    return value_from(ValueFacts::Kind::parameter, parameters_, unique(name), type);
  }

  /// What the pass before left by next(); zeros at first.
  constexpr Value carried(std::string_view name, const mil::TensorType& type) {
    return value_from(ValueFacts::Kind::carried, carried_, unique(name), type);
  }

  /// What the next pass finds in a carried value.
  constexpr void next(const Value& carried, const Value& left) {
    if (!read(carried, true) || !read(left)) return;
    const detail::ValueEntry& value = values_[at(carried.source_.value)];
    if (value.kind != ValueFacts::Kind::carried || !carried.source_.is_whole()) return fail({Fault::not_carried});
    detail::OutsideEntry& entry = carried_[at(value.index)];
    if (entry.next.value >= 0) return fail({Fault::next_given_twice, entry.name});
    if (values_[at(left.source_.value)].kind != ValueFacts::Kind::result) return fail({Fault::next_from_outside, entry.name});
    if (left.type() != *entry.type) return fail({Fault::next_does_not_fit, entry.name, {}, left.type(), *entry.type});
    entry.next = left.source_;
  }

  /// Whether a value is of this flow.
  constexpr bool has(const Value& value) const { return value.builder_ == this; }

  /// Says that a result is not read on purpose.
  constexpr void ignore(const Value& value) { (void)read(value); }

  /// Opens a scope: the names of nodes that follow begin with "name/". Scopes nest. `enter("layer", 3)` is `enter("layer3")`.
  ///@{
  constexpr void enter(std::string_view name) { open(unique(name)); }
  constexpr void enter(std::string_view name, std::size_t number) {
    Counter& numbers = counter(name, true);
    const bool is_new = number >= numbers.count;  // numbers that go up need no look at all the others
    if (is_new) numbers.count = number + 1;
    mil::Name scope = add(prefix_.view());
    characters_.append(name);
    mil::append_number(characters_, number);
    scope.size = static_cast<std::uint32_t>(characters_.size()) - scope.offset;
    if (!is_new) {
      mil::Characters again;
      again.append(text(scope).substr(prefix_.size()));
      again.append("_again");
      scope = unique(again.view());
    }
    open(scope);
  }
  ///@}
  /// Closes the scope that was opened last.
  constexpr void leave() {
    prefix_.truncate(scopes_.back().prefix);
    counters_.truncate(scopes_.back().counters);
    scopes_.truncate(scopes_.size() - 1);
  }

  /// Ends the flow with its results: what is open, or read by nobody, is found now.
  constexpr void finish(mil::Entries<Named> results) {
    for (const Named& result : results) {
      if (!read(result.value)) return;
      const detail::ValueEntry& value = values_[at(result.value.source_.value)];
      const mil::Name name = add(result.name);
      if (value.kind != ValueFacts::Kind::result) return fail({Fault::result_from_outside, name});
      for (const detail::ResultEntry& other : results_)
        if (mil::same_text(text(other.name), result.name)) return fail({Fault::two_results_of_one_name, name});
      results_.push_back({name, result.value.source_, result.value.type_});
    }
    if (nodes_.empty()) return fail({Fault::no_node});
    for (const detail::OutsideEntry& entry : carried_)
      if (entry.next.value < 0) return fail({Fault::carried_has_no_next, entry.name, {}, *entry.type});
    for (const detail::ValueEntry& value : values_) {
      if (value.is_read) continue;
      if (value.kind == ValueFacts::Kind::result)
        return fail({Fault::result_is_not_read, nodes_[at(value.node)].name, nodes_[at(value.node)].facts.outputs()[at(value.index)].name,
                     *value.type});
      if (value.kind == ValueFacts::Kind::input) return fail({Fault::input_is_not_read, inputs_[at(value.index)].name, {}, *value.type});
      if (value.kind == ValueFacts::Kind::parameter)
        return fail({Fault::input_is_not_read, parameters_[at(value.index)].name, {}, *value.type});
    }
  }

  /// The bodies of the nodes, in their order; a step of the CPU has none.
  constexpr void list_bodies(kernels::AnyBody* to) const {
    for (const detail::NodeEntry& node : nodes_) *to++ = node.body;
  }

  /// The first fault, in a constant evaluation, which goes on after it.
  constexpr const Broken& broken() const { return broken_; }

  /// A text of the builder's; valid while the flow does not grow.
  constexpr std::string_view text(mil::Name name) const { return {characters_.data() + name.offset, name.size}; }

 private:
  friend class Value;
  friend class Results;
  template <class>
  friend struct Tables;

  struct Scope {
    std::size_t prefix;
    std::size_t counters;
  };
  /// How often a name was asked for in the scope that is open.
  struct Counter {
    mil::Name base;
    bool is_numbered;  ///< of scopes with numbers: `count` is one more than the largest
    std::size_t count;
  };

  template <class T, Label Name>
  static constexpr const std::string_view& name_of() {
    if constexpr (Name.view().empty())
      return detail::short_name_of<T>;
    else
      return detail::label_text<Name>;
  }

  static constexpr std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

  constexpr void fail(const Broken& broken);

  constexpr mil::Name add(std::string_view text) {
    const mil::Name name{static_cast<std::uint32_t>(characters_.size()), static_cast<std::uint32_t>(text.size())};
    characters_.append(text);
    return name;
  }

  /// Of a name in the scope that is open.
  constexpr Counter& counter(std::string_view base, bool is_numbered) {
    for (std::size_t i = scopes_.empty() ? 0 : scopes_.back().counters; i < counters_.size(); ++i)
      if (counters_[i].is_numbered == is_numbered && mil::same_text(text(counters_[i].base), base)) return counters_[i];
    counters_.push_back({add(base), is_numbered, 0});
    return counters_[counters_.size() - 1];
  }

  /// A name with its scopes: "layer3/Attention", and for the second of it "layer3/Attention_1".
  constexpr mil::Name unique(std::string_view base) {
    const std::size_t ordinal = counter(base, false).count++;
    mil::Name name = add(prefix_.view());
    characters_.append(base);
    if (ordinal > 0) {
      characters_.append("_");
      mil::append_number(characters_, ordinal);
    }
    name.size = static_cast<std::uint32_t>(characters_.size()) - name.offset;
    return name;
  }

  constexpr void open(mil::Name scope) {
    scopes_.push_back({prefix_.size(), counters_.size()});
    prefix_.truncate(0);
    prefix_.append(text(scope));
    prefix_.append("/");
  }

  constexpr Value value_of(std::int32_t value) { return {this, {value}, values_[at(value)].type}; }

  constexpr Value value_from(ValueFacts::Kind kind, mil::Table<detail::OutsideEntry>& entries, mil::Name name,
                             const mil::TensorType& type) {
    const auto value = static_cast<std::int32_t>(values_.size());
    const mil::TensorType* const owned = new mil::TensorType(type);
    owned_types_.push_back(owned);
    values_.push_back({kind, -1, static_cast<std::int32_t>(entries.size()), owned, false});
    entries.push_back({name, owned, value, {}});
    return value_of(value);
  }

  /// Notes that a value is read. False, with a fault, if it is none of this flow.
  constexpr bool read(const Value& value, bool by_next = false) {
    if (!has(value)) {
      fail({Fault::no_value});
      return false;
    }
    if (!by_next) values_[at(value.source_.value)].is_read = true;
    return true;
  }

  /// A node without its sources, which follow; its values are there.
  constexpr std::int32_t node(const NodeFacts& of, std::string_view name, const kernels::AnyBody& body = {}) {
    const auto number = static_cast<std::int32_t>(nodes_.size());
    nodes_.push_back({unique(name),
                      {.kernel = of.kernel,
                       .step = of.step,
                       .first_source = static_cast<std::uint32_t>(sources_.size()),
                       .first_value = static_cast<std::uint32_t>(values_.size())},
                      body});
    const std::span<const mil::Port> outputs = nodes_.back().facts.outputs();
    for (std::size_t i = 0; i < outputs.size(); ++i)
      values_.push_back({ValueFacts::Kind::result, number, static_cast<std::int32_t>(i), &outputs[i].type, false});
    return number;
  }

  /// One source for each input of a node; -1 while it is open.
  constexpr void bind(std::int32_t number, std::size_t input, const Value& value) {
    const detail::NodeEntry& node = nodes_[at(number)];
    const mil::Port& port = node.facts.inputs()[input];
    if (!read(value)) return;
    Source& source = sources_[node.facts.first_source + input];
    if (source.value >= 0) return fail({Fault::input_given_twice, node.name, port.name});
    source = value.source_;
    if (source.is_whole() ? *value.type_ != port.type : value.type() != port.type)
      fail({Fault::type_does_not_fit, node.name, port.name, value.type(), port.type});
  }

  constexpr void reserve_sources(const detail::NodeEntry& node) {
    for (std::size_t i = 0; i < node.facts.inputs().size(); ++i) sources_.push_back({});
  }

  constexpr Results in_order(std::int32_t number, mil::Entries<Value> values) {
    const detail::NodeEntry node = nodes_[at(number)];
    reserve_sources(node);
    const std::size_t inputs = node.facts.inputs().size();
    if (values.size() > inputs) fail({Fault::no_such_input, node.name, "one value too many"});
    for (std::size_t i = 0; i < values.size() && i < inputs; ++i) bind(number, i, values[i]);
    return closed(number);
  }

  constexpr Results by_name(std::int32_t number, mil::Entries<Named> values) {
    const detail::NodeEntry node = nodes_[at(number)];
    reserve_sources(node);
    const std::span<const mil::Port> inputs = node.facts.inputs();
    for (const Named& given : values) {
      std::size_t input = 0;
      while (input < inputs.size() && !mil::same_text(inputs[input].name, given.name)) ++input;
      if (input == inputs.size())
        fail({Fault::no_such_input, node.name, given.name});
      else
        bind(number, input, given.value);
    }
    return closed(number);
  }

  constexpr Results closed(std::int32_t number) {
    const detail::NodeEntry& node = nodes_[at(number)];
    const std::span<const mil::Port> inputs = node.facts.inputs();
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (sources_[node.facts.first_source + i].value < 0) {
        fail({Fault::input_is_open, node.name, inputs[i].name, {}, inputs[i].type});
        break;
      }
    return {this, number};
  }

  mil::Characters characters_;
  mil::Table<detail::NodeEntry> nodes_;
  mil::Table<Source> sources_;
  mil::Table<detail::ValueEntry> values_;
  mil::Table<detail::OutsideEntry> inputs_;
  mil::Table<detail::OutsideEntry> parameters_;
  mil::Table<detail::OutsideEntry> carried_;
  mil::Table<detail::ResultEntry> results_;
  mil::Table<const mil::TensorType*> owned_types_;
  mil::Characters prefix_;
  mil::Table<Scope> scopes_;
  mil::Table<Counter> counters_;
  Broken broken_;
};

/// What a fault says at run time, with its names and types.
std::string to_string(const Broken& broken, std::string_view node);

constexpr void Builder::fail(const Broken& broken) {
  if (!std::is_constant_evaluated()) throw std::invalid_argument(to_string(broken, text(broken.node)));
  if (broken_.fault == Fault::none) broken_ = broken;
}

constexpr Value Value::channels(std::int64_t first, std::int64_t count) const {
  if (builder_ == nullptr) return {};
  Value part = *this;
  const mil::TensorType whole = type();
  if (whole.shape.rank != 4 || whole.shape[0] != 1 || first < 0 || count < 1 || first > whole.shape[1] - count) {
    builder_->fail({Fault::no_such_channels, {}, {}, whole});
    return part;
  }
  part.source_.first_channel += first;
  part.source_.channels = count;
  return part;
}

constexpr Value Results::operator[](std::string_view name) const {
  const detail::NodeEntry& node = builder_->nodes_[static_cast<std::size_t>(node_)];
  const std::span<const mil::Port> outputs = node.facts.outputs();
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (mil::same_text(outputs[i].name, name)) return builder_->value_of(static_cast<std::int32_t>(node.facts.first_value + i));
  builder_->fail({Fault::no_such_result, node.name, name});
  return builder_->value_of(static_cast<std::int32_t>(node.facts.first_value));
}

constexpr Value Results::operator[](std::size_t index) const {
  const detail::NodeEntry& node = builder_->nodes_[static_cast<std::size_t>(node_)];
  return builder_->value_of(static_cast<std::int32_t>(node.facts.first_value + index));
}

constexpr Results::operator Value() const {
  const detail::NodeEntry& node = builder_->nodes_[static_cast<std::size_t>(node_)];
  if (node.facts.outputs().size() != 1) builder_->fail({Fault::several_results, node.name});
  return builder_->value_of(static_cast<std::int32_t>(node.facts.first_value));
}

}  // namespace anechain::flow

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/flow/builder.ipp>
#endif
