// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <anechain/devices/host/cell.hpp>
#include <anechain/devices/host/products.hpp>
#include <anechain/mil/infer.hpp>

/// What the host computes through time.
namespace anechain::host::detail {

using Activation = float (*)(float);

inline Activation activation(const Planning& plan, mil::Param param, std::string_view neutral) {
  const std::string_view name = plan.operands.text_or(param, neutral);
  if (name == "tanh") return [](float x) { return std::tanh(x); };
  if (name == "sigmoid") return [](float x) { return sigmoid(x); };
  if (name == "relu") return [](float x) { return x < 0 ? 0 : x; };
  if (name == "linear") return [](float x) { return x; };
  plan.operands.holds(param, false, "is none that the host knows: tanh, sigmoid, relu, linear");
  return nullptr;
}

/// One direction of a layer: its products, and where it reads and writes: a column block of tensors that are `width` wide.
struct Strand {
  PlannedProduct of_inputs, of_state;  ///< for all gates
  Place bias, peephole;
  bool has_bias, has_peephole;
  std::int64_t column;
  bool backward;
  bool in_step;  ///< outputs stand at the step that they belong to; else in the order in which they come
};

/// What lstm and gru share: steps, places, and working memory.
struct RecurrentPlan {
  mil::RecurrentGeometry geometry;
  std::size_t gates, more, hidden;  ///< working memory: two products of [batch, rows], and a state of [batch, hidden]
  std::int64_t rows, width;
  Place initial_h;
  std::size_t out, last;

  RecurrentPlan(const Planning& plan, std::int64_t gate_count)
      : geometry(mil::recurrent_geometry(plan.operands)),
        rows(gate_count * geometry.hidden),
        width(geometry.directions() * geometry.hidden),
        initial_h(plan.place(mil::Param::initial_h)),
        out(plan.results[0].to),
        last(plan.results[1].to) {
    const std::int64_t product = cells(geometry.batch, rows);
    gates = plan.reserve(cells(2, product) + cells(2, geometry.batch * geometry.hidden));
    more = gates + static_cast<std::size_t>(product);
    hidden = more + static_cast<std::size_t>(product);
  }

  std::int64_t state_cells() const { return geometry.batch * geometry.hidden; }

  /// Working memory for a second state.
  std::size_t second() const { return hidden + static_cast<std::size_t>(state_cells()); }

  Strand strand(const Planning& plan, mil::Param of_inputs, mil::Param of_state, mil::Param bias, mil::Param peephole) const {
    const ProductShape inputs = counted(geometry.batch, rows, geometry.inputs, "lstm");
    const ProductShape states = counted(geometry.batch, rows, geometry.hidden, "lstm");
    const auto place = [&](mil::Param param) { return plan.operands.has(param) ? plan.place(param) : Place{}; };
    return {.of_inputs = {plan, inputs, {plan, mil::Param::x}, {plan, of_inputs, true}, false},
            .of_state = {plan, states, Place{nullptr, hidden}, {plan, of_state, true}, false},
            .bias = place(bias),
            .peephole = place(peephole),
            .has_bias = plan.operands.has(bias),
            .has_peephole = plan.operands.has(peephole),
            .column = 0,
            .backward = !geometry.forward,
            .in_step = geometry.forward};
  }

  /// A strand's columns of a [batch, width] tensor, into a packed [batch, hidden].
  void take(const float* wide, std::int64_t column, float* packed) const {
    for (std::int64_t b = 0; b < geometry.batch; ++b) std::copy_n(wide + b * width + column, geometry.hidden, packed + b * geometry.hidden);
  }
  void give(const float* packed, float* wide, std::int64_t column) const {
    for (std::int64_t b = 0; b < geometry.batch; ++b) std::copy_n(packed + b * geometry.hidden, geometry.hidden, wide + b * width + column);
  }

  /// Goes through the steps of a strand: `step(inputs' products, state)` makes the next state.
  template <class Step>
  void run(Cell* memory, const Strand& strand, Step step) const {
    float* const state = numbers(memory + hidden);
    take(initial_h.numbers_in(memory), strand.column, state);
    for (std::int64_t i = 0; i < geometry.steps; ++i) {
      const std::int64_t at = strand.backward ? geometry.steps - 1 - i : i;
      float* const sums = numbers(memory + gates);
      for (std::int64_t b = 0; strand.has_bias && b < geometry.batch; ++b)
        std::copy_n(strand.bias.numbers_in(memory), rows, sums + b * rows);
      strand.of_inputs.run(memory, at * geometry.batch * geometry.inputs, 0, sums, strand.has_bias);
      step(sums, state);
      const std::int64_t shown = strand.in_step ? at : i;
      if (geometry.sequence) give(state, numbers(memory + out) + shown * geometry.batch * width, strand.column);
    }
    give(state, numbers(memory + last), strand.column);
    if (!geometry.sequence) give(state, numbers(memory + out), strand.column);
  }
};

/// The directions of a layer. One that goes backward alone gives its outputs in the order in which they come, the backward
/// half of a bidirectional one at the steps that they belong to (coremltools' tests of lstm; NeuralNetwork.proto).
inline std::vector<Strand> strands_of(const Planning& plan, const RecurrentPlan& layer) {
  using mil::Param;
  std::vector<Strand> strands{layer.strand(plan, Param::weight_ih, Param::weight_hh, Param::bias, Param::peephole)};
  if (layer.geometry.forward && layer.geometry.backward) {
    strands.push_back(layer.strand(plan, Param::weight_ih_back, Param::weight_hh_back, Param::bias_back, Param::peephole_back));
    strands.back().column = layer.geometry.hidden;
    strands.back().backward = true;
  }
  return strands;
}

/// Gates input, forget, output, cell (coremltools, ops/defs/iOS15/recurrent.py).
inline Task lstm(const Planning& plan) {
  plan.operands.holds(mil::Param::clip, !plan.operands.has(mil::Param::clip), "is not known to the host: sources differ on what it limits");
  const RecurrentPlan layer{plan, 4};
  const Activation gate = activation(plan, mil::Param::recurrent_activation, "sigmoid");
  const Activation of_cell = activation(plan, mil::Param::cell_activation, "tanh");
  const Activation of_output = activation(plan, mil::Param::activation, "tanh");
  return [=, strands = strands_of(plan, layer), initial_c = plan.place(mil::Param::initial_c), last_c = plan.results[2].to](Cell* memory) {
    const std::int64_t hidden = layer.geometry.hidden;
    for (const Strand& strand : strands) {
      float* const cell = numbers(memory + layer.second());
      layer.take(initial_c.numbers_in(memory), strand.column, cell);
      const float* const peephole = strand.has_peephole ? strand.peephole.numbers_in(memory) : nullptr;
      layer.run(memory, strand, [&](float* sums, float* state) {
        float* const recurrent = numbers(memory + layer.more);
        strand.of_state.run(memory, 0, 0, recurrent);
        for (std::int64_t i = 0; i < layer.state_cells(); ++i) {
          const std::int64_t unit = i % hidden;
          const std::int64_t row = i / hidden * layer.rows + unit;
          const auto sum = [&](std::int64_t number) { return sums[row + number * hidden] + recurrent[row + number * hidden]; };
          const auto peeped = [&](std::int64_t number) { return peephole == nullptr ? 0 : peephole[number * hidden + unit] * cell[i]; };
          const float input = gate(sum(0) + peeped(0));
          const float forget = gate(sum(1) + peeped(1));
          cell[i] = forget * cell[i] + input * of_cell(sum(3));
          state[i] = gate(sum(2) + peeped(2)) * of_output(cell[i]);
        }
      });
      layer.give(cell, numbers(memory + last_c), strand.column);
    }
  };
}

/// Gates reset, output, update; the reset gate is applied to the state before its product (coremltools' tests of gru).
inline Task gru(const Planning& plan) {
  const RecurrentPlan layer{plan, 3};
  const Activation gate = activation(plan, mil::Param::recurrent_activation, "sigmoid");
  const Activation of_output = activation(plan, mil::Param::activation, "tanh");
  return [=, strands = strands_of(plan, layer)](Cell* memory) {
    const std::int64_t hidden = layer.geometry.hidden;
    layer.run(memory, strands[0], [&](float* sums, float* state) {
      float* const recurrent = numbers(memory + layer.more);
      float* const reset = numbers(memory + layer.second());
      strands[0].of_state.run(memory, 0, 0, recurrent);
      const auto row = [&](std::int64_t i) { return i / hidden * layer.rows + i % hidden; };
      for (std::int64_t i = 0; i < layer.state_cells(); ++i) {
        reset[i] = state[i] * gate(sums[row(i)] + recurrent[row(i)]);
        sums[row(i) + 2 * hidden] = gate(sums[row(i) + 2 * hidden] + recurrent[row(i) + 2 * hidden]);
      }
      strands[0].of_state.run(memory, layer.state_cells(), 0, recurrent);
      for (std::int64_t i = 0; i < layer.state_cells(); ++i) {
        const float update = sums[row(i) + 2 * hidden];
        const float candidate = of_output(sums[row(i) + hidden] + recurrent[row(i) + hidden]);
        state[i] = (1 - update) * candidate + update * state[i];
      }
    });
  };
}

}  // namespace anechain::host::detail
