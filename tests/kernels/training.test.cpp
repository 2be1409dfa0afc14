// SPDX-License-Identifier: MIT
// The kernels of published training loops: their programs against the texts that those loops' generators print.
#include <doctest/doctest.h>

#include <anechain/core.hpp>
#include <anechain/mil/parse.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mil/shared_text.hpp"
#include "mil/tokens.hpp"

using namespace anechain;

namespace {

/// What MIL leaves free is made the same: constants are written where they are used, operands stand in alphabetical order, names are
/// numbered in the order of definition, weights in the order of use.
class Canonical {
 public:
  explicit Canonical(mil::Graph graph) : graph_(std::move(graph)) {}

  std::vector<std::string> tokens() {
    const mil::Function& function = graph_.functions.front();
    for (const std::int32_t input : graph_.inputs_of(function)) rename(input);
    for (std::size_t i = 0; i < graph_.operations.size(); ++i) {
      mil::Operation& operation = graph_.operations[i];
      operation.name = {};
      if (operation.constant >= 0) {
        graph_.values[static_cast<std::size_t>(operation.result)].name = {};
        continue;
      }
      mil::Argument* const first = graph_.arguments.data() + operation.first_argument;
      std::vector<std::pair<mil::Param, std::uint32_t>> order;  // of one list stay as they are
      for (std::uint32_t k = 0; k < operation.argument_count; ++k) order.emplace_back(first[k].param, k);
      std::ranges::sort(order);
      const std::vector<mil::Argument> given(first, first + operation.argument_count);
      for (std::size_t k = 0; k < given.size(); ++k) first[k] = given[order[k].second];
      for (const mil::Argument& argument : graph_.arguments_of(operation)) number_weight(argument.value);
      for (std::uint32_t k = 0; k < operation.result_count; ++k) rename(operation.result + static_cast<std::int32_t>(k));
    }
    return ::tokens(mil::print(graph_, mil::Dialect::ios18));
  }

 private:
  void rename(std::int32_t value) {
    graph_.values[static_cast<std::size_t>(value)].name = graph_.add_text("v" + std::to_string(values_++));
  }

  void number_weight(std::int32_t value) {
    const std::int32_t operation = graph_[value].operation;
    const std::int32_t constant = operation < 0 ? -1 : graph_.operations[static_cast<std::size_t>(operation)].constant;
    if (constant < 0 || graph_.constants[static_cast<std::size_t>(constant)].kind != mil::Constant::Kind::blob) return;
    mil::Constant& blob = graph_.constants[static_cast<std::size_t>(constant)];
    const std::size_t number = weights_.try_emplace(value, weights_.size()).first->second;
    blob.text = graph_.add_text("w");
    blob.blob_offset = number;
  }

  mil::Graph graph_;
  std::size_t values_ = 0;
  std::map<std::int32_t, std::size_t> weights_;
};

/// Compares a kernel's program with the text of that name in the corpus.
template <Kernel K>
void check_against(const std::string& name) {
  CAPTURE(name);
  const std::string text = shared_text("mil-corpus/generated/maderix_main_" + name + ".mil");
  if (!text.empty()) CHECK(Canonical{trace<K>()}.tokens() == Canonical{mil::parse(text)}.tokens());
}

template <int Dim, int Hidden, int Heads, int Positions>
void check_loop(const std::string& model) {
  check_against<AttentionWithTaps<Dim, Heads, Positions>>(model + "_sdpa_fwd_taps");
  check_against<SwiGluWithTaps<Dim, Hidden, Positions>>(model + "_ffn_fwd_taps");
  check_against<SwiGluBackwardFromTaps<Dim, Hidden, Positions>>(model + "_ffn_bwd");
  check_against<ProjectionsBackward<Dim, Positions>>(model + "_qkvb");
  check_against<AttentionBackwardToShares<Dim, Heads, Positions>>(model + "_sdpa_bwd1");
  check_against<AttentionBackwardFromShares<Dim, Heads, Positions>>(model + "_sdpa_bwd2");
}

}  // namespace

TEST_CASE("the kernels of the published training loop are its generator's programs, token for token") {
  check_loop<32, 64, 4, 16>("tiny");
  check_loop<768, 2048, 12, 256>("stories110m");
}
