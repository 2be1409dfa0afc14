// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <anechain/mil/dialect.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/mil/print.hpp>

namespace anechain::mil {

/// Whether two graphs are the same program: the same functions with the same operations in the same order, with the same
/// names, types, constants and attributes. How their tables are laid out does not matter, nor where they were read.
constexpr bool same_program(const Graph& a, const Graph& b) {
  const auto same_name = [&](Name left, Name right) { return a.text(left) == b.text(right); };
  // What a program does not bring of its own is the standard of the dialect that it was printed in.
  const auto same_opset = [&](const Function& left, const Function& right) {
    return (left.opset.size == 0 && right.opset.size == 0) || declared_opset(a, left, b.dialect) == declared_opset(b, right, a.dialect);
  };
  const auto same_attributes = [&](const Attributes& left, const Attributes& right) {
    using enum Attributes::Kind;
    if (left.kind == standard && right.kind == given) return b.text(right.text) == facts(b.dialect).build_info;
    if (left.kind == given && right.kind == standard) return a.text(left.text) == facts(a.dialect).build_info;
    return left.kind == right.kind && same_name(left.text, right.text);
  };
  const auto same_constant = [&](DType dtype, const Constant& left, const Constant& right) {
    const auto same_element = [&](std::int64_t mine, std::int64_t theirs) {
      return dtype == DType::string ? a.string_of(mine) == b.string_of(theirs) : mine == theirs;
    };
    const auto mine = a.numbers_of(left);
    const auto theirs = b.numbers_of(right);
    return left.kind == right.kind && same_name(left.text, right.text) && left.blob_offset == right.blob_offset &&
           std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), same_element);
  };
  const auto same_constant_of = [&](std::int32_t left, std::int32_t right) {
    const Constant* const mine = a.constant_of(left);
    const Constant* const theirs = b.constant_of(right);
    return (mine == nullptr) == (theirs == nullptr) && (mine == nullptr || same_constant(a[left].type.dtype, *mine, *theirs));
  };
  const auto same_facts = [&](const ValueFacts& left, const ValueFacts& right) {
    return left.type == right.type && same_name(left.name, right.name) && left.state == right.state &&
           same_name(left.foreign, right.foreign);
  };
  const auto same_value = [&](std::int32_t left, std::int32_t right) { return same_facts(a[left], b[right]); };
  const auto same_values = [&](Entries<std::int32_t> left, Entries<std::int32_t> right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_value);
  };
  const auto same_argument = [&](const Argument& left, const Argument& right) {
    return left.param == right.param && same_value(left.value, right.value) &&
           (a[left.value].name.size != 0 || same_constant_of(left.value, right.value));
  };
  const auto same_operation = [&](const Operation& left, const Operation& right) {
    const auto mine = a.arguments_of(left);
    const auto theirs = b.arguments_of(right);
    const auto my_results = a.results_of(left);
    const auto their_results = b.results_of(right);
    return left.kind == right.kind && same_name(left.name, right.name) && same_name(left.opset, right.opset) &&
           std::equal(my_results.begin(), my_results.end(), their_results.begin(), their_results.end(), same_facts) &&
           std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), same_argument) &&
           (left.constant < 0 || same_constant_of(left.result, right.result));
  };
  // Constants without a name have no place of their own: they are compared where they are used.
  const auto same_operations = [&](Entries<Operation> left, Entries<Operation> right) {
    std::size_t i = 0;
    std::size_t k = 0;
    while (true) {
      while (i < left.size() && a.is_inline(left[i])) ++i;
      while (k < right.size() && b.is_inline(right[k])) ++k;
      if (i == left.size() || k == right.size()) return i == left.size() && k == right.size();
      if (!same_operation(left[i++], right[k++])) return false;
    }
  };
  const auto same_function = [&](const Function& left, const Function& right) {
    return same_name(left.name, right.name) && same_opset(left, right) && same_attributes(left.attributes, right.attributes) &&
           same_values(a.inputs_of(left), b.inputs_of(right)) && same_values(a.outputs_of(left), b.outputs_of(right)) &&
           same_operations(a.operations_of(left), b.operations_of(right));
  };
  return same_attributes(a.attributes, b.attributes) &&
         std::equal(a.functions.begin(), a.functions.end(), b.functions.begin(), b.functions.end(), same_function);
}

}  // namespace anechain::mil
