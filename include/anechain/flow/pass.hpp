// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/devices/device.hpp>
#include <anechain/flow/facts.hpp>
#include <anechain/flow/pass_memory.hpp>
#include <anechain/flow/strategy.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain {

/// A pass that failed: under which strategy, at which kernel, and why. What the device threw is nested in it (std::rethrow_if_nested).
struct PassError : std::runtime_error {
  /// Says "under: kernel at (called): reason".
  PassError(std::string_view under, std::size_t at, std::string_view called, const std::string& reason);

  std::string strategy;     ///< the strategy's name
  std::size_t kernel;       ///< position in the flow, from 0; steps of the CPU count
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

/// A step of the CPU with the surfaces that it works on.
template <Surface S>
struct StepCall {
  flow::StepFunction run;
  std::vector<S*> inputs;
  std::vector<S*> outputs;
  std::vector<flow::Tensor> tensors;  ///< of both, while they are locked
  std::int64_t bytes = 0;             ///< that it reads and writes, packed

  /// Locks what it reads, then what it writes, and calls the step.
  void operator()() { locked(0); }

 private:
  void locked(std::size_t next) {
    const std::span<const flow::Tensor> all{tensors};
    if (next == all.size()) return run(all.first(inputs.size()), all.subspan(inputs.size()));
    const bool reads = next < inputs.size();
    S& surface = reads ? *inputs[next] : *outputs[next - inputs.size()];
    const auto lock = surface.lock(reads ? Access::read : Access::write);
    tensors[next] = flow::Tensor{tensors[next].type(), lock.bytes().data()};
    locked(next + 1);
  }
};

}  // namespace detail

/// One kernel of one pass: its evaluation, and what is done on the link behind it.
template <Device D, StrategyWithName S>
struct Step {
  using Surface = typename D::Surface;

  D* device;                     ///< not owned, like all that a step points at
  typename D::Request* request;  ///< this kernel's in this lane
  Surface* from;                 ///< its first result that somebody reads
  Surface* to;                   ///< the first reader's input; null if there is none, or no surface of its own
  std::size_t kernel;            ///< position in the flow; this and the name are for a PassError
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

/// What a pass does between steps: a step of the CPU, a link's further reader, some channels of a tensor, what the next pass finds.
template <Device D, StrategyWithName S>
struct Interlude {
  using Surface = typename D::Surface;

  std::size_t position;             ///< how many steps of its lane come before it
  void (*act)(const Interlude&);    ///< does it
  D* device;                        ///< not owned, like all that an interlude points at
  Surface* from;                    ///< of a move
  Surface* to;                      ///< of a move
  std::size_t from_byte;            ///< of a move of some channels: where they begin
  std::size_t bytes;                ///< and how many bytes they have, padding included
  detail::StepCall<Surface>* call;  ///< of a step of the CPU
  std::size_t kernel;               ///< the node that it belongs to; this and the name are for a PassError
  std::string_view kernel_name;     ///< what reports call it

  /// Does it. Throws PassError, whatever was thrown.
  void operator()() const {
    try {
      if constexpr (DeviceOfVirtualTime<D> && S::Executor::hops == executor::Hops::each_step) device->charge_hop();
      act(*this);
    } catch (...) {
      detail::rethrow_as_pass_error(S::name, kernel, kernel_name);
    }
  }

  /// A whole surface, as the strategy's transfer moves it.
  static void move(const Interlude& self) {
    S::Transfer::move(*self.from, *self.to);
    if constexpr (DeviceOfVirtualTime<D> && S::Transfer::delivers) self.device->charge_move(*self.from, *self.to);
  }

  /// Bytes of one surface to the beginning of another: some channels, or what a carried value leaves.
  static void copy(const Interlude& self) {
    const auto reading = self.from->lock(Access::read);
    const auto writing = self.to->lock(Access::write);
    std::memcpy(writing.bytes().data(), reading.bytes().data() + self.from_byte, self.bytes);
    if constexpr (DeviceOfVirtualTime<D>) self.device->charge_move(*self.to, *self.to);
  }

  /// A step of the CPU.
  static void step(const Interlude& self) {
    (*self.call)();
    if constexpr (DeviceOfVirtualTime<D>) self.device->charge_step(self.call->bytes);
  }
};

/// A flow bound to a strategy on a device: surfaces and requests laid out once, ready to run any number of times. The device and the
/// compiled flow must outlive it.
template <Device D, StrategyWithName S>
class Pass {
  using Transfer = typename S::Transfer;
  using Executor = typename S::Executor;
  using Lane = executor::Lane<Step<D, S>, Interlude<D, S>>;
  static_assert(transfer::LaysOutLinks<Transfer>, "anechain: this is not a Transfer: it lacks `static constexpr transfer::Link link`");
  static_assert(transfer::SaysWhetherItDelivers<Transfer>, "anechain: this is not a Transfer: it lacks `static constexpr bool delivers`");
  static_assert(transfer::MovesBetweenSurfaces<Transfer, typename D::Surface>,
                "anechain: this is not a Transfer: it lacks `static void move(Surface& from, Surface& to)`");
  static_assert(
      executor::Executor<Executor, Lane>,
      "anechain: this is not an Executor: it needs lanes, hops, description, a constructor from the number of jobs, and run(lanes)");
  static_assert(!transfer::reuses_surfaces<Transfer> || (Transfer::link == transfer::Link::one_surface && executor::keeps_order<Executor>),
                "anechain: a transfer reuses surfaces only if a link has one surface and the executor runs the nodes of a pass in order");
  static_assert(
      ChargesAllOrNothing<D>,
      "anechain: this device has some of charge_move(from, to), charge_step(bytes), charge_hop() and idle(duration): a device of virtual "
      "time has all of them, any other device none");

 public:
  using Surface = typename D::Surface;

  /// Passes in flight; one `run` is so many passes.
  static constexpr std::size_t lanes = Executor::lanes;

  /// Lays out surfaces and requests for a flow; one program for each of its kernels, in order. Throws DeviceError.
  Pass(D& device, const flow::Facts& facts, std::span<typename D::Program> programs) : device_(&device), shape_(facts) {
    for (std::size_t lane = 0; lane < lanes; ++lane) lay_out(lane, facts, programs);
    executor_.emplace(std::max(lanes_[0].jobs(0), lanes_[0].jobs(1)));
  }

  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  /// Runs every lane once. Throws PassError if a node fails; the pass can be run again after that.
  void run() {
    if constexpr (DeviceOfVirtualTime<D> && Executor::hops == executor::Hops::each_run) device_->charge_hop();
    executor_->run(std::span<const Lane>{next_run_});
    if (alternates_) {
      std::swap(next_run_, other_run_);
      turn_ = 1 - turn_;
    }
  }

  /// Gives every lane the one input of the flow, packed; or the input or parameter of this name. Throws std::invalid_argument if the count
  /// is not that of its elements, std::out_of_range if there is no such input.
  ///@{
  template <class Numbers>
  void input(const Numbers& packed) {
    if (shape_.inputs != 1) throw std::out_of_range("the flow has " + std::to_string(shape_.inputs) + " inputs: name one of them");
    input(shape_.all_outside.front().name, packed);
  }
  template <class Numbers>
  void input(std::string_view name, const Numbers& packed) {
    const std::span<const typename Numbers::value_type> numbers{packed};
    const Outside& outside = shape_.outside(name);
    anechain::detail::require_count(outside.type, numbers.size());
    for (PlacesOfLane& places : lanes_)
      for (const Place& place : places.outside[outside.index])
        write(*place.surface, numbers.subspan(place.first_element, static_cast<std::size_t>(place.surface->type().elements())));
  }
  ///@}

  /// What a lane's last run gave, packed: the one result of the flow, or the one of this name. Throws std::out_of_range.
  ///@{
  template <class Number = float>
  std::vector<Number> output(std::size_t lane = 0) {
    if (shape_.outputs.size() != 1)
      throw std::out_of_range("the flow has " + std::to_string(shape_.outputs.size()) + " results: name one of them");
    return output<Number>(shape_.outputs.front(), lane);
  }
  template <class Number = float>
  std::vector<Number> output(std::string_view name, std::size_t lane = 0) {
    const auto found = std::ranges::find(shape_.outputs, name);
    if (found == shape_.outputs.end()) throw std::out_of_range("the flow has no result '" + std::string{name} + "'");
    const Place& place = places(lane).results[last_turn()][static_cast<std::size_t>(found - shape_.outputs.begin())];
    const std::vector<Number> whole = read<Number>(*place.surface);
    const auto first = whole.begin() + static_cast<std::ptrdiff_t>(place.first_element);
    return {first, first + static_cast<std::ptrdiff_t>(place.elements)};
  }
  ///@}

  /// Makes every carried value zero, as before the first run.
  void reset() {
    for (PlacesOfLane& places : lanes_)
      for (Surface* surface : places.carried) {
        const auto lock = surface->lock(Access::write);
        std::ranges::fill(lock.bytes(), std::byte{0});
      }
    if (turn_ == 1) std::swap(next_run_, other_run_);
    turn_ = 0;
  }

  /// What its surfaces take.
  const PassMemory& memory() const { return memory_; }

  /// Nodes that it runs, steps of the CPU among them.
  std::size_t length() const { return lanes_[0].inputs[0].size(); }

  /// What a node of a lane reads and writes in its next run, by the position of the port in its declaration. Throws std::out_of_range.
  ///@{
  Surface& input_surface(std::size_t node, std::size_t lane = 0, std::size_t port = 0) {
    return *port_of(places(lane).inputs[turn_], node, lane, port);
  }
  Surface& output_surface(std::size_t node, std::size_t lane = 0, std::size_t port = 0) {
    return *port_of(places(lane).outputs[turn_], node, lane, port);
  }
  ///@}

 private:
  static constexpr bool shares = Transfer::link == transfer::Link::one_surface;
  static constexpr std::size_t both_turns[]{0, 1};
  static constexpr std::size_t no_group = static_cast<std::size_t>(-1);

  /// A surface, or the part of it that some channels take.
  struct Place {
    Surface* surface;
    std::size_t first_element;  ///< of an input: in what is given; of a result: in the surface
    std::size_t elements;
  };

  /// An input, a parameter: where its readers are, is each lane's.
  struct Outside {
    std::string name;
    mil::TensorType type;
    std::size_t index;
  };

  /// What is kept of the flow's facts, which need not outlive the pass.
  struct Shape {
    explicit Shape(const flow::Facts& facts) : inputs(facts.inputs.size()) {
      for (const std::span<const mil::Port> ports : {facts.inputs, facts.parameters})
        for (const mil::Port& port : ports) all_outside.push_back({std::string{port.name}, port.type, all_outside.size()});
      for (const mil::Port& port : facts.outputs) outputs.emplace_back(port.name);
    }

    const Outside& outside(std::string_view name) const {
      std::string known;
      for (const Outside& one : all_outside) {
        if (one.name == name) return one;
        known += (known.empty() ? "" : ", ") + one.name;
      }
      throw std::out_of_range("the flow has no input '" + std::string{name} + "'; it has " + known);
    }

    std::size_t inputs;                ///< how many come first in `all_outside`
    std::vector<Outside> all_outside;  ///< inputs, then parameters
    std::vector<std::string> outputs;
  };

  /// Surfaces, requests and jobs of one lane. Two sets of what depends on where carried values are.
  struct PlacesOfLane {
    std::vector<Surface> surfaces;              ///< with room for all: others point at them
    std::vector<typename D::Request> requests;  ///< the same
    std::vector<std::unique_ptr<anechain::detail::StepCall<Surface>>> calls;
    std::array<std::vector<std::vector<Surface*>>, 2> inputs;   ///< of each node
    std::array<std::vector<std::vector<Surface*>>, 2> outputs;  ///< of each node
    std::array<std::vector<Place>, 2> results;                  ///< of the flow
    std::vector<std::vector<Place>> outside;                    ///< readers of each input and parameter
    std::vector<Surface*> carried;                              ///< all that reset() clears
    std::array<std::vector<Step<D, S>>, 2> steps;
    std::array<std::vector<Interlude<D, S>>, 2> interludes;
    std::array<std::vector<executor::Group>, 2> groups;            ///< of the jobs
    std::array<std::vector<std::vector<std::size_t>>, 2> waiting;  ///< for each group

    std::size_t jobs(std::size_t turn) const { return steps[turn].size() + interludes[turn].size(); }
  };

  PlacesOfLane& places(std::size_t lane) {
    if (lane >= lanes) throw std::out_of_range("there is no lane " + std::to_string(lane) + ": the pass has " + std::to_string(lanes));
    return lanes_[lane];
  }

  Surface* port_of(const std::vector<std::vector<Surface*>>& nodes, std::size_t node, std::size_t lane, std::size_t port) const {
    if (node >= nodes.size() || port >= nodes[node].size())
      throw std::out_of_range("there is no kernel " + std::to_string(node) + " with a port " + std::to_string(port) + " in lane " +
                              std::to_string(lane) + ": the pass has " + std::to_string(nodes.size()) + " kernels and " +
                              std::to_string(lanes) + " lanes");
    return nodes[node][port];
  }

  std::size_t last_turn() const { return alternates_ ? 1 - turn_ : turn_; }

  static mil::TensorType type_of(const flow::Facts& facts, const flow::Source& source) {
    return flow::type_of(source, facts.values[static_cast<std::size_t>(source.value)].port->type);
  }

  Surface* new_surface(PlacesOfLane& lane, const mil::TensorType& type) {
    lane.surfaces.push_back(device_->surface(type));
    ++memory_.surfaces;
    memory_.bytes += type.surface_bytes();
    return &lane.surfaces.back();
  }

  /// For each value the last node that reads it in place, or the number of nodes if it must stay until the pass is over.
  static std::vector<std::size_t> last_readers(const flow::Facts& facts) {
    std::vector<std::size_t> last(facts.values.size(), facts.nodes.size());
    for (std::size_t v = 0; v < facts.values.size(); ++v)
      if (facts.values[v].kind == flow::ValueFacts::Kind::result) last[v] = static_cast<std::size_t>(facts.values[v].node);
    for (std::size_t n = 0; n < facts.nodes.size(); ++n)
      for (const flow::Source& source : facts.sources_of(facts.nodes[n])) {
        std::size_t& reader = last[static_cast<std::size_t>(source.value)];
        if (source.is_whole()) reader = std::max(reader, n);  // ranges are copied when the value is given
      }
    const auto keep = [&](const flow::Source& source) { last[static_cast<std::size_t>(source.value)] = facts.nodes.size(); };
    std::ranges::for_each(facts.results, keep);
    for (const flow::CarriedFacts& carried : facts.carried) keep(carried.next);
    return last;
  }

  /// Chooses a surface for each result of a node that may share one: a free one of its type, or a new one.
  void share_surfaces(PlacesOfLane& lane, const flow::Facts& facts, std::vector<Surface*>& given) {
    const std::vector<std::size_t> last = last_readers(facts);
    std::vector<std::size_t> in_use;  // values whose surfaces will be free
    std::vector<Surface*> free;
    for (std::size_t n = 0; n < facts.nodes.size(); ++n) {
      std::erase_if(in_use, [&](std::size_t v) {
        if (last[v] >= n) return false;
        free.push_back(given[v]);
        return true;
      });
      const flow::NodeFacts& node = facts.nodes[n];
      for (std::size_t v = node.first_value; v < node.first_value + node.outputs().size(); ++v) {
        if (last[v] == facts.nodes.size()) continue;
        const mil::TensorType& type = facts.values[v].port->type;
        const auto found = std::ranges::find_if(free, [&](const Surface* surface) { return surface->type() == type; });
        if (found == free.end()) {
          given[v] = new_surface(lane, type);
        } else {
          given[v] = *found;
          free.erase(found);
          memory_.saved_bytes += type.surface_bytes();
        }
        in_use.push_back(v);
      }
    }
  }

  void lay_out(std::size_t number, const flow::Facts& facts, std::span<typename D::Program> programs) {
    using Kind = flow::ValueFacts::Kind;
    PlacesOfLane& lane = lanes_[number];
    const auto index = [](auto of) { return static_cast<std::size_t>(of); };

    lane.surfaces.reserve(2 * facts.values.size() + facts.sources.size());
    lane.requests.reserve(2 * facts.nodes.size());

    // If links share surfaces, a result that a carried value leaves is written to the one of its two surfaces that nobody reads.
    std::vector<std::int32_t> left_to(facts.values.size(), -1);
    if (shares)
      for (const flow::CarriedFacts& carried : facts.carried)
        if (carried.next.is_whole() && left_to[index(carried.next.value)] < 0) left_to[index(carried.next.value)] = carried.value;
    alternates_ = shares && !facts.carried.empty();

    std::array<std::vector<Surface*>, 2> given{std::vector<Surface*>(facts.values.size()), std::vector<Surface*>(facts.values.size())};
    if constexpr (transfer::reuses_surfaces<Transfer>) {
      share_surfaces(lane, facts, given[0]);
      given[1] = given[0];
    }
    for (std::size_t v = 0; v < facts.values.size(); ++v) {
      const flow::ValueFacts& value = facts.values[v];
      if (given[0][v] != nullptr || (value.kind == Kind::result && left_to[v] >= 0)) continue;
      const bool has_its_own = value.kind == Kind::result || shares;
      if (!has_its_own) continue;
      given[0][v] = given[1][v] = new_surface(lane, value.port->type);
      if (value.kind != Kind::carried) continue;
      given[1][v] = new_surface(lane, value.port->type);
      lane.carried.insert(lane.carried.end(), {given[0][v], given[1][v]});
    }
    for (std::size_t v = 0; v < facts.values.size(); ++v)
      if (left_to[v] >= 0)
        for (const std::size_t turn : both_turns) given[turn][v] = given[1 - turn][index(left_to[v])];

    lane.outside.resize(shape_.all_outside.size());
    const auto outside_of = [&](const flow::ValueFacts& value) -> std::vector<Place>* {
      if (value.kind == Kind::input) return &lane.outside[index(value.index)];
      if (value.kind == Kind::parameter) return &lane.outside[facts.inputs.size() + index(value.index)];
      return nullptr;
    };
    if (shares)
      for (std::size_t v = 0; v < facts.values.size(); ++v)
        if (std::vector<Place>* const readers = outside_of(facts.values[v])) readers->push_back({given[0][v], 0, 0});

    // What each input reads from: the surface of whoever gives it, or one of its own.
    std::array<std::vector<Surface*>, 2> taken{std::vector<Surface*>(facts.sources.size()), std::vector<Surface*>(facts.sources.size())};
    for (const flow::NodeFacts& node : facts.nodes)
      for (std::size_t i = 0; i < node.inputs().size(); ++i) {
        const std::size_t s = node.first_source + i;
        const flow::Source& source = facts.sources[s];
        const flow::ValueFacts& value = facts.values[index(source.value)];
        const bool reads_in_place = source.is_whole() && given[0][index(source.value)] != nullptr && (shares || node.kernel == nullptr);
        if (reads_in_place) {
          for (const std::size_t turn : both_turns) taken[turn][s] = given[turn][index(source.value)];
          continue;
        }
        taken[0][s] = taken[1][s] = new_surface(lane, node.inputs()[i].type);
        if (std::vector<Place>* const readers = outside_of(value))
          readers->push_back({taken[0][s], flow::first_element(source, value.port->type), 0});
        if (value.kind == Kind::carried && !shares) lane.carried.push_back(taken[0][s]);
      }

    lay_out_jobs(lane, 0, facts, given[0], given[1], taken[0], programs);
    if (alternates_) lay_out_jobs(lane, 1, facts, given[1], given[0], taken[1], programs);
    next_run_[number] = Lane{lane.steps[0], lane.interludes[0], lane.groups[0]};
    other_run_[number] = Lane{lane.steps[1], lane.interludes[1], lane.groups[1]};
  }

  /// Requests and jobs of one turn: `given` has the surface of each value, `found` the ones that the next turn finds carried values in,
  /// `taken` what each source is read from.
  void lay_out_jobs(PlacesOfLane& lane, std::size_t turn, const flow::Facts& facts, const std::vector<Surface*>& given,
                    const std::vector<Surface*>& found, const std::vector<Surface*>& taken, std::span<typename D::Program> programs) {
    std::vector<std::vector<std::size_t>> readers(facts.nodes.size());  // of each node's results, as places in Facts::sources
    for (std::size_t s = 0; s < facts.sources.size(); ++s)
      if (const std::int32_t giver = facts.values[static_cast<std::size_t>(facts.sources[s].value)].node; giver >= 0)
        readers[static_cast<std::size_t>(giver)].push_back(s);
    std::vector<Step<D, S>>& steps = lane.steps[turn];
    std::vector<Interlude<D, S>>& interludes = lane.interludes[turn];
    std::size_t program = 0;
    std::vector<std::size_t> group_of(facts.nodes.size(), no_group);
    for (std::size_t n = 0; n < facts.nodes.size(); ++n) {
      const flow::NodeFacts& node = facts.nodes[n];
      const std::size_t first_step = steps.size();
      const std::size_t first_interlude = interludes.size();
      const std::span<Surface* const> in = std::span{taken}.subspan(node.first_source, node.inputs().size());
      const std::span<Surface* const> out = std::span{given}.subspan(node.first_value, node.outputs().size());
      lane.inputs[turn].emplace_back(in.begin(), in.end());
      lane.outputs[turn].emplace_back(out.begin(), out.end());
      Step<D, S>* step = nullptr;
      if (node.kernel != nullptr) {
        lane.requests.push_back(request(programs[program++], *node.kernel, in, out));
        step = &steps.emplace_back(Step<D, S>{device_, &lane.requests.back(), nullptr, nullptr, n, node.title()});
      } else if (S::work == Work::all) {
        auto call = std::make_unique<anechain::detail::StepCall<Surface>>();
        call->run = node.step->run;
        call->inputs.assign(in.begin(), in.end());
        call->outputs.assign(out.begin(), out.end());
        for (const std::span<const mil::Port> ports : {node.inputs(), node.outputs()})
          for (const mil::Port& port : ports) {
            call->tensors.emplace_back(port.type, nullptr);
            call->bytes += port.type.packed_bytes();
          }
        add_interlude(lane, turn, &Interlude<D, S>::step, nullptr, nullptr, facts, n).call = call.get();
        lane.calls.push_back(std::move(call));
      }

      // The first reader that has a surface of its own is the step's; others are interludes.
      for (const std::size_t s : readers[n]) {
        const flow::Source& source = facts.sources[s];
        Surface* const from = given[static_cast<std::size_t>(source.value)];
        Surface* const to = taken[s];
        if (from == to) continue;
        if (!source.is_whole()) {
          if constexpr (Transfer::delivers)
            copy_channels(add_interlude(lane, turn, &Interlude<D, S>::copy, from, to, facts, n), facts, source);
        } else if (step != nullptr && step->to == nullptr) {
          step->from = from;
          step->to = to;
        } else {
          add_interlude(lane, turn, &Interlude<D, S>::move, from, to, facts, n);
        }
      }
      if (S::work == Work::transfers && step != nullptr && step->to == nullptr) {
        steps.pop_back();
        for (std::size_t i = first_interlude; i < interludes.size(); ++i) interludes[i].position = first_step;
      }
      add_group(lane, turn, facts, first_step, first_interlude, group_of, n);
    }

    const std::size_t last_interlude = interludes.size();
    if constexpr (Transfer::delivers) leave_carried(lane, turn, facts, given, found, taken);
    finish_groups(lane, turn, last_interlude);
    for (const flow::Source& source : facts.results) {
      const auto v = static_cast<std::size_t>(source.value);
      const mil::TensorType& whole = facts.values[v].port->type;
      lane.results[turn].push_back(
          {given[v], flow::first_element(source, whole), static_cast<std::size_t>(type_of(facts, source).elements())});
    }
  }

  /// The jobs that a node brought wait for those of the nodes that it reads from.
  static void add_group(PlacesOfLane& lane, std::size_t turn, const flow::Facts& facts, std::size_t first_step, std::size_t first_interlude,
                        std::vector<std::size_t>& group_of, std::size_t node) {
    const std::size_t steps = lane.steps[turn].size() - first_step;
    const std::size_t interludes = lane.interludes[turn].size() - first_interlude;
    if (steps + interludes == 0) return;
    const std::size_t group = group_of[node] = lane.groups[turn].size();
    std::vector<std::size_t> before;
    for (const flow::Source& source : facts.sources_of(facts.nodes[node])) {
      const std::int32_t giver = facts.values[static_cast<std::size_t>(source.value)].node;
      if (giver >= 0 && group_of[static_cast<std::size_t>(giver)] != no_group) before.push_back(group_of[static_cast<std::size_t>(giver)]);
    }
    std::ranges::sort(before);
    before.erase(std::ranges::unique(before).begin(), before.end());
    for (const std::size_t earlier : before) lane.waiting[turn][earlier].push_back(group);
    lane.waiting[turn].emplace_back();
    lane.groups[turn].push_back({first_step, steps, first_interlude, interludes, before.size(), {}});
  }

  /// What carried values leave is copied when all else is done.
  static void finish_groups(PlacesOfLane& lane, std::size_t turn, std::size_t first_interlude) {
    std::vector<executor::Group>& groups = lane.groups[turn];
    if (const std::size_t copies = lane.interludes[turn].size() - first_interlude; copies > 0) {
      for (std::vector<std::size_t>& next : lane.waiting[turn]) next.push_back(groups.size());
      groups.push_back({0, 0, first_interlude, copies, groups.size(), {}});
      lane.waiting[turn].emplace_back();
    }
    for (std::size_t g = 0; g < groups.size(); ++g) groups[g].next = lane.waiting[turn][g];
  }

  /// At the end of a pass, what carried values leave goes to where the next one finds it, unless it was written there.
  void leave_carried(PlacesOfLane& lane, std::size_t turn, const flow::Facts& facts, const std::vector<Surface*>& given,
                     const std::vector<Surface*>& found, const std::vector<Surface*>& taken) {
    const auto leave = [&](const flow::CarriedFacts& carried, Surface* to) {
      const auto v = static_cast<std::size_t>(carried.next.value);
      const auto giver = static_cast<std::size_t>(facts.values[v].node);
      if (given[v] != to) copy_channels(add_interlude(lane, turn, &Interlude<D, S>::copy, given[v], to, facts, giver), facts, carried.next);
    };
    for (const flow::CarriedFacts& carried : facts.carried) {
      if (shares) leave(carried, found[static_cast<std::size_t>(carried.value)]);
      for (std::size_t s = 0; !shares && s < facts.sources.size(); ++s)
        if (facts.sources[s].value == carried.value) leave(carried, taken[s]);
    }
  }

  /// After the steps that are there by now.
  Interlude<D, S>& add_interlude(PlacesOfLane& lane, std::size_t turn, void (*act)(const Interlude<D, S>&), Surface* from, Surface* to,
                                 const flow::Facts& facts, std::size_t node) {
    return lane.interludes[turn].emplace_back(
        Interlude<D, S>{lane.steps[turn].size(), act, device_, from, to, 0, 0, nullptr, node, facts.nodes[node].title()});
  }

  /// The bytes of a source's channels, which lie together: rows of a plane, planes of a channel.
  static void copy_channels(Interlude<D, S>& copy, const flow::Facts& facts, const flow::Source& source) {
    const mil::TensorType part = type_of(facts, source);
    copy.bytes = static_cast<std::size_t>(part.surface_bytes());
    if (!source.is_whole()) copy.from_byte = static_cast<std::size_t>(source.first_channel * part.shape[2] * part.row_bytes());
  }

  /// A kernel's program bound to surfaces.
  typename D::Request request(typename D::Program& program, const KernelFacts& kernel, std::span<Surface* const> inputs,
                              std::span<Surface* const> outputs) {
    return device_->request(program, flow::alphabetical(kernel.inputs, inputs), flow::alphabetical(kernel.outputs, outputs));
  }

  D* device_;
  Shape shape_;
  PlacesOfLane lanes_[lanes];
  std::array<Lane, lanes> next_run_;   ///< the jobs of each lane
  std::array<Lane, lanes> other_run_;  ///< of the run after it, if carried values alternate between two surfaces
  std::size_t turn_ = 0;               ///< of the next run: 0 or 1
  bool alternates_ = false;            ///< whether the two turns differ
  PassMemory memory_;
  std::optional<Executor> executor_;
};

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/flow/pass.ipp>
#endif
